"""Builders that the HubSpot tests share: a connector at an emulator, with little to map and no time to lose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from pydantic import SecretStr

from connectors.hubspot import HubspotConnector
from cssync.settings.source import HubspotAccountFields, HubspotOpportunityFields, HubspotSecrets, HubspotSource
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

AS_OF = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 2, 4, tzinfo=UTC)
COMPANIES = "/crm/v3/objects/companies?"
DEALS = "/crm/v3/objects/deals?"
MAPPED = HubspotAccountFields(csm="csm_owner", arr="arr")


def portal_with_cs_fields() -> Portal:
    portal = Portal()
    portal.add_property("companies", "csm_owner", label="CSM", of_owners=True)
    portal.add_property("companies", "arr", label="ARR", type_="number")
    return portal


def connector(
    hubspot: HubspotEmulator,
    *,
    accounts: HubspotAccountFields = MAPPED,
    opportunities: HubspotOpportunityFields | None = None,
    arr_from_field: bool = True,
    token: str | None = None,
    portal_id: str | None = None,
    timeout_seconds: float = 5.0,
    sleep: Callable[[float], None] = lambda _: None,
    clock: Callable[[], float] = lambda: 0.0,
) -> HubspotConnector:
    return HubspotConnector(
        HubspotSource(
            kind="hubspot",
            portal_id=portal_id,
            timeout_seconds=timeout_seconds,
            accounts=accounts,
            opportunities=opportunities or HubspotOpportunityFields(),
        ),
        HubspotSecrets(token=SecretStr(token or hubspot.token)),
        arr_from_field=arr_from_field,
        now=lambda: NOW,
        sleep=sleep,
        clock=clock,
        base_url=hubspot.url,
    )
