"""Which night is due, over missed nights, failures and both days on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.model.check import CheckStatus
from cssync.model.night import Run, RunStatus
from cssync.schedule.timetable import ATTEMPTS_A_NIGHT, Timetable, announce, check, due

AT_FOUR = Timetable(time(4, 0), ZoneInfo("Europe/Berlin"))
FRIDAY = date(2026, 11, 20)
AT_NINE = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # in Berlin


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_run(
    as_of: date, status: RunStatus = RunStatus.ACCEPTED, began: str = "2026-11-20T03:00", identity: str = "r1"
) -> Run:
    return Run(id=identity, as_of=as_of, started_at=utc(began), status=status, source="file")


def test_a_night_whose_time_has_come_is_due() -> None:
    assert due(utc("2026-11-20T03:00"), [a_run(date(2026, 11, 19), began="2026-11-19T03:00")], AT_FOUR) == FRIDAY


def test_a_minute_before_its_time_it_is_not() -> None:
    yesterday = a_run(date(2026, 11, 19), began="2026-11-19T03:00")
    assert due(utc("2026-11-20T02:59"), [yesterday], AT_FOUR) is None


def test_an_accepted_night_is_not_run_again() -> None:
    assert due(AT_NINE, [a_run(FRIDAY)], AT_FOUR) is None


def test_the_first_start_of_all_runs_the_night_of_the_day() -> None:
    assert due(AT_NINE, [], AT_FOUR) == FRIDAY


def test_alert_case_09_of_many_missed_nights_only_the_latest_is_caught_up() -> None:
    last_week = a_run(date(2026, 11, 13), began="2026-11-13T03:00")
    assert due(AT_NINE, [last_week], AT_FOUR) == FRIDAY
    assert due(AT_NINE, [last_week, a_run(FRIDAY)], AT_FOUR) is None


def test_alert_case_09_a_missed_night_is_caught_up_all_through_its_own_day() -> None:
    assert due(utc("2026-11-20T22:59"), [], AT_FOUR) == FRIDAY  # 23:59 in Berlin


def test_alert_case_09_a_missed_night_is_given_up_once_its_day_is_long_past() -> None:
    assert due(utc("2026-11-21T01:00"), [], AT_FOUR) is None  # 02:00 on Saturday, two hours before the next


def test_alert_case_09_a_late_night_is_caught_up_past_midnight_for_twelve_hours() -> None:
    late = Timetable(time(23, 30), ZoneInfo("UTC"))
    assert due(utc("2026-11-21T00:10"), [], late) == FRIDAY
    assert due(utc("2026-11-21T11:30"), [], late) == FRIDAY
    assert due(utc("2026-11-21T11:31"), [], late) is None


def test_a_run_by_hand_before_the_time_does_not_replace_the_night() -> None:
    by_hand = a_run(FRIDAY, began="2026-11-20T00:30")
    assert due(AT_NINE, [by_hand], AT_FOUR) == FRIDAY


def test_a_run_by_hand_after_the_time_does() -> None:
    assert due(AT_NINE, [a_run(FRIDAY, began="2026-11-20T07:00")], AT_FOUR) is None


def test_a_run_by_hand_for_another_date_says_nothing_about_tonight() -> None:
    assert due(AT_NINE, [a_run(date(2026, 11, 18), began="2026-11-20T07:00")], AT_FOUR) == FRIDAY


def test_a_night_that_found_what_an_earlier_run_by_hand_had_found_is_over() -> None:
    by_hand = a_run(FRIDAY, began="2026-11-20T00:30")
    assert due(AT_NINE, [by_hand, a_run(FRIDAY, RunStatus.REPEATED, identity="r2")], AT_FOUR) is None


def test_a_missed_night_is_not_slipped_in_behind_a_later_one() -> None:
    late = Timetable(time(23, 30), ZoneInfo("UTC"))
    saturday_by_hand = a_run(date(2026, 11, 21), began="2026-11-21T00:05")
    assert due(utc("2026-11-21T00:10"), [saturday_by_hand], late) is None


def test_a_refused_night_waits_for_a_person() -> None:
    assert due(AT_NINE, [a_run(FRIDAY, RunStatus.REFUSED)], AT_FOUR) is None


def test_a_night_refused_yesterday_does_not_hold_up_today() -> None:
    refused = a_run(date(2026, 11, 19), RunStatus.REFUSED, began="2026-11-19T03:00")
    assert due(AT_NINE, [refused], AT_FOUR) == FRIDAY


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.RUNNING])
def test_a_failed_or_killed_night_is_tried_again_but_not_for_ever(status: RunStatus) -> None:
    tries = [a_run(FRIDAY, status, identity=f"r{n}") for n in range(ATTEMPTS_A_NIGHT)]
    assert due(AT_NINE, tries[:1], AT_FOUR) == FRIDAY
    assert due(AT_NINE, tries[:-1], AT_FOUR) == FRIDAY
    assert due(AT_NINE, tries, AT_FOUR) is None


def test_success_after_failures_ends_the_night() -> None:
    assert due(AT_NINE, [a_run(FRIDAY, RunStatus.FAILED), a_run(FRIDAY, identity="r2")], AT_FOUR) is None


# Zone, time, date, the moment it begins. Skipped times stand for the moment they would have been, doubled ones for
# the first of the two.
CLOCK_CHANGES = [
    ("Europe/Berlin", time(2, 30), date(2027, 3, 28), "2027-03-28T01:30"),  # skipped: 03:30 CEST
    ("Europe/Berlin", time(2, 30), date(2027, 10, 31), "2027-10-31T00:30"),  # doubled: the first, CEST
    ("Europe/Berlin", time(4, 0), date(2027, 3, 27), "2027-03-27T03:00"),
    ("Europe/Berlin", time(4, 0), date(2027, 3, 28), "2027-03-28T02:00"),
    ("Europe/Berlin", time(4, 0), date(2027, 10, 31), "2027-10-31T03:00"),
    ("America/New_York", time(2, 30), date(2027, 3, 14), "2027-03-14T07:30"),
    ("America/New_York", time(1, 30), date(2027, 11, 7), "2027-11-07T05:30"),
    ("America/Havana", time(0, 15), date(2027, 3, 14), "2027-03-14T05:15"),  # the clocks skip midnight itself
    ("Africa/Cairo", time(0, 15), date(2027, 4, 30), "2027-04-29T22:15"),
    ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 4), "2026-10-03T15:45"),  # by half an hour
    ("Australia/Sydney", time(2, 30), date(2027, 4, 4), "2027-04-03T15:30"),
    ("Pacific/Auckland", time(2, 30), date(2026, 9, 27), "2026-09-26T14:30"),
    ("Asia/Kolkata", time(4, 0), date(2027, 3, 28), "2027-03-27T22:30"),
]


@pytest.mark.parametrize(("zone", "at", "night", "begins"), CLOCK_CHANGES)
def test_alert_case_10_each_day_has_one_moment_when_clocks_change(
    zone: str, at: time, night: date, begins: str
) -> None:
    timetable = Timetable(at, ZoneInfo(zone))
    moment = utc(begins)
    assert timetable.begins(night) == moment
    day_before = a_run(night - timedelta(days=1), began=(moment - timedelta(hours=23)).isoformat()[:16])
    assert due(moment - timedelta(minutes=1), [day_before], timetable) is None
    assert due(moment, [day_before], timetable) == night


@pytest.mark.parametrize(("zone", "at", "night", "begins"), CLOCK_CHANGES)
def test_alert_case_10_a_night_runs_once_when_clocks_change(zone: str, at: time, night: date, begins: str) -> None:
    """Looking every ten minutes for a day and a half finds the night, the next one, and nothing twice."""
    timetable = Timetable(at, ZoneInfo(zone))
    runs: list[Run] = []
    moment = utc(begins) - timedelta(hours=1)
    runs.append(Run("before", night - timedelta(days=1), moment, RunStatus.ACCEPTED, "file"))
    for _ in range(6 * 36):
        if (found := due(moment, runs, timetable)) is not None:
            runs.append(Run(f"n{len(runs)}", found, moment, RunStatus.ACCEPTED, "file"))
        moment += timedelta(minutes=10)
    assert [run.as_of for run in runs[1:]] == [night, night + timedelta(days=1)]


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    at=st.times().map(lambda at: at.replace(microsecond=0)),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001  a bound
)
def test_alert_case_10_in_every_zone_nights_follow_each_other_day_by_day(zone: str, at: time, start: datetime) -> None:
    timetable = Timetable(at, ZoneInfo(zone))
    latest, following = timetable.latest(start), timetable.following(start)
    assert timetable.begins(latest) <= start < timetable.begins(following)
    assert following - latest == timedelta(days=1)
    assert timedelta(hours=22) <= timetable.begins(following) - timetable.begins(latest) <= timedelta(hours=26)


def test_a_time_the_clocks_never_touch_needs_no_warning() -> None:
    statuses = [line.status for line in check(AT_FOUR, AT_NINE)]
    assert statuses == [CheckStatus.OK]


def test_a_time_the_clocks_skip_and_double_is_warned_about_with_both_days() -> None:
    warning = list(check(Timetable(time(2, 30), ZoneInfo("Europe/Berlin")), AT_NINE))[-1]
    assert warning.status is CheckStatus.WARNING
    assert warning.found == "02:30 in Europe/Berlin is skipped or comes twice on 2027-03-28, 2027-10-31"
    assert "schedule.at to 04:00" in warning.remedy


def test_the_next_night_is_announced_in_local_time_and_in_utc() -> None:
    assert announce(AT_FOUR, utc("2026-11-20T03:00")) == "Sat 21 Nov 2026, 04:00 CET (03:00 UTC), in 24 h 0 min"
    assert announce(Timetable(time(4), ZoneInfo("UTC")), utc("2026-11-20T03:29:30")) == (
        "Fri 20 Nov 2026, 04:00 UTC, in 0 h 31 min"
    )
