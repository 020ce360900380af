"""How runs are kept, however they ended, on every database alike."""

from __future__ import annotations

from datetime import timedelta

from cssync.model.digest import Notice
from cssync.model.night import RunStatus
from cssync.store.base import Store
from tests.builders import (
    AT,
    DAY,
    LONG_AGO,
    YESTERDAY,
    a_delivery,
    a_night,
    a_run,
)


def test_past_runs_are_accepted_ones_before_the_day_newest_first_and_at_most_thirty(store: Store) -> None:
    days = [DAY - timedelta(days=back) for back in range(32, -1, -1)]
    for day in days:
        store.commit(a_night(day))
    store.end(a_run(YESTERDAY, id="refused", status=RunStatus.REFUSED))

    past = store.past(DAY, LONG_AGO)

    assert [run.as_of for run in past.runs] == [DAY - timedelta(days=back) for back in range(1, 31)]
    assert past.today is not None
    assert past.today.status is RunStatus.ACCEPTED
    assert store.accepted(DAY) == past.runs


def test_a_run_found_running_by_the_next_one_has_died(store: Store) -> None:
    store.begin(a_run(id="first"))
    store.begin(a_run(id="second", started_at=AT + timedelta(hours=1)))

    assert [(run.id, run.status, run.reason) for run in store.runs(10)] == [
        ("second", RunStatus.RUNNING, ""),
        ("first", RunStatus.FAILED, "it was killed, or its host went down"),
    ]


def test_a_refused_run_is_kept_with_its_reason_and_its_message(store: Store) -> None:
    refused = a_run(status=RunStatus.REFUSED, reason="ARR down by 41%", finished_at=AT + timedelta(minutes=2))
    notice = a_delivery("ops", payload=Notice("Night refused", "ARR down by 41%", refused.id))
    store.begin(a_run())
    store.end(refused, (notice,))

    assert store.runs(1) == (refused,)
    assert store.past(DAY, LONG_AGO).today is None
    assert store.due(AT) == (notice,)


def test_an_accepted_night_stays_accepted_when_its_run_fails_later(store: Store) -> None:
    store.commit(a_night())
    store.end(a_run(status=RunStatus.FAILED, reason="Slack is down"))

    assert [run.status for run in store.runs(10)] == [RunStatus.ACCEPTED]
