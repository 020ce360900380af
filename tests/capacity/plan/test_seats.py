"""What a team can carry, day by day, and what it costs."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from cssync.capacity.plan.lead import Days
from cssync.capacity.plan.seats import Seat, Seats, cost_of_days, shortage, staying
from cssync.capacity.plan.shortage import Measure

ACCOUNTS = Measure.ACCOUNTS


def seat(there: list[float], paid: list[float] | None = None, *, steady: bool = False) -> Seat:
    days = np.array(there)
    employed = np.ones(len(days)) if paid is None else np.array(paid)
    return Seat(
        name="Dana Roy", carries={ACCOUNTS: 50.0}, there=days, paid=employed,
        cost_per_year=Decimal(73_000), steady=steady,
    )  # fmt: skip


def seats(*of: Seat, left: Days | None = None) -> Seats:
    return Seats(of, {ACCOUNTS: 50.0}, np.ones(3) if left is None else left)


def test_everyone_counts_by_what_they_can_give_on_the_day() -> None:
    """One in full, one on leave and then half way through the ramp."""
    team = seats(seat([1.0, 1.0, 1.0]), seat([0.0, 0.5, 1.0]))
    assert team.in_place(ACCOUNTS).tolist() == [50.0, 75.0, 100.0]
    short = shortage({ACCOUNTS: np.array([60.0, 75.0, 90.0])}, team)
    assert short.lacking.tolist() == pytest.approx([0.2, 0.0, -0.2])


def test_a_segment_without_a_team_lacks_all_of_it() -> None:
    assert shortage({ACCOUNTS: np.array([25.0, 25.0, 50.0])}, seats()).lacking.tolist() == [0.5, 0.5, 1.0]


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
