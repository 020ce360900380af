"""Quiet hours end when people are at work again, on their own clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.alerts.quiet import Quiet

BERLIN = ZoneInfo("Europe/Berlin")
CHRISTMAS = {date(2026, 12, 25), date(2026, 12, 26)}


def on_weekdays(day: date) -> bool:
    return day.weekday() < 5 and day not in CHRISTMAS


def always(_day: date) -> bool:
    return True


def quiet(begins: str = "18:00", ends: str = "08:00", is_working: Callable[[date], bool] = on_weekdays) -> Quiet:
    return Quiet(BERLIN, time.fromisoformat(begins), time.fromisoformat(ends), is_working)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-23T04:00", "2026-11-23T08:00"),  # Monday morning, as the night ends
        ("2026-11-23T07:59", "2026-11-23T08:00"),
        ("2026-11-23T08:00", None),
        ("2026-11-23T17:59", None),
        ("2026-11-23T18:00", "2026-11-24T08:00"),
        ("2026-11-20T19:00", "2026-11-23T08:00"),  # Friday evening
        ("2026-11-21T12:00", "2026-11-23T08:00"),
        ("2026-12-24T20:00", "2026-12-28T08:00"),  # Christmas on a Friday, then a weekend
    ],
)
def test_what_comes_up_in_quiet_hours_is_told_when_work_begins(moment: str, told: str | None) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=BERLIN)
    expected = None if told is None else datetime.fromisoformat(told).replace(tzinfo=BERLIN).astimezone(UTC)
    assert quiet().until(at.astimezone(UTC)) == expected


def test_quiet_hours_may_lie_within_a_day() -> None:
    lunch = quiet("12:00", "13:00")
    assert lunch.until(datetime(2026, 11, 23, 11, 30, tzinfo=UTC)) == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert lunch.until(datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) is None


def test_without_hours_only_days_off_are_quiet() -> None:
    days_off = quiet("00:00", "00:00")
    assert days_off.until(datetime(2026, 11, 23, 3, 0, tzinfo=UTC)) is None
    assert days_off.until(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_alert_case_10_an_end_that_the_clocks_skip_comes_an_hour_later() -> None:
    """On 28 March 2027 there is no 02:30 in Berlin: 03:30 stands where it would have been."""
    early = quiet("22:00", "02:30", always)
    assert early.until(datetime(2027, 3, 28, 0, 30, tzinfo=UTC)) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - told apart
    st.times(),
    st.times(),
)
def test_when_quiet_is_over_it_is_not_quiet_and_it_never_ends_in_the_past(
    moment: datetime, begins: time, ends: time
) -> None:
    hours = Quiet(BERLIN, begins, ends, on_weekdays)
    end = hours.until(moment)
    if end is not None:
        assert end > moment - timedelta(hours=1)
        assert hours.until(end) is None
