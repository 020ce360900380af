"""What a status comes to: its exit code, and what of the unsent counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cssync.errors import ExitCode
from cssync.model.delivery import DeliveryState
from cssync.model.night import RunStatus
from cssync.operations.telling import lines
from tests.operations.builders import BEGAN, NOON, a_run, a_status, an_overview, an_undelivered

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("run_status", "code"),
    [
        (RunStatus.ACCEPTED, ExitCode.OK),
        (RunStatus.REPEATED, ExitCode.OK),
        (RunStatus.REFUSED, ExitCode.REFUSED),
        (RunStatus.FAILED, ExitCode.MISSED),
        (RunStatus.RUNNING, ExitCode.MISSED),
    ],
)
def test_the_night_decides_the_exit_code(run_status: RunStatus, code: ExitCode) -> None:
    found = a_status(an_overview(a_run(run_status)))
    assert found.exit_code is code
    assert bool(found.next_step) is (code is not ExitCode.OK)


def test_a_bad_night_outranks_what_is_unsent() -> None:
    found = a_status(an_overview(a_run(RunStatus.REFUSED), undelivered=(an_undelivered(),)))
    assert found.exit_code is ExitCode.REFUSED


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.UNKNOWN, DeliveryState.DEAD])
def test_a_message_that_failed_is_unsent(state: DeliveryState) -> None:
    found = a_status(an_overview(undelivered=(an_undelivered(state=state),)))
    assert found.exit_code is ExitCode.DELIVERY


@pytest.mark.parametrize(
    "waiting",
    [
        an_undelivered(attempts=0, not_before=NOON + HOUR, error=""),
        an_undelivered(attempts=0, not_before=NOON - HOUR, error=""),
        an_undelivered(attempts=1, state=DeliveryState.SENDING, since=NOON - HOUR, error=""),
        an_undelivered(sink="console"),
    ],
    ids=["its hour has not come", "its hour has just come", "on its way", "its sink is off"],
)
def test_a_message_that_waits_with_reason_is_held(waiting: object) -> None:
    found = a_status(an_overview(undelivered=(waiting,)), notify={"console": False, "slack": {"enabled": False}})
    slack_on = a_status(an_overview(undelivered=(waiting,)))
    assert (found.exit_code, len(found.held)) == (ExitCode.OK, 1)
    assert slack_on.exit_code is ExitCode.OK or waiting == an_undelivered(sink="console")


def test_a_message_that_nobody_tried_for_hours_is_unsent() -> None:
    found = a_status(an_overview(undelivered=(an_undelivered(attempts=0, since=BEGAN, error=""),)))
    assert found.exit_code is ExitCode.DELIVERY


def test_a_run_at_work_beside_a_good_night_is_told() -> None:
    at_work = a_run(RunStatus.RUNNING, NOON - timedelta(minutes=5), finished_at=None)
    found = dict(lines(a_status(an_overview(at_work, a_run()))))
    assert found["At work"] == "a run for 20 Nov 2026, since 20 Nov, 11:55 UTC"
    assert found["Last night"].startswith("20 Nov 2026: accepted at 20 Nov, 04:01 UTC, in 1 min 30 s")


def test_everything_at_once_fits_into_ten_lines() -> None:
    running = a_run(RunStatus.RUNNING, NOON - timedelta(minutes=5), finished_at=None, as_of=BEGAN.date() - timedelta(1))
    failed = a_run(RunStatus.FAILED, reason="Salesforce answered 503")
    good = a_run(began=BEGAN - timedelta(days=1))
    undelivered = (an_undelivered(), an_undelivered(state=DeliveryState.DEAD), an_undelivered(sink="teams"))
    told = list(lines(a_status(an_overview(running, failed, good, undelivered=undelivered))))
    assert [title for title, _ in told] == [
        "Last night", "Last good", "At work", "Next night", "Firing", "Unsent", "Held", "Store", "Next",
    ]  # fmt: skip
    assert dict(told)["Last night"] == "20 Nov 2026: failed at 20 Nov, 04:01 UTC: Salesforce answered 503"
    assert dict(told)["Unsent"] == (
        "2 messages since 20 Nov, 04:00 UTC (1 given up): slack C0CAPACITY, 3 tries: Slack answered HTTP 503"
    )
    assert dict(told)["Firing"] == "2 critical, 1 watch"
