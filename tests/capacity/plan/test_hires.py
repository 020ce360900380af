"""By when to hire, to the day; and that the hires close the gap."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.capacity.plan.hires import Bridged, Hire, hires, passing, ramping
from cssync.capacity.plan.lead import Days, Lead
from cssync.capacity.plan.shortage import Line, Measure, Shortage, Stretch

TODAY = date(2026, 11, 22)
LEAD = Lead(to_fill=45, notice=21, ramp=90)


def lacking(*steps: tuple[int, float], days: int = 400) -> Days:
    """So many CSMs from so many days on; 0.5 spare before the first step."""
    level = np.full(days, -0.5)
    for first, csms in steps:
        level[first:] = csms
    return level


def found(level: Days, bridged_days: int = 30, lead: Lead = LEAD, under: float = 0.0) -> tuple[Hire, ...]:
    return hires(level, TODAY, lead, Bridged(bridged_days, under))


class TestSeed31HireByIsTheBreachLessRampNoticeAndTimeToFill:
    def test_seed_31_to_the_day(self) -> None:
        """Short from 1 Jun 2027: 90 days of ramp from 3 Mar, notice from 10 Feb, 45 days to fill from 27 Dec 2026."""
        (hire,) = found(lacking((191, 0.2)))
        assert (hire.short_on, hire.hire_by) == (date(2027, 6, 1), date(2026, 12, 27))
        assert (hire.starts_on, hire.ramped_on) == (date(2027, 3, 3), date(2027, 6, 1))
        assert (hire.overdue_days, hire.bridge_days) == (0, 0)

    def test_on_the_last_day_it_is_due_today_and_not_overdue(self) -> None:
        (hire,) = found(lacking((156, 0.2)))
        assert (hire.hire_by, hire.overdue_days) == (TODAY, 0)

    def test_a_day_later_it_is_one_day_overdue_and_one_day_is_bridged(self) -> None:
        (hire,) = found(lacking((155, 0.2)))
        assert (hire.hire_by, hire.overdue_days, hire.bridge_days) == (date(2026, 11, 21), 1, 1)
        assert hire.ramped_on == TODAY + timedelta(days=156)

    def test_someone_who_is_lacking_tonight_is_overdue_by_the_whole_lead(self) -> None:
        (hire,) = found(lacking((0, 0.2)))
        assert (hire.overdue_days, hire.bridge_days) == (156, 156)
        assert (hire.starts_on, hire.ramped_on) == (date(2027, 1, 27), date(2027, 4, 27))


def test_who_has_room_hires_nobody() -> None:
    assert found(lacking()) == ()


def test_exactly_full_is_not_short() -> None:
    assert found(lacking((10, 0.0))) == ()


def test_the_second_is_hired_for_the_day_on_which_one_is_not_enough() -> None:
    one, two = found(lacking((191, 1.0), (250, 1.1)))
    assert (one.short_on, two.short_on) == (date(2027, 6, 1), TODAY + timedelta(days=250))
    assert (one.number, two.number) == (1, 2)


def test_a_leave_that_is_over_before_anyone_could_help_is_bridged() -> None:
    """Short for 100 days from tomorrow on; anyone hired today is ramped in 156."""
    level = lacking((1, 0.8), (101, -0.2))
    assert found(level) == ()
    (gap,) = passing(level, TODAY, (), LEAD)
    assert gap == Stretch(date(2026, 11, 23), date(2027, 3, 2))


@pytest.mark.parametrize(("days", "hired"), [(30, 0), (31, 1)])
def test_a_later_gap_is_bridged_if_it_is_short(days: int, hired: int) -> None:
    assert len(found(lacking((200, 0.8), (200 + days, -0.2)), bridged_days=30)) == hired


@pytest.mark.parametrize(("most", "hired"), [(1.24, 1), (1.25, 2)])
def test_a_part_of_a_csm_is_bridged_until_it_is_worth_a_whole_one(most: float, hired: int) -> None:
    """The date is that of the first day on which one is not enough, however little it is that day."""
    level = lacking((160, 0.6), (200, 1.01), (390, most))
    planned = found(level, under=0.25)
    assert len(planned) == hired
    assert [hire.short_on for hire in planned] == [TODAY + timedelta(days=day) for day in (160, 200)[:hired]]


def test_a_gap_that_is_still_there_at_the_end_does_not_pass() -> None:
    assert len(found(lacking((395, 0.1)))) == 1


def test_who_needs_no_ramp_is_there_in_full_on_the_first_day() -> None:
    lead = Lead(to_fill=45, notice=21, ramp=0)
    (hire,) = found(lacking((191, 0.2)), lead=lead)
    assert hire.starts_on == hire.ramped_on == date(2027, 6, 1)
    assert lead.ramped(3, 5).tolist() == [0, 0, 0, 1, 1]


def test_a_ramp_is_linear() -> None:
    """From nothing on the first day; 45 of 90 days are half a CSM."""
    shares = LEAD.ramped(10, 110)
    assert [shares[day] for day in (9, 10, 55, 100, 109)] == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0])


class TestWhatIsLacking:
    """48 customers where 50 can be looked after; 140 hours where there are 128."""

    accounts = Line(Measure.ACCOUNTS, np.array([48.0, 60.0]), np.array([50.0, 50.0]), 50.0)
    hours = Line(Measure.HOURS, np.array([140.0, 140.0]), np.array([128.0, 128.0]), 128.0)

    def test_it_is_the_most_that_any_measure_lacks(self) -> None:
        """12 of 128 hours are 0.09 CSMs; 10 of 50 customers are 0.2."""
        short = Shortage.of((self.hours, self.accounts))
        assert short.lacking.tolist() == pytest.approx([0.09375, 0.2])
        assert [short.binding(day).measure for day in (0, 1)] == [Measure.HOURS, Measure.ACCOUNTS]

    def test_seed_13_arr_beyond_the_limit_calls_for_nobody_while_the_hours_are_there(self) -> None:
        """$3M of $2M are half a CSM by themselves, but 100 of 128 hours leave room, and 140 lack 0.09 of one."""
        over = np.array([3.0, 3.0])
        hours = Line(Measure.HOURS, np.array([100.0, 140.0]), np.array([128.0, 128.0]), 128.0)
        arr = Line(Measure.ARR, over, np.array([2.0, 2.0]), 2.0, at_most=hours.lacking)
        assert Shortage.of((arr,)).lacking.tolist() == pytest.approx([-0.21875, 0.09375])


LEVELS = st.lists(st.floats(-3, 4), min_size=1, max_size=12)
LEADS = st.builds(Lead, to_fill=st.integers(1, 90), notice=st.integers(0, 60), ramp=st.integers(0, 120))

BRIDGED = st.builds(Bridged, days=st.integers(0, 120), less_than=st.floats(0, 0.9))


def steady(levels: list[float], days: int = 480) -> Days:
    """*levels* one after the other, each for as long."""
    return np.repeat(levels, -(-days // len(levels)))[:days]


@given(levels=LEVELS, lead=LEADS)
def test_the_hires_close_every_gap_that_they_can_still_reach(levels: list[float], lead: Lead) -> None:
    level = steady(levels)
    planned = hires(level, TODAY, lead, Bridged())
    left = level - ramping(planned, TODAY, lead, len(level))
    assert (left[lead.days :] <= 1e-6).all()


@given(levels=LEVELS, lead=LEADS)
def test_none_of_them_is_one_too_many(levels: list[float], lead: Lead) -> None:
    level = steady(levels)
    planned = hires(level, TODAY, lead, Bridged())
    assert len(planned) <= max(0, int(np.ceil(level.max())))
    assert all(hire.short_on <= later.short_on for hire, later in pairwise(planned))


@given(levels=LEVELS, more=st.lists(st.floats(0, 2), min_size=1, max_size=12), lead=LEADS, bridged=BRIDGED)
def test_more_capacity_never_makes_anyone_due_earlier(
    levels: list[float], more: list[float], lead: Lead, bridged: Bridged
) -> None:
    level = steady(levels)
    before = hires(level, TODAY, lead, bridged)
    after = hires(level - steady(more), TODAY, lead, bridged)
    assert len(after) <= len(before)
    assert all(then.hire_by <= now.hire_by for then, now in zip(before, after, strict=False))
