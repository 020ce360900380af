"""A dry run sees the same past and leaves no trace."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cssync.model.check import CheckStatus
from cssync.model.delivery import DeliveryState
from cssync.store.base import Store
from cssync.store.open import open_dry_store
from tests.builders import AT, DAY, TOMORROW, a_delivery, a_night, a_run, a_spell, a_transition, an_alert, spell_changes
from tests.store.conftest import Opener

SINCE = date(2026, 8, 1)


@pytest.fixture
def filled(store: Store) -> Store:
    store.commit(
        a_night(
            spells=spell_changes(opened=[a_spell()]),
            alerts=(an_alert(),),
            transitions=(a_transition(),),
            deliveries=(a_delivery(),),
        )
    )
    return store


def test_a_dry_run_sees_the_past_that_a_real_one_would_see(filled: Store, dry: Opener) -> None:
    real, rehearsed = filled.past(TOMORROW, SINCE), dry().past(TOMORROW, SINCE)

    assert rehearsed.spells.equals(real.spells)
    assert (rehearsed.runs, rehearsed.alerts, rehearsed.history_since) == (real.runs, real.alerts, DAY)
    assert dry().transitions("f00d") == (a_transition(),)
    assert dry().alerts() == (an_alert(),)
    assert dry().accepted(TOMORROW) == filled.accepted(TOMORROW) != ()
    # The screen speaks for whoever was told, and shows only what would be news to them.
    assert rehearsed.told == real.told | {("console", "")}
    assert dry().runs(1) == real.runs
    assert dry().daily_books(DAY).equals(filled.daily_books(DAY))


def test_a_dry_night_is_gone_afterwards(filled: Store, dry: Opener) -> None:
    rehearsal = dry()
    with rehearsal.lock():
        rehearsal.begin(a_run(TOMORROW))
        rehearsal.commit(a_night(TOMORROW, deliveries=(a_delivery("d2"),)))
        rehearsal.record(a_delivery("d2", state=DeliveryState.SENT))
        rehearsal.end(a_run(TOMORROW, id="other"), (a_delivery("d3"),))

    assert [run.as_of for run in filled.runs(10)] == [DAY]
    assert filled.due(AT) == (a_delivery(),)


def test_a_dry_run_delivers_its_own_night_and_nothing_else(filled: Store, dry: Opener) -> None:
    rehearsal = dry()
    assert rehearsal.due(AT) == ()

    rehearsal.commit(a_night(TOMORROW, deliveries=(a_delivery("d2"), a_delivery("d3", not_before=AT))))

    assert [one.id for one in rehearsal.due(AT - timedelta(seconds=1))] == ["d2"]
    rehearsal.record(a_delivery("d2", state=DeliveryState.SENT))
    assert [one.id for one in rehearsal.due(AT)] == ["d3"]


def test_a_dry_run_before_the_first_night_has_an_empty_past_and_makes_no_store(dry: Opener, tmp_path: Path) -> None:
    rehearsal = dry()
    past = rehearsal.past(DAY, SINCE)

    assert (past.runs, past.today, past.alerts, past.history_since) == ((), None, (), None)
    assert past.spells.is_empty()
    assert (rehearsal.runs(1), rehearsal.alerts(), rehearsal.transitions("f00d")) == ((), (), ())
    assert rehearsal.daily_books(SINCE).is_empty()
    assert [check.status for check in rehearsal.check()] == [CheckStatus.OK]
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_of_a_tenant_without_nights_has_an_empty_past(filled: Store, address: str) -> None:
    other = open_dry_store(address, "globex")

    assert other.past(DAY, SINCE).runs == ()
    other.close()


def test_a_dry_run_works_beside_a_real_one(filled: Store, dry: Opener) -> None:
    with filled.lock(), dry().lock():
        assert dry().past(TOMORROW, SINCE).spells.height == 1
