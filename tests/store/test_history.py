"""The time before the first night is laid before it, and takes the place of what was known of that time."""

from __future__ import annotations

import signal
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl
import pytest

from cssync.model.history import Backfill, History
from cssync.model.tables import OPPORTUNITY_SPELLS, SPELLS
from cssync.store.base import Store
from cssync.store.open import open_store
from tests.builders import DAY, TOMORROW, a_deal_spell, a_night, a_spell, deal_changes, spell_changes
from tests.store.conftest import Opener, program

JANUARY, MAY = date(2026, 1, 1), date(2026, 5, 1)
EVER = date(2020, 1, 1)
TRACKED = History(since={"csm": JANUARY, "lifecycle": MAY}, notes=("ARR was not tracked.",))

Period: TypeAlias = tuple[str, date, date | None, str]


def _before(*rows: tuple[str, date, date, str]) -> Backfill:
    spells: list[dict[str, Any]] = [
        {"account_id": account, "valid_from": since, "valid_to": until, "book_id": book, "arr": Decimal("7.00")}
        for account, since, until, book in rows
    ]
    return Backfill(pl.DataFrame(spells, schema=SPELLS))


def _periods(store: Store) -> list[Period]:
    spells = store.past(TOMORROW, EVER).spells
    return spells.sort("account_id", "valid_from").select("account_id", "valid_from", "valid_to", "book_id").rows()


@pytest.fixture
def first_night(store: Store) -> Store:
    store.commit(a_night(spells=spell_changes(opened=[a_spell()])))
    return store


def test_a_store_that_never_asked_the_crm_knows_of_no_tracking(first_night: Store) -> None:
    remembered = first_night.latest(90)

    assert first_night.past(TOMORROW, EVER).history_tracked is None
    assert remembered is not None
    assert remembered.history_tracked is None


def test_a_first_night_brings_its_history_along(store: Store, dry: Opener) -> None:
    opened = [a_spell(), a_spell(valid_from=JANUARY, valid_to=DAY, book_id="005lee", attributes_hash=None)]
    store.commit(a_night(spells=spell_changes(opened=opened), history=TRACKED))

    past, remembered = store.past(TOMORROW, EVER), store.latest(90)

    assert _periods(store) == [("001acme", JANUARY, DAY, "005lee"), ("001acme", DAY, None, "005dana")]
    assert past.history_since == JANUARY
    assert past.history_tracked == {"csm": JANUARY, "lifecycle": MAY}
    assert remembered is not None
    assert remembered.history_tracked == past.history_tracked
    assert dry().past(TOMORROW, EVER).history_tracked == past.history_tracked


def test_a_night_without_a_history_leaves_the_one_known(store: Store) -> None:
    store.commit(a_night(history=TRACKED))
    store.commit(a_night(TOMORROW))

    assert store.past(TOMORROW, EVER).history_tracked == {"csm": JANUARY, "lifecycle": MAY}


def test_a_backfill_is_laid_before_the_first_night(first_night: Store) -> None:
    first_night.backfill(_before(("001acme", JANUARY, DAY, "005lee"), ("001old", MAY, DAY, "005lee")), DAY, TRACKED)

    past = first_night.past(TOMORROW, EVER)
    assert _periods(first_night) == [
        ("001acme", JANUARY, DAY, "005lee"),
        ("001acme", DAY, None, "005dana"),
        ("001old", MAY, DAY, "005lee"),
    ]
    assert (past.history_since, past.history_tracked) == (JANUARY, {"csm": JANUARY, "lifecycle": MAY})


def test_a_backfill_takes_the_place_of_an_earlier_one(first_night: Store) -> None:
    first_night.backfill(_before(("001acme", JANUARY, DAY, "005lee"), ("001old", MAY, DAY, "005lee")), DAY, TRACKED)
    first_night.backfill(_before(("001acme", MAY, DAY, "005kim")), DAY, History(since={"csm": MAY}))

    assert _periods(first_night) == [("001acme", MAY, DAY, "005kim"), ("001acme", DAY, None, "005dana")]
    assert first_night.past(TOMORROW, EVER).history_tracked == {"csm": MAY}


