"""When a schedule is well, and what it says where it is not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from cssync.errors import StoreError
from cssync.model.night import RunStatus
from cssync.operations.health import Health, health, liveness
from cssync.operations.status import Status
from cssync.schedule import Pulse
from tests.operations.builders import BEGAN, NOON, a_run, a_status, an_overview

LONG_AGO = BEGAN - timedelta(days=30)
YESTERDAY = a_run(began=BEGAN - timedelta(days=1))


def beating() -> Pulse:
    pulse = Pulse()
    pulse.beat()
    return pulse


def of(status: Status, since: datetime = LONG_AGO) -> Health:
    return health(lambda: status, beating(), since)


def test_a_night_that_is_done_is_well() -> None:
    assert of(a_status(an_overview())) == Health("", "2026-11-20", "fine")


def test_a_night_that_runs_within_its_time_is_well_and_one_that_hangs_is_not() -> None:
    running = an_overview(a_run(RunStatus.RUNNING, finished_at=None), YESTERDAY)
    assert of(a_status(running, BEGAN + timedelta(minutes=119))).is_well
    found = of(a_status(running, BEGAN + timedelta(minutes=120)))
    assert found.reason == (
        "the night of 2026-11-20 is stuck: it has been running for 120 minutes: it hangs, or was killed"
    )


@pytest.mark.parametrize("status", [RunStatus.REFUSED, RunStatus.FAILED])
def test_a_night_that_was_refused_or_failed_is_not_well_and_says_why(status: RunStatus) -> None:
    found = of(a_status(an_overview(a_run(status, reason="0 owners"), YESTERDAY)))
    assert found.reason == f"the night of 2026-11-20 is {status}: 0 owners"


def test_a_night_that_the_schedule_missed_is_not_well() -> None:
    assert "is missing: no run began since" in of(a_status(an_overview(YESTERDAY))).reason


def test_a_schedule_that_has_just_been_started_has_time_to_catch_up() -> None:
    missing = a_status(an_overview(YESTERDAY))
    assert of(missing, NOON - timedelta(minutes=1)).is_well
    assert not of(missing, NOON - timedelta(hours=3)).is_well


def test_a_night_that_is_past_catching_up_is_not_held_against_a_schedule_started_after_it() -> None:
    at_one = a_status(an_overview(YESTERDAY), BEGAN + timedelta(hours=21))
    assert at_one.standing.night == date(2026, 11, 20)
    assert of(at_one, BEGAN + timedelta(hours=20)).is_well


def test_a_store_that_cannot_be_read_is_not_well() -> None:
    def shut() -> Status:
        raise StoreError("The disk failed")

    assert health(shut, beating(), LONG_AGO) == Health("The disk failed")


def test_a_scheduler_that_is_not_heard_of_is_not_well_however_the_nights_are() -> None:
    seconds = 1000.0
    pulse = Pulse(lambda: seconds)
    assert not liveness(pulse).is_well
    pulse.beat()
    seconds += 179
    assert health(lambda: a_status(an_overview()), pulse, LONG_AGO).is_well
    seconds += 1
    found = health(lambda: a_status(an_overview()), pulse, LONG_AGO)
    assert found.reason == "the scheduler has not been heard of for a while: start it again"
    assert liveness(pulse) == found
