"""The book of every past day, rebuilt from what a CRM remembers, equals what was true on it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from connectors.base import Connector
from cssync.books.changes import state_at
from cssync.capacity.forecast.events import events_of
from cssync.model.finding import Unit
from cssync.model.history import History
from tests.connectors.living_crms import LivingOrg, LivingPortal
from tests.connectors.replay import FIRST, TODAY, UNASSIGNED, Book, Life, Turn, differing
from tests.nights import Night, Nights

SEEDS = (1, 7, 42)
Living = LivingOrg | LivingPortal


def lived(crm: Living, seed: int) -> Life:
    return Life(crm, random.Random(seed)).live()  # noqa: S311 - a story to tell again, not a secret


def first_night(connector: Connector) -> tuple[Night, History]:
    pull = connector.pull(TODAY)
    history = connector.history(pull.accounts, pull.opportunities, TODAY, TODAY - timedelta(days=730))
    return Nights().walk(pull, TODAY, history), history


def rebuilt(night: Night, crm: Living, day: date) -> dict[str, Book]:
    """Customers and their ARR by CSM, as the spells have them."""
    names = {identifier: csm for csm, identifier in crm.csms.items()}
    held = state_at(night.timeline.spells.lazy(), day).filter("is_customer")
    sums = held.group_by("book_id").agg(pl.len(), pl.col("arr").sum()).collect()
    return {names.get(book, book): (accounts, arr) for book, accounts, arr in sums.iter_rows()}


def stages(night: Night, crm: Living, day: date) -> dict[str, str | None]:
    names = {identifier: name for name, identifier in crm.accounts.items()}
    there = state_at(night.timeline.spells.lazy(), day).collect()
    return {names[account]: stage for account, stage in there.select("account_id", "lifecycle").iter_rows()}


def turns(rows: pl.DataFrame, crm: Living) -> list[Turn]:
    csms = {identifier: csm for csm, identifier in crm.csms.items()}
    names = {identifier: name for name, identifier in crm.accounts.items()}
    told = rows.select("account_id", "book_id", "day").iter_rows()
    return sorted((names[account], csms.get(book, book), day) for account, book, day in told)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("crm_of", [LivingOrg, LivingPortal])
def test_every_past_day_is_rebuilt_to_the_cent_on_the_first_night(crm_of: type[Living], seed: int) -> None:
    crm = crm_of()
    life = lived(crm, seed)
    with crm.served() as emulator:
        night, history = first_night(crm.connector(emulator))  # type: ignore[arg-type]  # each with its own emulator
    assert (set(history.since), history.notes) == ({"csm", "arr", "lifecycle"}, ())
    assert max(history.since.values()) <= FIRST
    assert differing(life.days, lambda day: rebuilt(night, crm, day), life.books) == []
    assert differing(life.days, lambda day: stages(night, crm, day), life.stages) == []


@pytest.mark.parametrize("crm_of", [LivingOrg, LivingPortal])
def test_a_history_that_is_read_weeks_after_the_first_night_rebuilds_the_days_before_it(crm_of: type[Living]) -> None:
    crm = crm_of()
    life = Life(crm, random.Random(7))  # noqa: S311 - a story to tell again, not a secret
    nights, began = Nights(), TODAY - timedelta(days=30)
    for day in life.days_passing():
        if day == began:
            with crm.served(at=None) as emulator:
                nights.walk(crm.connector(emulator).pull(day), day)  # type: ignore[arg-type]  # each with its own
    with crm.served() as emulator:
        connector = crm.connector(emulator)  # type: ignore[arg-type]  # each with its own
        pull = connector.pull(TODAY)
        since = TODAY - timedelta(days=730)
        night = nights.walk(pull, TODAY, connector.history(pull.accounts, pull.opportunities, TODAY, since))
    earlier = [day for day in life.days if day <= began or day == TODAY]
    assert differing(earlier, lambda day: rebuilt(night, crm, day), life.books) == []
    assert night.timeline.history_since <= FIRST


@pytest.mark.parametrize("seed", SEEDS)
def test_wins_losses_and_days_over_a_limit_are_those_that_happened(seed: int) -> None:
    crm = LivingOrg()
    life = lived(crm, seed)
    with crm.served() as emulator:
        night, _ = first_night(crm.connector(emulator))
    events = events_of(night.history)
    came, left = life.turns()
    assert events.since == FIRST
    assert turns(events.losses, crm) == sorted(left)
    arrived = turns(events.arrivals, crm)
    assert sorted(name for name, _, _ in arrived) == sorted(name for name, _, _ in came)
    # Whom nobody at work looked after at first may have come to the CSM who was given it later.
    at_work = life.books(TODAY).keys() - {UNASSIGNED}
    assert [turn for turn in came if turn[1] in at_work and turn not in arrived] == []
    for csm, identifier in crm.csms.items():
        for limit in (1, 2, 3, 4, 5):
            found = night.history.over_since(identifier, Unit.ACCOUNTS, Decimal(limit))
            now = life.books(TODAY).get(csm, (0, Decimal(0)))[0]
            assert found == (life.over_since(csm, limit) if now > limit else None), (csm, limit)


def test_a_change_within_the_last_month_is_told_as_it_happened() -> None:
    crm = LivingOrg()
    life = lived(crm, 7)
    with crm.served() as emulator:
        night, _ = first_night(crm.connector(emulator))
    since = TODAY - timedelta(days=30)
    before = life.books(since)
    for csm, identifier in crm.csms.items():
        change = next(change for change in night.book(identifier).tally.changes if change.days == 30)
        assert change.arr_known
        assert (change.before.accounts, change.before.arr) == before.get(csm, (0, Decimal(0)))


def test_where_arr_is_not_tracked_only_accounts_have_a_past_and_that_is_said() -> None:
    crm = LivingOrg(tracked=("CSM__c", "Lifecycle__c"))
    lived(crm, 7)
    with crm.served() as emulator:
        night, history = first_night(crm.connector(emulator))
    assert history.since == {"csm": FIRST, "lifecycle": FIRST}
    (note,) = history.notes
    assert note.startswith("Salesforce has recorded no change of ARR (ARR__c)")
    assert "Set History Tracking" in note
    assert {change.arr_known for book in night.books.books for change in book.tally.changes} == {False}
    assert night.books.known_since == {"csm": FIRST, "customers": TODAY, "arr": TODAY, "lifecycle": FIRST}
