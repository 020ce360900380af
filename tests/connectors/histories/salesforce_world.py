"""A Salesforce org that lives: small pages, Bulk from a few rows on, a formula field, rows that show late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from connectors.salesforce import SalesforceConnector
from cssync.model.mirror import Mirror
from cssync.settings.source import SalesforceSecrets, SalesforceSource
from tests.connectors.histories.world import Clock
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, OPPORTUNITY_FIELDS, load_company
from tests.emulators.salesforce.org import Org, Row
from tests.emulators.salesforce.schema import Field
from tests.emulators.salesforce.server import SalesforceEmulator

_LATE = timedelta(minutes=4)
_FOR_GOOD = 60  # requests: more than a pull and all its repetitions send
_FAULTS: dict[str, tuple[faults.Fault, int]] = {
    "one answer is a server error": (faults.SERVER_ERROR, 1),
    "nothing is answered any more": (faults.SERVER_ERROR, _FOR_GOOD),
    "the session ends": (faults.SESSION_EXPIRED, 1),
    "an answer breaks off": (faults.TRUNCATED, 1),
    "the place is lost": (faults.INVALID_LOCATOR, 1),
    "the day's calls are used up": (faults.TOTAL_REQUESTS, _FOR_GOOD),
    "too many requests at once": (faults.CONCURRENT_REQUESTS, 1),
}
_STAGES = {True: "Closed Won", False: "Closed Lost", None: "Negotiation"}


class SalesforceWorld:
    name = "salesforce"
    faults: Sequence[str] = tuple(_FAULTS)
    settles = _LATE

    def __init__(self) -> None:
        self.clock = Clock()
        self.org = Org(now=self.clock)
        load_company(self.org, accounts=(), owners=())
        self.org.define("Account", Field("Health_Score__c", "string", calculated=True))
        self.org.late = _LATE

    @contextmanager
    def running(self) -> Iterator[None]:
        with SalesforceEmulator(self.org, page_size=3) as self.emulator:
            yield
            assert self.emulator.crashes == []

    def connector(self, mirror: Mirror) -> SalesforceConnector:
        known = self.org.credentials
        return SalesforceConnector(
            SalesforceSource(
                kind="salesforce",
                auth="client_credentials",
                domain=self.org.my_domain,
                bulk_from_rows=8,
                accounts=ACCOUNT_FIELDS.model_copy(update={"health": "Health_Score__c"}),
                opportunities=OPPORTUNITY_FIELDS,
            ),
            SalesforceSecrets(client_id=known.client_id, client_secret=known.client_secret),
            arr_from_field=True,
            mirror=mirror,
            now=self.clock,
            sleep=lambda _: None,
            session=self.emulator.session,
        )

    def break_(self, fault: str, nth: int) -> None:
        kind, times = _FAULTS[fault]
        self.emulator.faults.add(kind, at=range(nth, nth + times))

    def mend(self) -> None:
        self.emulator.faults.clear()

    def people(self) -> Sequence[str]:
        return list(self.org.records["User"])

    def accounts(self) -> Sequence[str]:
        return self._living("Account")

    def deals(self) -> Sequence[str]:
        return self._living("Opportunity")

    def deleted(self) -> Sequence[str]:
        return [each for kind in ("Account", "Opportunity") for each, row in self._rows(kind) if row["IsDeleted"]]

    def hire(self, name: str) -> None:
        self.org.add("User", Name=name, Username=f"{name}@acme.test", IsActive=True, UserType="Standard")

    def rename_person(self, person: str, name: str, *, active: bool) -> None:
        self.org.edit(person, Name=name, IsActive=active)

    def add_account(self, name: str, csm: str | None, arr: int | None, parent: str | None) -> None:
        self.org.add("Account", Name=name, OwnerId=self.people()[0], CSM__c=csm, ARR__c=arr, ParentId=parent)

    def edit_account(self, account: str, csm: str | None, arr: int | None, lifecycle: str) -> None:
        self.org.edit(account, CSM__c=csm, ARR__c=arr, Lifecycle__c=lifecycle)

    def drift(self, account: str, health: str) -> None:
        self.org.edit(account, silently=True, Health_Score__c=health)

    def add_deal(self, account: str, amount: int, closes_in_days: int) -> None:
        self.org.add(
            "Opportunity",
            AccountId=account,
            Name="Expansion",
            OwnerId=self.people()[0],
            StageName=_STAGES[None],
            Amount=amount,
            CloseDate=(self.clock.now + timedelta(days=closes_in_days)).date(),
        )

    def decide(self, deal: str, amount: int, *, won: bool | None) -> None:
        self.org.edit(deal, Amount=amount, StageName=_STAGES[won], IsClosed=won is not None, IsWon=won is True)

    def delete(self, record: str) -> None:
        self.org.delete(record)

    def restore(self, record: str) -> None:
        self.org.undelete(record)

    def purge(self, record: str) -> None:
        self.org.purge(record)

    def merge(self, loser: str, winner: str) -> None:
        self.org.merge(loser, winner)

    def _rows(self, kind: str) -> Sequence[tuple[str, Row]]:
        return list(self.org.records[kind].items())

    def _living(self, kind: str) -> Sequence[str]:
        return [each for each, row in self._rows(kind) if not row["IsDeleted"]]
