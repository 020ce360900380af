"""One look: what it runs, what it leaves alone, and how it outlives failures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.triggers.calendarinterval import CalendarIntervalTrigger
from structlog.testing import capture_logs

from cssync.errors import AuthError, CssyncError, DeliveryError, QuotaError, StoppedError, StoreError, TransientError
from cssync.model.night import Run, RunStatus
from cssync.schedule.daemon import Watch, plan
from cssync.schedule.pulse import Pulse
from cssync.schedule.timetable import Timetable

UTC_AT_FOUR = Timetable(time(4, 0), ZoneInfo("UTC"))
FOUR = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)


class House:
    """A clock, a list of runs, and a line that does as it is told each night."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.now = FOUR
        self.runs: list[Run] = []
        self.nights: list[date] = []
        self.deliveries: list[datetime] = []
        self.bugs: list[Exception] = []
        self._outcomes = list(outcomes)
        self.watch = self.started()

    def started(self) -> Watch:
        """A watch that knows nothing of earlier ones."""
        return Watch(
            UTC_AT_FOUR,
            run_night=self.run_night,
            deliver_waiting=lambda: self.deliveries.append(self.now),
            latest_runs=lambda: self.runs,
            now=lambda: self.now,
            report_bug=self.bugs.append,
        )

    def run_night(self, night: date) -> None:
        self.nights.append(night)
        outcome = self._outcomes.pop(0) if self._outcomes else None
        status = RunStatus.FAILED if outcome else RunStatus.ACCEPTED
        self.runs.append(Run(f"r{len(self.runs)}", night, self.now, status, "file"))
        if outcome:
            raise outcome

    def look_after(self, wait: timedelta) -> None:
        self.now += wait
        self.watch.look()


def test_alert_case_08_looking_again_and_again_runs_a_night_once() -> None:
    house = House()
    for _ in range(24):
        house.look_after(timedelta(minutes=30))
    assert house.nights == [FRIDAY]


def test_the_next_day_brings_the_next_night() -> None:
    house = House()
    house.watch.look()
    house.look_after(timedelta(days=1))
    assert house.nights == [FRIDAY, date(2026, 11, 21)]


@pytest.mark.parametrize("error", [TransientError("CRM down"), StoreError("locked"), DeliveryError("Slack down")])
def test_a_failure_that_may_pass_is_tried_again_after_half_an_hour(error: CssyncError) -> None:
    house = House(error)
    house.watch.look()
    house.look_after(timedelta(minutes=29))
    assert house.nights == [FRIDAY]
    house.look_after(timedelta(minutes=1))
    assert house.nights == [FRIDAY, FRIDAY]
    assert house.runs[-1].status is RunStatus.ACCEPTED


@pytest.mark.parametrize("error", [AuthError("refused the token"), QuotaError("used up")])
def test_a_failure_that_cannot_pass_by_itself_waits_for_the_next_night(error: CssyncError) -> None:
    house = House(error)
    house.watch.look()
    for _ in range(23):
        house.look_after(timedelta(hours=1))
    assert house.nights == [FRIDAY]
    house.look_after(timedelta(hours=1))
    assert house.nights == [FRIDAY, date(2026, 11, 21)]


def test_a_start_after_mending_the_settings_tries_the_night_at_once() -> None:
    house = House(AuthError("refused the token"))
    house.watch.look()
    house.started().look()
    assert house.nights == [FRIDAY, FRIDAY]


def test_a_crm_that_is_down_all_day_is_asked_four_times() -> None:
    house = House(*(TransientError("CRM down") for _ in range(24)))
    for _ in range(20):
        house.look_after(timedelta(hours=1))
    assert house.nights == [FRIDAY] * 4


def test_a_bug_in_one_night_is_logged_and_does_not_cost_the_next() -> None:
    house = House(RuntimeError("a bug"))
    with capture_logs() as logs:
        house.watch.look()
    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("night_begins", "info"),
        ("night_failed", "error"),
    ]
    assert logs[-1]["traceback"].endswith("RuntimeError\n")
    assert "a bug" not in str(logs[-1])
    assert [type(bug) for bug in house.bugs] == [RuntimeError]
    house.look_after(timedelta(days=1))
    assert house.nights == [FRIDAY, date(2026, 11, 21)]


