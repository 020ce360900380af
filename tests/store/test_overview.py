"""What those who operate cssync are told of the store, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cssync.model.alert import AlertState
from cssync.model.delivery import DeliveryState
from cssync.model.finding import Severity
from cssync.model.night import RunStatus
from cssync.model.overview import Overview
from cssync.store.base import Store
from cssync.store.upgrade import HEAD
from tests.builders import AT, DAY, a_book, a_delivery, a_digest, a_night, a_run, an_alert, some_books
from tests.store.conftest import Opener

LATER = AT + timedelta(minutes=3)


def overview_of(store: Store) -> Overview:
    found = store.overview()
    assert found is not None
    return found


def test_a_store_without_a_night_has_nothing_to_tell(store: Store) -> None:
    found = overview_of(store)
    assert (found.runs, found.accepted, found.csms) == ((), None, 0)
    assert (dict(found.ended), dict(found.firing), found.undelivered) == ({}, {}, ())
    assert found.revision == HEAD
    assert found.size > 0


def test_where_there_is_no_store_there_is_no_overview(dry: Opener) -> None:
    assert dry().overview() is None


def test_a_dry_store_tells_the_same(store: Store, dry: Opener) -> None:
    store.commit(a_night())
    assert replace(overview_of(dry()), size=0) == replace(overview_of(store), size=0)


def test_the_last_accepted_night_is_told_with_its_csms_and_what_it_cost(store: Store) -> None:
    books = some_books(a_book(), a_book("005sam", name="Sam Ito"))
    store.commit(a_night(DAY - timedelta(days=1), run=a_run(DAY - timedelta(days=1), calls=3)))
    store.commit(a_night(books=books, run=a_run(calls=14, pull_seconds=4.5, finished_at=LATER)))
    found = overview_of(store)
    assert found.accepted is not None
    assert (found.accepted.as_of, found.accepted.calls, found.accepted.pull_seconds) == (DAY, 14, 4.5)
    assert found.csms == 2


def test_runs_are_counted_by_how_they_ended_and_one_under_way_is_not(store: Store) -> None:
    store.commit(a_night())
    for number, status in enumerate((RunStatus.REFUSED, RunStatus.FAILED, RunStatus.FAILED)):
        store.end(a_run(id=f"r{number}", status=status, reason="no"))
    store.begin(a_run(id="now", started_at=LATER))
    found = overview_of(store)
    assert found.ended == {RunStatus.ACCEPTED: 1, RunStatus.REFUSED: 1, RunStatus.FAILED: 2}
    assert found.runs[0].status is RunStatus.RUNNING


def test_alerts_that_fire_are_counted_by_severity_and_rule(store: Store) -> None:
    alerts = (
        an_alert(fingerprint="a"),
        an_alert(fingerprint="b"),
        an_alert(fingerprint="c", rule="arr_over_limit", severity=Severity.CRITICAL),
        an_alert(fingerprint="d", state=AlertState.RESOLVED, resolved_on=DAY),
        an_alert(fingerprint="e", state=AlertState.PENDING),
        an_alert(fingerprint="f", state=AlertState.RECOVERING, rule="arr_over_limit", severity=Severity.CRITICAL),
    )
    store.commit(a_night(alerts=alerts))
    assert overview_of(store).firing == {
        (Severity.WARNING, "accounts_over_limit"): 2,
        (Severity.CRITICAL, "arr_over_limit"): 2,
    }


def test_what_is_not_out_is_told_with_since_when_and_why(store: Store) -> None:
    waiting = a_delivery("new", payload=a_digest(run_id="run-2026-11-22"))
    store.commit(a_night(deliveries=(a_delivery("sent"), a_delivery("tried"), waiting)))
    for delivery in store.due(AT):
        if delivery.id == "sent":
            store.record(replace(delivery, state=DeliveryState.SENT, attempts=1))
        elif delivery.id == "tried":
            store.record(replace(delivery, attempts=3, first_attempt_at=LATER, error="Slack answered HTTP 503"))
    found = overview_of(store)
    assert found.deliveries == {("slack", DeliveryState.SENT): 1, ("slack", DeliveryState.PENDING): 2}
    tried, new = found.undelivered
    assert (tried.attempts, tried.since, tried.error) == (3, LATER, "Slack answered HTTP 503")
    assert (new.attempts, new.since, new.error) == (0, AT, "")


def test_an_answer_counts_as_one_with_the_message_that_is_not_out(store: Store) -> None:
    root, answer = a_delivery("root"), a_delivery("answer", reply_to="root")
    store.commit(a_night(deliveries=(root, answer)))
    assert len(overview_of(store).undelivered) == 1
    store.record(replace(root, state=DeliveryState.SENT, attempts=1, receipt="C1:1"))
    assert len(overview_of(store).undelivered) == 1
    store.record(replace(answer, state=DeliveryState.SENT, attempts=1, receipt="C1:2"))
    assert overview_of(store).undelivered == ()


def test_a_message_given_up_is_told_of_until_the_next_date_has_a_run(store: Store) -> None:
    store.commit(a_night(deliveries=(a_delivery(),)))
    (delivery,) = store.due(AT)
    store.record(replace(delivery, state=DeliveryState.DEAD, attempts=1, first_attempt_at=LATER, error="too long"))
    assert [one.state for one in overview_of(store).undelivered] == [DeliveryState.DEAD]
    store.begin(a_run(DAY + timedelta(days=1)))
    assert overview_of(store).undelivered == ()
