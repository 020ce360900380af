"""What a team can carry, day by day, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from cssync.capacity.plan.lead import Days
from cssync.capacity.plan.seats import Seat, Seats, Sufficiency, cost_of_days, shortage, staying
from cssync.capacity.plan.shortage import Measure

ACCOUNTS, HOURS, ARR = Measure.ACCOUNTS, Measure.HOURS, Measure.ARR
FULL = {ACCOUNTS: 50.0, HOURS: 100.0, ARR: 2.0}
BY_ACCOUNTS = Sufficiency((ACCOUNTS,), Decimal("1.3"), effort_decides=True)


def seat(there: list[float], paid: list[float] | None = None, *, steady: bool = False) -> Seat:
    days = np.array(there)
    employed = np.ones(len(days)) if paid is None else np.array(paid)
    return Seat(
        name="Dana Roy", carries=FULL, there=days, paid=employed,
        cost_per_year=Decimal(73_000), steady=steady,
    )  # fmt: skip


def seats(*of: Seat, left: Days | None = None) -> Seats:
    return Seats(of, FULL, np.ones(3) if left is None else left)


def loads(
    accounts: list[float], hours: list[float] | None = None, arr: list[float] | None = None
) -> dict[Measure, Days]:
    nothing = [0.0] * len(accounts)
    return {ACCOUNTS: np.array(accounts), HOURS: np.array(hours or nothing), ARR: np.array(arr or nothing)}


def test_everyone_counts_by_what_they_can_give_on_the_day() -> None:
    """One in full, one on leave and then half way through the ramp."""
    team = seats(seat([1.0, 1.0, 1.0]), seat([0.0, 0.5, 1.0]))
    assert team.in_place(ACCOUNTS).tolist() == [50.0, 75.0, 100.0]
    short = shortage(loads([60.0, 75.0, 90.0]), team, BY_ACCOUNTS)
    assert short.lacking.tolist() == pytest.approx([0.2, 0.0, -0.2])


def test_a_segment_without_a_team_lacks_all_of_it() -> None:
    assert shortage(loads([25.0, 25.0, 50.0]), seats(), BY_ACCOUNTS).lacking.tolist() == [0.5, 0.5, 1.0]


def test_a_team_is_short_of_hours_where_its_books_would_have_to_be_acted_on() -> None:
    """Of 100 hours 130 may be taken up; 143 are a tenth of a CSM at 130 too many."""
    by_hours = Sufficiency((HOURS,), Decimal("1.3"), effort_decides=True)
    short = shortage(loads([0.0] * 3, hours=[100.0, 130.0, 143.0]), seats(seat([1.0] * 3)), by_hours)
    assert short.lacking.tolist() == pytest.approx([-30 / 130, 0.0, 0.1])


def test_seed_13_arr_counts_as_far_as_the_hours_are_not_there() -> None:
    """$3M of $2M: nothing at 90 of 100 hours, a fifth of a CSM at 120; half a CSM where effort does not decide."""
    team, load = seats(seat([1.0] * 2), left=np.ones(2)), loads([0.0] * 2, hours=[90.0, 120.0], arr=[3.0, 3.0])
    by_arr = Sufficiency((ARR,), Decimal("1.3"), effort_decides=True)
    assert shortage(load, team, by_arr).lacking.tolist() == pytest.approx([-0.1, 0.2])
    assert shortage(load, team, replace(by_arr, effort_decides=False)).lacking.tolist() == [0.5, 0.5]


def test_a_fifth_leaves_in_a_year_and_a_hundredth_in_the_days_that_take_off_a_hundredth() -> None:
    left = staying(Decimal("0.2"), 366)
    assert (left[0], left[365]) == pytest.approx((1.0, 0.8))


def test_attrition_takes_from_the_team_and_not_from_a_pool() -> None:
    team = seats(seat([1.0] * 3), seat([1.0] * 3, steady=True), left=np.array([1.0, 0.9, 0.8]))
    assert team.in_place(ACCOUNTS).tolist() == [100.0, 95.0, 90.0]


def test_people_cost_while_they_are_employed_also_on_leave() -> None:
    """$73,000 a year are $200 a day; the second leaves after a day."""
    team = seats(seat([1.0, 0.0, 0.0]), seat([1.0, 0.0, 0.0], paid=[1.0, 0.0, 0.0]))
    assert team.cost(0, 2) == Decimal("800.00")
    assert (team.people(0), team.people(1)) == (Decimal(2), Decimal(1))


def test_a_part_of_a_year_costs_its_part_to_the_cent() -> None:
    assert cost_of_days(Decimal(100_000), 92) == Decimal("25205.48")
