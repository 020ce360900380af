"""What a store keeps of its nights, on every database alike."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import polars as pl

from cssync.model.alert import AlertState, Cause
from cssync.model.book import BookKind, Tally
from cssync.model.finding import Severity
from cssync.model.night import RunStatus
from cssync.model.tables import (
    MONEY,
    SPELLS,
)
from cssync.store.base import Store
from tests.builders import (
    AT,
    DAY,
    LONG_AGO,
    TOMORROW,
    YESTERDAY,
    a_book,
    a_deal_spell,
    a_delivery,
    a_night,
    a_run,
    a_spell,
    a_transition,
    an_alert,
    an_owner,
    deal_changes,
    some_books,
    spell_changes,
)


def test_a_new_store_knows_no_past(store: Store) -> None:
    past = store.past(DAY, LONG_AGO)

    assert (past.runs, past.today, past.alerts, past.history_since) == ((), None, (), None)
    assert past.spells.schema == pl.Schema({**SPELLS, "attributes_hash": pl.UInt64()})
    assert past.spells.is_empty()


def test_the_same_night_twice_leaves_what_once_leaves(store: Store) -> None:
    night = a_night(
        spells=spell_changes(opened=[a_spell()]),
        pipeline=deal_changes(opened=[a_deal_spell()]),
        alerts=(an_alert(),),
        transitions=(a_transition(),),
        deliveries=(a_delivery(),),
    )

    store.commit(night)
    store.commit(night)

    past = store.past(TOMORROW, LONG_AGO)
    assert [run.id for run in past.runs] == ["run-2026-11-22"]
    assert past.spells.height == past.pipeline.height == 1
    assert past.alerts == (an_alert(),)
    assert store.transitions("f00d") == (a_transition(),)
    assert store.due(AT) == (a_delivery(),)
    assert store.daily_books(DAY).height == 1


def test_a_second_run_of_a_day_takes_the_place_of_the_first(store: Store) -> None:
    store.commit(a_night(spells=spell_changes(opened=[a_spell(), a_spell("001gone")])))
    again = a_night(
        run=a_run(id="later", arr=Decimal("7.00"), started_at=AT + timedelta(hours=1)),
        spells=spell_changes(removed=[("001acme", DAY), ("001gone", DAY)], opened=[a_spell(arr=Decimal("7.00"))]),
        books=some_books(a_book("005lee", tally=Tally(1, Decimal("7.00")))),
    )
    store.commit(again)

    past = store.past(DAY, LONG_AGO)
    assert past.today == a_run(
        id="later", arr=Decimal("7.00"), started_at=AT + timedelta(hours=1), status=RunStatus.ACCEPTED
    )
    assert past.spells.select("account_id", "arr").rows() == [("001acme", Decimal("7.00"))]
    assert store.daily_books(DAY).get_column("book_id").to_list() == ["005lee"]
    assert [run.id for run in store.runs(10)] == ["later"]


def test_alerts_are_the_latest_incident_of_each_fingerprint(store: Store) -> None:
    resolved = an_alert(state=AlertState.RESOLVED, resolved_on=YESTERDAY, finding=None)
    reopened = an_alert(incident=2, severity=Severity.CRITICAL)
    other = an_alert(fingerprint="beef", opened_on=TOMORROW)
    store.commit(a_night(YESTERDAY, alerts=(resolved,)))
    store.commit(a_night(DAY, alerts=(other, reopened)))

    assert store.alerts() == (reopened, other)
    assert store.past(TOMORROW, LONG_AGO).alerts == (reopened, other)


def test_the_story_of_an_alert_is_told_in_order(store: Store) -> None:
    opened = a_transition()
    worse = a_transition(
        an_alert(value=Decimal("77.5"), severity=Severity.CRITICAL, changed_on=TOMORROW),
        cause=Cause.WORSENED,
        before=Severity.WARNING,
    )
    store.commit(a_night(transitions=(opened, a_transition(an_alert(fingerprint="beef")))))
    store.commit(a_night(TOMORROW, transitions=(worse,)))

    assert store.transitions("f00d") == (opened, worse)
    assert store.transitions("unknown") == ()


def test_daily_books_tell_every_night_from_a_day_on(store: Store) -> None:
    unassigned = a_book(
        "unassigned",
        kind=BookKind.UNASSIGNED,
        name="Unassigned",
        email=None,
        team=None,
        segment=None,
        tally=Tally(1, Decimal("0.10")),
    )
    for day in (LONG_AGO, YESTERDAY, DAY):
        store.commit(a_night(day, books=some_books(unassigned, a_book(), as_of=day)))

    books = store.daily_books(YESTERDAY)

    assert books.schema == pl.Schema(
        {
            "as_of": pl.Date(),
            "book_id": pl.String(),
            "kind": pl.String(),
            "name": pl.String(),
            "team": pl.String(),
            "segment": pl.String(),
            "accounts": pl.Int64(),
            "arr": MONEY,
        }
    )
    assert books.rows() == [
        (YESTERDAY, "005dana", "csm", "Dana Roy", "West", "mid-market", 2, Decimal("150000.00")),
        (YESTERDAY, "unassigned", "unassigned", "Unassigned", None, None, 1, Decimal("0.10")),
        (DAY, "005dana", "csm", "Dana Roy", "West", "mid-market", 2, Decimal("150000.00")),
        (DAY, "unassigned", "unassigned", "Unassigned", None, None, 1, Decimal("0.10")),
    ]


def test_tenants_in_one_store_know_nothing_of_each_other(store: Store, address: str) -> None:
    from cssync.store.open import open_store

    store.commit(
        a_night(
            spells=spell_changes(opened=[a_spell()]),
            alerts=(an_alert(),),
            transitions=(a_transition(),),
            deliveries=(a_delivery(),),
        )
    )
    other = open_store(address, "globex", patience_seconds=0)
    try:
        other.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
        past = other.past(TOMORROW, LONG_AGO)
        assert past.spells.get_column("valid_from").to_list() == [YESTERDAY]
        assert (past.alerts, other.transitions("f00d"), other.due(AT)) == ((), (), ())
        assert [run.as_of for run in other.runs(10)] == [YESTERDAY]
    finally:
        other.close()
    assert [run.as_of for run in store.runs(10)] == [DAY]


def test_nul_characters_from_a_crm_do_not_stop_the_night(store: Store) -> None:
    night = a_night(
        owners=(an_owner(name="Da\x00na"),),
        spells=spell_changes(opened=[a_spell(lifecycle="li\x00ve", name="Ac\x00me")]),
        books=some_books(a_book(name="Da\x00na")),
        alerts=(an_alert(subject_name="Da\x00na"),),
    )
    store.commit(night)

    assert store.past(TOMORROW, LONG_AGO).spells.get_column("lifecycle").to_list() == ["live"]
    assert store.daily_books(DAY).get_column("name").to_list() == ["Dana"]
    assert store.alerts() == (an_alert(subject_name="Da\x00na"),)
