"""However a CRM changes and however nights go wrong, a night that reads the changes sees what a full one would.

``CSSYNC_HISTORIES`` says how many histories of each vendor are tried; ``make histories`` tries a thousand in all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from cssync.errors import ConnectorError
from cssync.model.pull import Pull
from cssync.store.base import Store
from cssync.store.memory_mirror import MemoryMirror
from cssync.store.open import open_store
from tests.connectors.histories.hubspot_world import HubspotWorld
from tests.connectors.histories.salesforce_world import SalesforceWorld
from tests.connectors.histories.world import World

HISTORIES = int(os.environ.get("CSSYNC_HISTORIES", "4"))
TRIED = settings(max_examples=HISTORIES, stateful_step_count=25, deadline=None, derandomize=True)

SECONDS = st.integers(1, 5_000)
PICK = st.integers(0, 1_000)
ARR = st.one_of(st.none(), st.integers(0, 500_000))
NAMES = st.sampled_from(["Globex", "Ünïcode & Söhne", "<!channel>", 'Comma, "Quote"', "Two\nLines", "\U0001f680"])
LIFECYCLES = st.sampled_from(["onboarding", "live", "leaving"])


class Killed(BaseException):
    """The process ends here: nothing catches this, as nothing catches SIGKILL."""


class History(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="histories-"))
        self.stack.callback(shutil.rmtree, self.folder)
        shutil.copy(_new_store(), self.folder / "cssync.db")
        self.changed_at = self.world.clock.now

    @initialize(accounts=st.integers(1, 12), data=st.data())
    def begin(self, accounts: int, data: st.DataObject) -> None:
        self.stack.enter_context(self.world.running())
        self.world.hire("Dana")
        self.world.hire("Mara")
        for number in range(accounts):
            self.world.add_account(f"First {number}", self._one_of(self.world.people(), number), 1000 * number, None)
        if data.draw(st.booleans(), label="deals at first"):
            for number, account in enumerate(self.world.accounts()):
                self.world.add_deal(account, 100 * number, closes_in_days=number)

    # -- what happens in the CRM --------------------------------------------------------------------------------

    @rule(name=NAMES, who=PICK, arr=ARR, parent=PICK, later=SECONDS)
    def account_arrives(self, name: str, who: int, arr: int | None, parent: int, later: int) -> None:
        self._wait(later)
        above = self._one_of((None, *self.world.accounts()), parent)
        self.world.add_account(name, self._one_of((None, *self.world.people()), who), arr, above)

    @rule(which=PICK, who=PICK, arr=ARR, lifecycle=LIFECYCLES, later=SECONDS)
    def account_changes(self, which: int, who: int, arr: int | None, lifecycle: str, later: int) -> None:
        self._wait(later)
        if account := self._one_of(self.world.accounts(), which):
            self.world.edit_account(account, self._one_of((None, *self.world.people()), who), arr, lifecycle)

    @rule(which=PICK, health=st.sampled_from(["red", "green"]), later=SECONDS)
    def account_drifts(self, which: int, health: str, later: int) -> None:
        self._wait(later)
        if account := self._one_of(self.world.accounts(), which):
            self.world.drift(account, health)

    @rule(which=PICK, amount=st.integers(1, 90_000), days=st.integers(-700, 90), later=SECONDS)
    def deal_arrives(self, which: int, amount: int, days: int, later: int) -> None:
        self._wait(later)
        if account := self._one_of(self.world.accounts(), which):
            self.world.add_deal(account, amount, closes_in_days=days)

    @rule(which=PICK, amount=st.integers(1, 90_000), won=st.sampled_from([True, False, None]), later=SECONDS)
    def deal_is_decided(self, which: int, amount: int, won: bool | None, later: int) -> None:  # noqa: FBT001 - Hypothesis names it
        self._wait(later)
        if deal := self._one_of(self.world.deals(), which):
            self.world.decide(deal, amount, won=won)

    @rule(which=PICK, later=SECONDS)
    def record_is_deleted(self, which: int, later: int) -> None:
        self._wait(later)
        if record := self._one_of((*self.world.accounts(), *self.world.deals()), which):
            self.world.delete(record)

    @rule(which=PICK, later=SECONDS)
    def record_is_restored(self, which: int, later: int) -> None:
        self._wait(later)
        if record := self._one_of(self.world.deleted(), which):
            self.world.restore(record)

    @rule(which=PICK, later=SECONDS)
    def record_is_purged(self, which: int, later: int) -> None:
        self._wait(later)
        if record := self._one_of((*self.world.accounts(), *self.world.deals(), *self.world.deleted()), which):
            self.world.purge(record)

    @rule(loser=PICK, winner=PICK, later=SECONDS)
    def accounts_are_merged(self, loser: int, winner: int, later: int) -> None:
        self._wait(later)
        first, second = self._one_of(self.world.accounts(), loser), self._one_of(self.world.accounts(), winner)
        if first and second and first != second:
            self.world.merge(first, second)

    @rule(which=PICK, name=NAMES, active=st.booleans(), later=SECONDS)
    def person_changes(self, which: int, name: str, active: bool, later: int) -> None:  # noqa: FBT001 - Hypothesis names it
        self._wait(later)
        if person := self._one_of(self.world.people(), which):
            self.world.rename_person(person, name, active=active)

    @rule(name=NAMES)
    def person_arrives(self, name: str) -> None:
        self.world.hire(name)

    # -- nights -------------------------------------------------------------------------------------------------

    @rule(hours=st.integers(2, 30))
    def a_night(self, hours: int) -> None:
        self._wait(0)
        self.world.clock.pass_(timedelta(hours=hours))
        self._compare(self._night())

    @rule(seconds=st.integers(0, 400))
    def a_night_right_after_a_change(self, seconds: int) -> None:
        """Whatever it missed for being too early, the next one finds."""
        self._wait(seconds)
        self._night()

    @rule(nth=st.integers(1, 12), data=st.data())
    def a_night_that_goes_wrong(self, nth: int, data: st.DataObject) -> None:
        self.world.clock.pass_(timedelta(hours=3))
        self.world.break_(data.draw(st.sampled_from(sorted(self.world.faults)), label="fault"), nth)
        try:
            self._night()
        except ConnectorError:
            pass
        finally:
            self.world.mend()

    @precondition(lambda self: self.world.accounts())
    @rule(batches=st.integers(0, 6))
    def a_night_that_is_killed(self, batches: int) -> None:
        self.world.clock.pass_(timedelta(hours=3))
        left = batches

        def killed_at_the_last(stage: str, done: int, total: int | None) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        store = self._store()
        try:
            as_of = self.world.clock.now.date()
            self.world.connector(store.mirror(self.world.name)).pull(as_of, killed_at_the_last)
        except Killed:
            pass
        finally:
            store.close()

    def teardown(self) -> None:
        try:
            if self.world.people():
                self.world.clock.pass_(self.world.settles + timedelta(hours=1))
                self._compare(self._night())
        finally:
            self.stack.close()

    # -- how ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _one_of(choices: Any, which: int) -> Any:
        return choices[which % len(choices)] if choices else None

    def _wait(self, seconds: int) -> None:
        self.world.clock.pass_(timedelta(seconds=seconds))

    def _store(self) -> Store:
        return open_store(self.folder / "cssync.db", "default")

    def _night(self) -> Pull:
        store = self._store()
        try:
            return self.world.connector(store.mirror(self.world.name)).pull(self.world.clock.now.date())
        finally:
            store.close()

    def _compare(self, seen: Pull) -> None:
        whole = self.world.connector(MemoryMirror()).pull(self.world.clock.now.date())
        assert _sorted(seen.accounts).equals(_sorted(whole.accounts)), _difference(seen.accounts, whole.accounts)
        found, there = seen.opportunities, whole.opportunities
        assert _sorted(found).equals(_sorted(there)), _difference(found, there)
        assert sorted(seen.owners, key=repr) == sorted(whole.owners, key=repr)
        assert sorted(seen.problems.rows(), key=repr) == sorted(whole.problems.rows(), key=repr)
        assert seen.rates == whole.rates


class SalesforceHistory(History):
    def __init__(self) -> None:
        self.world = SalesforceWorld()
        super().__init__()


class HubspotHistory(History):
    def __init__(self) -> None:
        self.world = HubspotWorld()
        super().__init__()


TestSalesforceNights = SalesforceHistory.TestCase
TestSalesforceNights.settings = TRIED
TestHubspotNights = HubspotHistory.TestCase
TestHubspotNights.settings = TRIED


@cache
def _new_store() -> Path:
    """A store made and migrated once; every history gets a copy."""
    path = Path(tempfile.mkdtemp(prefix="histories-")) / "cssync.db"
    open_store(path, "default").close()
    return path


def _sorted(table: pl.DataFrame) -> pl.DataFrame:
    return table.sort(table.columns[0])


def _difference(seen: pl.DataFrame, whole: pl.DataFrame) -> str:
    key = seen.columns[0]
    left, right = ({row[key]: row for row in table.iter_rows(named=True)} for table in (seen, whole))
    apart = [record for record in sorted(left.keys() | right.keys()) if left.get(record) != right.get(record)]
    return "\n".join(f"{record}: read {left.get(record)}, is {right.get(record)}" for record in apart)
