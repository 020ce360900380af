"""What a night writes: only what changed, and enough to rebuild every day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cssync.books.changes import state_at
from tests.nights import TODAY, Nights, Row, account, pull_of

MON, TUE, WED = (date(2026, 11, day) for day in (23, 24, 25))


def spells(nights: Nights) -> list[tuple[object, ...]]:
    """(account, book, from, to), in order."""
    columns = ("account_id", "book_id", "valid_from", "valid_to")
    return nights.past.spells.select(columns).sort("account_id", "valid_from").rows()


def test_a_quiet_night_writes_nothing() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a"), account("b", None)]), MON)
    changes = nights.walk(pull_of([account("a"), account("b", None)]), TUE).changes
    assert [len(t) for t in (changes.removed, changes.closed, changes.opened, changes.refreshed)] == [0, 0, 0, 0]


def test_a_new_csm_ends_one_spell_and_begins_another() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1")]), MON)
    nights.walk(pull_of([account("a", "U2")]), WED)
    assert spells(nights) == [("a", "U1", MON, WED), ("a", "U2", WED, None)]


def test_a_new_name_is_refreshed_without_a_new_spell() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", name="Old")]), MON)
    changes = nights.walk(pull_of([account("a", name="New")]), TUE).changes
    assert changes.refreshed["name"].to_list() == ["New"]
    assert spells(nights) == [("a", "U1", MON, None)]


def test_a_record_that_is_gone_ends_its_spell() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a"), account("b")]), MON)
    nights.walk(pull_of([account("b")]), TUE)
    assert spells(nights) == [("a", "U1", MON, TUE), ("b", "U1", MON, None)]


def test_a_record_that_comes_back_begins_anew() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a"), account("b")]), MON)
    nights.walk(pull_of([account("b")]), TUE)
    nights.walk(pull_of([account("a"), account("b")]), WED)
    assert spells(nights) == [("a", "U1", MON, TUE), ("a", "U1", WED, None), ("b", "U1", MON, None)]


def test_a_second_snapshot_of_a_day_replaces_the_first() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1"), account("b")]), MON)
    nights.walk(pull_of([account("a", "U2"), account("c")]), TUE)
    nights.walk(pull_of([account("a", "U1"), account("b")]), TUE)
    assert spells(nights) == [("a", "U1", MON, None), ("b", "U1", MON, None)]


def test_a_second_snapshot_of_the_very_first_day_replaces_it_too() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1")]), MON)
    nights.walk(pull_of([account("a", "U2"), account("b")]), MON)
    assert spells(nights) == [("a", "U2", MON, None), ("b", "U1", MON, None)]


days_of_accounts = st.lists(
    st.dictionaries(
        st.sampled_from("abcd"), st.tuples(st.sampled_from(["U1", "U2", None]), st.integers(0, 3)), min_size=1
    ),
    min_size=1,
    max_size=6,
)


@given(days_of_accounts, st.lists(st.integers(0, 2), min_size=6, max_size=6))
@settings(max_examples=30, deadline=None)
def test_every_remembered_day_can_be_rebuilt(days: list[dict[str, tuple[str | None, int]]], steps: list[int]) -> None:
    nights = Nights()
    told: dict[date, list[Row]] = {}
    day = TODAY
    for accounts, step in zip(days, steps, strict=False):
        day += timedelta(days=step if told else 0)
        rows = [account(name, csm, amount) for name, (csm, amount) in accounts.items()]
        nights.walk(pull_of(rows), day)
        told[day] = rows
    for when, rows in told.items():
        state = state_at(nights.past.spells.lazy(), when).sort("account_id").select("account_id", "book_id", "arr")
        rebuilt = state.collect().rows()
        expected = [(r["account_id"], r["csm_ref"] or "unassigned", r["amount"]) for r in rows]
        assert rebuilt == sorted(expected)
    open_ones = nights.past.spells.filter(pl.col("valid_to").is_null())
    assert open_ones["account_id"].is_unique().all()
    assert nights.past.spells.filter(pl.col("valid_to") <= pl.col("valid_from")).is_empty()
