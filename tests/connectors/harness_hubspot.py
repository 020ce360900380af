"""HubSpot under the contract that every connector keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.hubspot import HubspotConnector
from cssync.model.owner import Owner
from cssync.settings.source import HubspotAccountFields, HubspotSecrets, HubspotSource
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.contract import GHOST, NOW, Company, Fault, Feature, Harness, Serving
from tests.connectors.hubspot.building import Clock
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import too_many, unauthorized
from tests.emulators.hubspot.company import load
from tests.emulators.hubspot.server import HubspotEmulator

_GHOST_ID = "66600000"
_LIST = "/crm/v3/objects/companies?"


class HubspotHarness:
    name = "hubspot"
    features = frozenset({Feature.QUEUES, Feature.UNASSIGNED, Feature.TEXT_AMOUNTS, Feature.CURRENCIES, Feature.PAGES})
    faults = frozenset(Fault)
    customers_for_two_pages = 101

    @contextmanager
    def serve(self, company: Company, folder: Path, fault: Fault | None = None) -> Iterator[Serving]:
        with HubspotEmulator() as hubspot:
            clock = hubspot.limits.clock = Clock()
            ids = _filled(hubspot, company)
            if fault is not None:
                _broken(hubspot, fault)
            connector = HubspotConnector(
                HubspotSource(
                    kind="hubspot",
                    accounts=HubspotAccountFields(
                        csm="csm_owner", arr="arr", currency="arr_currency", segment="cs_segment"
                    ),
                ),
                HubspotSecrets(token=hubspot.token),
                arr_from_field=True,
                mirror=MemoryMirror(),
                now=lambda: NOW,
                sleep=clock.sleep,
                clock=clock,
                base_url=hubspot.url,
            )
            yield Serving(
                connector,
                ids,
                arr_field="arr",
                secrets=(hubspot.token,),
                records_read=lambda: hubspot.portal.told["companies"],
                pages_read=lambda: len(hubspot.requested(_LIST)),
            )


def _filled(hubspot: HubspotEmulator, company: Company) -> dict[str, str]:
    """Put *company* into the account, ARR as a text property that holds whatever was typed."""
    portal = hubspot.portal
    portal.currency = company.corporate
    portal.exchange_rates = {code: float(rate) for code, rate in company.rates.items()}
    portal.add_property("companies", "arr", label="ARR", type_="string")
    ids = load(
        portal,
        [
            {
                "account_id": each.key,
                "name": each.name,
                "csm_ref": _GHOST_ID if each.csm == GHOST else each.csm,
                "amount": each.amount,
                "currency": each.currency,
                "segment": each.segment,
                "lifecycle": each.lifecycle,
                "parent_id": each.parent,
                "created_on": each.created_on,
            }
            for each in company.customers
        ],
        [Owner(each.key, each.name, each.email, active=each.active, kind=each.kind) for each in company.people],
        [
            {
                "opportunity_id": each.key,
                "account_id": each.customer,
                "owner_ref": each.owner,
                "name": each.name,
                "amount": each.amount,
                "currency": each.currency,
                "is_closed": each.closed_won,
                "is_won": each.closed_won,
                "close_on": each.close_on,
            }
            for each in company.deals
        ],
    )
    return {GHOST: _GHOST_ID, **ids.accounts, **ids.owners, **ids.opportunities}


def _broken(hubspot: HubspotEmulator, fault: Fault) -> None:
    script = hubspot.faults
    match fault:
        case Fault.LOGIN_REFUSED:
            script.always(faults.instead(unauthorized()))
        case Fault.THROTTLED_ONCE:
            script.on(1, faults.instead(too_many("TEN_SECONDLY_ROLLING", retry_after="1")), path=_LIST)
        case Fault.THROTTLED:
            script.always(faults.instead(too_many("TEN_SECONDLY_ROLLING")), path=_LIST)
        case Fault.QUOTA_USED_UP:
            hubspot.limits.daily = 0
        case Fault.PAGE_LOOP:
            script.always(faults.next_page_is("1"), path=_LIST)
        case Fault.BROKEN_MIDWAY:
            script.since(2, faults.reset, path=_LIST)
        case Fault.FIELD_GONE:
            hubspot.portal.remove_property("companies", "arr")


HARNESS: Harness = HubspotHarness()
