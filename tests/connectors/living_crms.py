"""Emulated CRMs that a company can live in, each with the real connector in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any

from connectors.hubspot import HubspotConnector
from connectors.salesforce import SalesforceConnector
from cssync.model.mirror import Mirror
from cssync.settings.source import (
    HubspotAccountFields,
    SalesforceAccountFields,
    SalesforceSecrets,
    SalesforceSource,
)
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import connector as hubspot_connector
from tests.connectors.replay import CSMS, TODAY, State
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.salesforce.company import load_company
from tests.emulators.salesforce.org import Org, signing_key
from tests.emulators.salesforce.server import SalesforceEmulator

AT_NIGHT = datetime.combine(TODAY, time(23, 50), UTC)
_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
TRACKED = ("CSM__c", "ARR__c", "Lifecycle__c")
MAPPED = SalesforceAccountFields(csm="CSM__c", arr="ARR__c", lifecycle="Lifecycle__c", churned_on="Churned_On__c")


class LivingOrg:
    """*tracked*: the fields whose history Salesforce keeps, from before anything happens."""

    def __init__(self, tracked: tuple[str, ...] = TRACKED) -> None:
        self.clock = _LONG_AGO
        self.org = Org(now=lambda: self.clock)
        self.csms = load_company(self.org, accounts=[], owners=[{"id": csm, "name": csm} for csm in CSMS]).owners
        self.accounts: dict[str, str] = {}
        for name in tracked:
            self.org.track("Account", name)

    def add(self, name: str, state: State) -> None:
        self.accounts[name] = self.org.add("Account", Name=name, **self._values(state))

    def change(self, name: str, state: State) -> None:
        self.org.edit(self.accounts[name], silently=False, **self._values(state))

    def purge(self, name: str) -> None:
        self.org.purge(self.accounts.pop(name))

    def _values(self, state: State) -> dict[str, object]:
        return {
            "CSM__c": self.csms[state.csm] if state.csm else None,
            "ARR__c": state.arr,
            "Lifecycle__c": state.lifecycle,
            "Churned_On__c": state.churned_on,
        }

    @contextmanager
    def served(self, page_size: int = 2_000, at: datetime | None = AT_NIGHT) -> Iterator[SalesforceEmulator]:
        self.clock = at or self.clock
        with SalesforceEmulator(self.org, page_size=page_size) as emulator:
            yield emulator
            assert emulator.crashes == []

    def connector(
        self,
        emulator: SalesforceEmulator,
        mirror: Mirror | None = None,
        *,
        arr_from_field: bool = True,
        **settings: Any,
    ) -> SalesforceConnector:
        known = self.org.credentials
        given = {"auth": "jwt", "username": known.username, "accounts": MAPPED, **settings}
        return SalesforceConnector(
            SalesforceSource(kind="salesforce", **given),
            SalesforceSecrets.model_validate({"client_id": known.client_id, "private_key": signing_key()[0]}),
            arr_from_field=arr_from_field,
            mirror=mirror or MemoryMirror(),
            now=self.org.now,
            sleep=lambda _: None,
            session=emulator.session,
        )


class LivingPortal:
    """HubSpot keeps every property's history without being told to."""

    def __init__(self) -> None:
        self.clock = _LONG_AGO
        self.portal = Portal(now=lambda: self.clock)
        self.portal.add_property("companies", "csm_owner", of_owners=True)
        self.portal.add_property("companies", "arr", type_="number")
        self.portal.add_property("companies", "churned_on", type_="date")
        self.csms = {csm: str(5000 + number) for number, csm in enumerate(CSMS)}
        for csm, identifier in self.csms.items():
            self.portal.add_owner(identifier, first=csm, email=f"{csm}@acme.test")
        self.accounts: dict[str, str] = {}

    def add(self, name: str, state: State) -> None:
        self.accounts[name] = str(90_000 + len(self.accounts))
        self.portal.add("companies", self.accounts[name], {"name": name, **self._values(state)})

    def change(self, name: str, state: State) -> None:
        self.portal.edit("companies", self.accounts[name], **self._values(state))

    def purge(self, name: str) -> None:
        self.portal.purge("companies", self.accounts[name])

    def _values(self, state: State) -> dict[str, object]:
        return {
            "csm_owner": self.csms[state.csm] if state.csm else None,
            "arr": state.arr,
            "lifecyclestage": state.lifecycle,
            "churned_on": state.churned_on,
        }

    @contextmanager
    def served(self, at: datetime | None = AT_NIGHT) -> Iterator[HubspotEmulator]:
        self.clock = at or self.clock
        with HubspotEmulator(self.portal) as emulator:
            yield emulator

    def connector(self, emulator: HubspotEmulator, mirror: Mirror | None = None) -> HubspotConnector:
        mapped = HubspotAccountFields(csm="csm_owner", arr="arr", churned_on="churned_on")
        return hubspot_connector(emulator, accounts=mapped, now=self.portal.now, mirror=mirror)
