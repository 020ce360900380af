"""A HubSpot portal that lives: an index that lags, archived and merged companies, deals that change companies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from pydantic import SecretStr

from connectors.hubspot import HubspotConnector
from cssync.model.mirror import Mirror
from cssync.settings.source import HubspotAccountFields, HubspotSecrets, HubspotSource
from tests.connectors.histories.world import Clock
from tests.emulators.hubspot import answers, faults
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

_LAG = timedelta(minutes=30)
_ENDLESS = 1_000_000
_BROKEN = faults.instead(answers.error(500, "INTERNAL", "internal error"))
_USED_UP = faults.instead(answers.too_many("DAILY"))
_FAULTS = {
    "one answer is a server error": _BROKEN,
    "an answer breaks off": faults.truncated,
    "the connection is reset": faults.reset,
    "half an answer": faults.null_results,
    "too many requests at once": faults.instead(answers.too_many("TEN_SECONDLY_ROLLING", "1")),
}
_LASTING_FAULTS = {"nothing is answered any more": _BROKEN, "the day's requests are used up": _USED_UP}
_STAGES = {True: "closedwon", False: "closedlost", None: "contractsent"}


class HubspotWorld:
    name = "hubspot"
    faults: Sequence[str] = (*_FAULTS, *_LASTING_FAULTS)
    settles = _LAG

    def __init__(self) -> None:
        self.clock = Clock()
        self.portal = Portal(now=self.clock)
        self.portal.add_property("companies", "csm_owner", label="CSM", of_owners=True)
        self.portal.add_property("companies", "arr", label="ARR", type_="number")
        self.portal.add_property("companies", "cs_health", label="Health")
        self.portal.search_lag = _LAG
        self._serial = count(100)

    @contextmanager
    def running(self) -> Iterator[None]:
        with HubspotEmulator(
            self.portal, limits=Limits(in_window=_ENDLESS, searches_a_second=_ENDLESS)
        ) as self.emulator:
            yield

    def connector(self, mirror: Mirror) -> HubspotConnector:
        return HubspotConnector(
            HubspotSource(
                kind="hubspot", accounts=HubspotAccountFields(csm="csm_owner", arr="arr", health="cs_health")
            ),
            HubspotSecrets(token=SecretStr(self.emulator.token)),
            arr_from_field=True,
            mirror=mirror,
            now=self.clock,
            sleep=lambda _: None,
            clock=lambda: 0.0,
            base_url=self.emulator.url,
        )

    def break_(self, fault: str, nth: int) -> None:
        if fault in _FAULTS:
            self.emulator.faults.on(nth, _FAULTS[fault])
        else:
            self.emulator.faults.since(nth, _LASTING_FAULTS[fault])

    def mend(self) -> None:
        self.emulator.faults.clear()

    def people(self) -> Sequence[str]:
        return [str(owner["id"]) for owner in self.portal.owners]

    def accounts(self) -> Sequence[str]:
        return [str(each) for each in self.portal.listed("companies", archived=False)]

    def deals(self) -> Sequence[str]:
        return [str(each) for each in self.portal.listed("deals", archived=False)]

    def deleted(self) -> Sequence[str]:
        return [str(each) for kind in ("companies", "deals") for each in self.portal.listed(kind, archived=True)]

    def hire(self, name: str) -> None:
        number = next(self._serial)
        self.portal.add_owner(str(number), first=name, email=f"{number}@cs.test", user_id=number + 1_000)

    def rename_person(self, person: str, name: str, *, active: bool) -> None:
        for owner in self.portal.owners:
            if owner["id"] == person:
                owner["firstName"] = name
                owner["archived"] = not active
                owner["userId"] = owner["userIdIncludingInactive"] if active else None

    def add_account(self, name: str, csm: str | None, arr: int | None, parent: str | None) -> None:
        values = {"name": name, "csm_owner": csm, "arr": arr, "hs_parent_company_id": parent}
        self.portal.add("companies", next(self._serial), values)

    def edit_account(self, account: str, csm: str | None, arr: int | None, lifecycle: str) -> None:
        self.portal.edit("companies", account, csm_owner=csm, arr=arr, lifecyclestage=lifecycle)

    def drift(self, account: str, health: str) -> None:
        """HubSpot counts every change of a property, calculated ones too, as one of the record."""
        self.portal.edit("companies", account, cs_health=health)

    def add_deal(self, account: str, amount: int, closes_in_days: int) -> None:
        self.portal.add(
            "deals",
            next(self._serial),
            {
                "dealname": "Expansion",
                "amount": amount,
                "dealstage": _STAGES[None],
                "pipeline": "default",
                "closedate": self.clock.now + timedelta(days=closes_in_days),
            },
            companies=((account, "deal_to_company"),),
        )

    def decide(self, deal: str, amount: int, *, won: bool | None) -> None:
        self.portal.edit("deals", deal, amount=amount, dealstage=_STAGES[won])

    def delete(self, record: str) -> None:
        self.portal.archive(self._kind(record), record)

    def restore(self, record: str) -> None:
        self.portal.restore(self._kind(record), record)

    def purge(self, record: str) -> None:
        self.portal.purge(self._kind(record), record)

    def merge(self, loser: str, winner: str) -> None:
        """As HubSpot does it today, into a record of its own, and as it did, into the winner."""
        self.portal.merge(loser, winner, into=next(self._serial) if int(loser) % 2 else None)

    def _kind(self, record: str) -> str:
        return "companies" if int(record) in self.portal.records["companies"] else "deals"