def test_an_expected_failure_is_logged_with_its_remedy_and_when_it_is_tried_again() -> None:
    house = House(TransientError("Salesforce answered 503", remedy="look at status.salesforce.com"))
    with capture_logs() as logs:
        house.watch.look()
    assert logs[-1] == {
        "event": "night_failed",
        "log_level": "error",
        "night": "2026-11-20",
        "error": "Salesforce answered 503",
        "remedy": "look at status.salesforce.com",
        "not_before": "2026-11-20 04:30 UTC",
    }
    assert house.bugs == []


def test_a_store_that_cannot_be_read_does_not_end_the_watch() -> None:
    house = House()

    def unreadable() -> list[Run]:
        raise StoreError("database is locked")

    watch = Watch(
        UTC_AT_FOUR,
        run_night=house.run_night,
        deliver_waiting=house.deliveries.clear,
        latest_runs=unreadable,
        now=lambda: house.now,
        report_bug=house.bugs.append,
    )
    with capture_logs() as logs:
        watch.look()
    assert (logs[-1]["event"], logs[-1]["error"]) == ("look_failed", "database is locked")
    assert house.nights == []


def test_what_slack_did_not_take_in_the_night_is_tried_again_each_hour() -> None:
    house = House()
    house.watch.look()
    for _ in range(3):
        house.look_after(timedelta(hours=1))
    assert house.deliveries == [FOUR + timedelta(hours=hours) for hours in (1, 2, 3)]


def test_a_slack_that_is_still_down_does_not_cost_the_next_night() -> None:
    house = House()

    def still_down() -> None:
        raise DeliveryError("1 message could not be delivered")

    watch = Watch(
        UTC_AT_FOUR,
        run_night=house.run_night,
        deliver_waiting=still_down,
        latest_runs=lambda: house.runs,
        now=lambda: house.now,
        report_bug=house.bugs.append,
    )
    with capture_logs() as logs:
        for _ in range(25):
            watch.look()
            house.now += timedelta(hours=1)
    assert house.nights == [FRIDAY, date(2026, 11, 21)]
    assert [line["event"] for line in logs].count("look_failed") == 23


def test_a_night_stopped_by_a_signal_is_not_a_failure() -> None:
    house = House(StoppedError("stopped during pull"))
    with capture_logs() as logs:
        house.watch.look()
    assert logs[-1]["event"] == "night_stopped"
    assert logs[-1]["log_level"] == "info"


def test_late_looks_are_never_dropped_and_two_never_overlap() -> None:
    house = House()
    scheduler = plan(house.watch, UTC_AT_FOUR, FOUR, Pulse())
    scheduler.start(paused=True)
    try:
        jobs = {job.id: job for job in scheduler.get_jobs()}
        assert set(jobs) == {"night", "hour", "pulse"}
        for job in jobs.values():
            assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
        assert jobs["hour"].next_run_time == FOUR
        assert jobs["night"].next_run_time == FOUR + timedelta(days=1)
        assert isinstance(jobs["night"].trigger, CalendarIntervalTrigger)
        assert isinstance(scheduler._jobstores["default"], MemoryJobStore)  # noqa: SLF001  it has no public name
        assert [job.id for job in jobs.values() if job.executor != "default"] == ["pulse"]
        assert scheduler._executors["default"]._pool._max_workers == 1  # noqa: SLF001  the same
    finally:
        scheduler.shutdown()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])
def test_alert_case_10_the_daily_trigger_fires_when_the_timetable_says(zone: str) -> None:
    timetable = Timetable(time(4, 0), ZoneInfo(zone))
    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    trigger = _nightly(timetable, start)
    fired: datetime | None = None
    for n in range(400):
        fired = trigger(fired)
        assert fired == timetable.begins(timetable.following(start) + timedelta(days=n))


def _nightly(timetable: Timetable, now: datetime) -> Callable[[datetime | None], datetime | None]:
    scheduler = plan(House().watch, timetable, now, Pulse())
    scheduler.start(paused=True)
    try:
        trigger = scheduler.get_job("night").trigger
    finally:
        scheduler.shutdown()
    return lambda fired: trigger.get_next_fire_time(fired, now)
