"""How accounts are kept through time, on every database alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from cssync.errors import StoreError
from cssync.model.tables import (
    SPELLS,
)
from cssync.store.base import Store
from tests.builders import (
    DAY,
    LONG_AGO,
    TOMORROW,
    YESTERDAY,
    a_night,
    a_run,
    a_spell,
    spell_changes,
)
from tests.store.conftest import Opener


def test_spells_come_back_exactly_as_they_were_committed(store: Store, reopen: Opener) -> None:
    odd = 'Zoë "\\N", \\N\n,\t名前 \U0001f600'
    spells = [
        a_spell("001a", arr=Decimal("92233720368547758.07"), lifecycle=odd),
        a_spell("001b", arr=Decimal("-0.01"), lifecycle="\\N", segment=None),
        a_spell("001c", arr=None, is_customer=False, attributes_hash=0),
        a_spell("001d", arr=Decimal("0.29"), attributes_hash=2**63),
    ]
    store.commit(a_night(spells=spell_changes(opened=reversed(spells))))

    found = reopen().past(TOMORROW, LONG_AGO).spells.sort("account_id")

    assert found.schema == pl.Schema({**SPELLS, "attributes_hash": pl.UInt64()})
    assert found.select("account_id", "arr", "lifecycle", "segment", "is_customer", "attributes_hash").rows() == [
        ("001a", Decimal("92233720368547758.07"), odd, "mid-market", True, 2**64 - 1),
        ("001b", Decimal("-0.01"), "\\N", None, True, 2**64 - 1),
        ("001c", None, "live", "mid-market", False, 0),
        ("001d", Decimal("0.29"), "live", "mid-market", True, 2**63),
    ]
    assert found.select("valid_from", "valid_to", "book_id", "unit_id").row(0) == (DAY, None, "005dana", "001a")


def test_a_changed_account_closes_its_spell_and_opens_another(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    store.commit(
        a_night(spells=spell_changes(closed=[("001acme", YESTERDAY, DAY)], opened=[a_spell(arr=Decimal("250000.00"))]))
    )

    spells = store.past(TOMORROW, LONG_AGO).spells.sort("valid_from")

    assert spells.select("valid_from", "valid_to", "arr").rows() == [
        (YESTERDAY, DAY, Decimal("100000.00")),
        (DAY, None, Decimal("250000.00")),
    ]


def test_a_spell_closed_by_an_earlier_run_of_the_day_can_be_opened_again(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    store.commit(
        a_night(spells=spell_changes(closed=[("001acme", YESTERDAY, DAY)], opened=[a_spell(arr=Decimal("1.00"))]))
    )
    undone = spell_changes(
        removed=[("001acme", DAY)],
        closed=[("001acme", YESTERDAY, None)],
        refreshed=[a_spell(valid_from=YESTERDAY, attributes_hash=7)],
    )
    store.commit(a_night(run=a_run(id="later"), spells=undone))

    spells = store.past(TOMORROW, LONG_AGO).spells

    assert spells.select("valid_from", "valid_to", "arr", "attributes_hash").rows() == [
        (YESTERDAY, None, Decimal("100000.00"), 7)
    ]


def test_the_past_holds_open_spells_and_those_closed_after_the_look_back_day(store: Store) -> None:
    first = date(2026, 1, 1)
    history = [
        a_spell("001old", first, valid_to=date(2026, 6, 30)),
        a_spell("001edge", first, valid_to=date(2026, 7, 1)),
        a_spell("001new", first, valid_to=date(2026, 7, 2)),
        a_spell("001open", first),
    ]
    store.commit(a_night(spells=spell_changes(opened=history)))

    past = store.past(TOMORROW, date(2026, 7, 1))

    assert sorted(past.spells.get_column("account_id")) == ["001new", "001open"]
    assert past.history_since == first


def test_a_refreshed_spell_keeps_its_dates_and_takes_the_new_attributes(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    renamed = a_spell(valid_from=YESTERDAY, name="Acme Group", attributes_hash=7)
    store.commit(a_night(spells=spell_changes(refreshed=[renamed])))

    spells = store.past(TOMORROW, LONG_AGO).spells

    assert spells.select("valid_from", "valid_to", "attributes_hash").rows() == [(YESTERDAY, None, 7)]


def test_a_night_that_closes_an_unknown_spell_is_refused_whole(store: Store) -> None:
    changes = spell_changes(closed=[("001nobody", YESTERDAY, DAY)], opened=[a_spell()])

    with pytest.raises(StoreError, match="1 of 1 spells to close are not in the store"):
        store.commit(a_night(spells=changes))

    assert store.past(TOMORROW, LONG_AGO).spells.is_empty()
    assert store.runs(10) == ()


def test_a_second_open_spell_of_an_account_is_refused_by_the_database(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))

    with pytest.raises(StoreError, match="contradicts what is stored"):
        store.commit(a_night(spells=spell_changes(opened=[a_spell()])))

    assert store.past(TOMORROW, LONG_AGO).spells.height == 1


def test_an_amount_beyond_what_can_be_kept_is_refused_and_not_rounded(store: Store) -> None:
    huge = a_spell(arr=Decimal("92233720368547758.08"))

    with pytest.raises(StoreError, match="too large"):
        store.commit(a_night(spells=spell_changes(opened=[huge])))