def test_the_way_of_deals_is_laid_before_the_first_night_too(store: Store) -> None:
    opened = [a_deal_spell(), a_deal_spell(valid_from=JANUARY, valid_to=DAY, stage="Guessed")]
    store.commit(a_night(pipeline=deal_changes(opened=opened), history=TRACKED))
    told = {"opportunity_id": "006big", "stage": "Discovery", "valid_from": MAY, "valid_to": DAY}

    store.backfill(Backfill(pipeline=pl.DataFrame([told], schema=OPPORTUNITY_SPELLS)), DAY, TRACKED)

    known = store.past(TOMORROW, EVER).pipeline.sort("valid_from").select("stage", "valid_from", "valid_to")
    assert known.rows() == [("Discovery", MAY, DAY), ("Proposal", DAY, None)]


def test_a_crm_that_tracks_nothing_is_not_asked_again(first_night: Store) -> None:
    first_night.backfill(_before(), DAY, History())

    assert first_night.past(TOMORROW, EVER).history_tracked == {}


def test_a_spell_across_the_first_night_keeps_its_later_part_with_all_its_attributes(store: Store) -> None:
    store.commit(
        a_night(
            spells=spell_changes(
                opened=[
                    a_spell(valid_from=JANUARY),
                    a_spell("001left", JANUARY, valid_to=TOMORROW),
                    a_spell("001gone", JANUARY, valid_to=DAY),
                ]
            ),
            history=TRACKED,
        )
    )

    store.backfill(_before(("001acme", MAY, DAY, "005lee")), DAY, TRACKED)

    assert _periods(store) == [
        ("001acme", MAY, DAY, "005lee"),
        ("001acme", DAY, None, "005dana"),
        ("001left", DAY, TOMORROW, "005dana"),
    ]
    remembered = store.latest(1)
    assert remembered is not None
    assert remembered.accounts.select("account_id", "name", "amount").rows() == [
        ("001acme", "Acme", Decimal("100000.00"))
    ]


@pytest.mark.parametrize("until", [None, TOMORROW])
def test_a_backfill_that_reaches_into_our_own_nights_is_refused(first_night: Store, until: date | None) -> None:
    spells = _before(("001acme", JANUARY, DAY, "005lee")).spells.with_columns(valid_to=pl.lit(until, pl.Date))

    with pytest.raises(ValueError, match="does not end by then"):
        first_night.backfill(Backfill(spells), DAY, TRACKED)

    assert _periods(first_night) == [("001acme", DAY, None, "005dana")]


def test_a_backfill_of_days_that_we_saw_ourselves_is_refused(first_night: Store) -> None:
    with pytest.raises(ValueError, match="an accepted night"):
        first_night.backfill(_before(("001acme", JANUARY, DAY, "005lee")), TOMORROW, TRACKED)

    assert _periods(first_night) == [("001acme", DAY, None, "005dana")]


def test_a_backfill_leaves_other_tenants_alone(address: str, first_night: Store) -> None:
    other = open_store(address, "globex")
    other.commit(a_night(spells=spell_changes(opened=[a_spell(valid_from=JANUARY)]), history=History()))

    first_night.backfill(_before(("001acme", MAY, DAY, "005lee")), DAY, TRACKED)

    assert _periods(other) == [("001acme", JANUARY, None, "005dana")]
    assert other.past(TOMORROW, EVER).history_tracked == {}
    other.close()


def test_a_dry_run_writes_no_backfill(first_night: Store, dry: Opener) -> None:
    dry().backfill(_before(("001acme", JANUARY, DAY, "005lee")), DAY, TRACKED)

    assert _periods(first_night) == [("001acme", DAY, None, "005dana")]


@pytest.mark.parametrize(
    "beginning", ["UPDATE account_spell", "DELETE FROM account_spell", "INSERT INTO history", "COMMIT"]
)
def test_killed_inside_a_backfill_what_was_known_stands(address: str, first_night: Store, beginning: str) -> None:
    first_night.backfill(_before(("001acme", JANUARY, DAY, "005lee")), DAY, TRACKED)

    with program("crash_backfill", address, beginning) as crashing:
        assert crashing.wait() == -signal.SIGKILL

    assert _periods(first_night) == [("001acme", JANUARY, DAY, "005lee"), ("001acme", DAY, None, "005dana")]
    assert first_night.past(TOMORROW, EVER).history_tracked == {"csm": JANUARY, "lifecycle": MAY}
