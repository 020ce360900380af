"""How it stands with the last night that was due, moment by moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cssync.model.night import Run, RunStatus
from cssync.operations.standing import Standing, State, standing
from cssync.schedule.timetable import Timetable

AT_FOUR = Timetable(time(4, 0), ZoneInfo("UTC"))
THURSDAY, FRIDAY, SATURDAY = (date(2026, 11, day) for day in (19, 20, 21))
TWO_HOURS = timedelta(hours=2)


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def a_run(status: RunStatus, began: datetime, as_of: date = FRIDAY, reason: str = "") -> Run:
    return Run(f"r{began:%d%H%M}", as_of, began, status, "file", reason=reason)


LAST_NIGHT = a_run(RunStatus.ACCEPTED, at(4, day=19), THURSDAY)


def stands(now: datetime, *runs: Run) -> Standing:
    return standing(now, runs, AT_FOUR, TWO_HOURS)


@pytest.mark.parametrize("status", [RunStatus.ACCEPTED, RunStatus.REPEATED])
def test_an_accepted_night_is_fine(status: RunStatus) -> None:
    found = stands(at(9), LAST_NIGHT, a_run(status, at(4)))
    assert (found.state, found.night, found.reason) == (State.FINE, FRIDAY, "")


def test_a_timer_that_runs_before_our_hour_is_fine_too() -> None:
    assert stands(at(9), a_run(RunStatus.ACCEPTED, at(2))).state is State.FINE


def test_before_its_time_the_night_before_counts() -> None:
    assert stands(at(3, 59), LAST_NIGHT) == Standing(State.FINE, THURSDAY, LAST_NIGHT)


def test_a_night_is_due_at_its_time_and_missing_two_hours_later() -> None:
    assert stands(at(4), LAST_NIGHT).state is State.DUE
    assert stands(at(5, 59), LAST_NIGHT).state is State.DUE
    found = stands(at(6), LAST_NIGHT)
    assert found.state is State.MISSING
    assert found.reason == "no run began since 2026-11-20 04:00 UTC; the last good night is 19 Nov 2026"


def test_a_night_that_never_was_says_so() -> None:
    assert stands(at(6)).reason == "no run began since 2026-11-20 04:00 UTC; no night was ever accepted"


def test_a_night_may_run_for_two_hours_and_is_stuck_then() -> None:
    running = a_run(RunStatus.RUNNING, at(4, 10))
    assert stands(at(6, 9), running).state is State.RUNNING
    found = stands(at(6, 10), running)
    assert found.state is State.STUCK
    assert found.reason == "it has been running for 120 minutes: it hangs, or was killed"


def test_a_second_run_of_a_good_night_does_not_make_it_less_good() -> None:
    for status in (RunStatus.RUNNING, RunStatus.FAILED, RunStatus.REFUSED):
        assert stands(at(9), a_run(RunStatus.ACCEPTED, at(4)), a_run(status, at(8))).state is State.FINE


def test_a_failed_night_says_why_and_how_often() -> None:
    once = a_run(RunStatus.FAILED, at(4), reason="Salesforce answered 503")
    assert stands(at(4, 5), once).reason == "Salesforce answered 503"
    twice = a_run(RunStatus.FAILED, at(5), reason="Salesforce answered 502")
    found = stands(at(5, 5), once, twice)
    assert (found.state, found.reason) == (State.FAILED, "Salesforce answered 502 (2 tries)")


def test_a_refused_night_waits_until_it_is_accepted_by_hand() -> None:
    refused = a_run(RunStatus.REFUSED, at(4), reason="night refused: 0 owners")
    assert stands(at(9), refused).state is State.REFUSED
    assert stands(at(9), refused, a_run(RunStatus.ACCEPTED, at(8))).state is State.FINE


def test_a_night_passed_over_by_a_later_one_is_nobodys_worry() -> None:
    assert stands(at(9), a_run(RunStatus.ACCEPTED, at(8), SATURDAY)).state is State.FINE
