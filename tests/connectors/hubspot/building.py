"""Builders that the HubSpot tests share: a connector at an emulator, with little to map and no time to lose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pydantic import SecretStr

from connectors.hubspot import HubspotConnector
from cssync.model.mirror import Mirror
from cssync.settings.source import HubspotAccountFields, HubspotOpportunityFields, HubspotSecrets, HubspotSource
from cssync.store.memory_mirror import MemoryMirror
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

AS_OF = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 2, 4, tzinfo=UTC)
COMPANIES = "/crm/v3/objects/companies?"
DEALS = "/crm/v3/objects/deals?"
MAPPED = HubspotAccountFields(csm="csm_owner", arr="arr")


@dataclass
class Clock:
    """Time passes while someone sleeps, and a little, *tick*, whenever someone looks: so replies take their time."""

    now: float = 0.0
    tick: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        self.now += self.tick
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


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
    sleep: Callable[[float], None] | None = None,
    clock: Callable[[], float] | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    mirror: Mirror | None = None,
    full_every_days: int = 7,
) -> HubspotConnector:
    """Unless the test has a clock of its own, the emulator's limits go by the one by which the connector sleeps.

    It is built long after whatever was built before it.
    """
    time = hubspot.limits.clock if isinstance(hubspot.limits.clock, Clock) else Clock()
    if sleep is None and clock is None:
        hubspot.limits.clock = time
        time.now += 3600
    return HubspotConnector(
        HubspotSource(
            kind="hubspot",
            portal_id=portal_id,
            timeout_seconds=timeout_seconds,
            full_every_days=full_every_days,
            accounts=accounts,
            opportunities=opportunities or HubspotOpportunityFields(),
        ),
        HubspotSecrets(token=SecretStr(token or hubspot.token)),
        arr_from_field=arr_from_field,
        mirror=mirror or MemoryMirror(),
        now=now,
        sleep=sleep or time.sleep,
        clock=clock or time,
        base_url=hubspot.url,
    )
