"""The trigger's figures count what they say: alerts, breaches, how long before, and how often an alert was idle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.benchmarks.forecast import nights
from tests.benchmarks.forecast.chances import chances
from tests.benchmarks.forecast.course import Course, course, customers, limit_of, to_come
from tests.benchmarks.forecast.nights import Trigger
from tests.benchmarks.forecast.said import horizon
from tests.benchmarks.forecast.scenarios import BASE
from tests.benchmarks.forecast.world import FIRST_DAY, SEATS, simulated

_DAY = FIRST_DAY + 852
_WORLD = simulated(BASE, 2)


def _course(held: Sequence[int], limit: int, *, handed_on: int | None = None) -> Course:
    """Of the first book, every other one far from its limit; *handed_on*: the night on which it was given customers."""
    rows = np.zeros((len(held), SEATS), dtype=np.int64)
    rows[:, 0] = held
    limits = np.full_like(rows, limit)
    reached = rows >= limits
    by_itself = reached.copy()
    if handed_on is not None:
        by_itself[handed_on] = False
    return Course(_WORLD, _DAY, rows, limits, reached, by_itself)


def _followed(of: Course, chance: Sequence[float]) -> Trigger:
    trigger = Trigger()
    nights.follow(trigger, of, 0, np.array(chance))
    return trigger


def test_an_alert_opens_on_the_second_likely_night_and_ends_when_it_is_unlikely() -> None:
    found = _followed(_course([10] * 7, 500), (0.5, 0.4, 0.5, 0.5, 0.36, 0.34, 0.5))
    assert (found.opened, found.flips, found.nights) == (1, 2, 7)
    assert (found.right, found.breaches) == (0, 0)


def test_a_breach_is_foreseen_by_an_alert_that_is_open_and_not_by_one_that_has_ended() -> None:
    of = _course([10, 10, 10, 12, 10, 10, 10, 12], 12)
    found = _followed(of, (0.6, 0.6, 0.6, 0.9, 0.6, 0.6, 0.3, 0.3))
    assert (found.breaches, found.foreseen, found.lead_days) == (2, 1, [2])
    assert found.recall == pytest.approx(0.5)


def test_a_limit_that_is_reached_by_customers_handed_over_is_no_breach_to_foresee() -> None:
    assert _followed(_course([10, 12], 12, handed_on=1), (0.1, 0.1)).breaches == 0


def test_an_alert_is_right_if_its_book_gets_there_by_the_end_of_next_quarter() -> None:
    there = int(to_come(_WORLD, _DAY + 1, horizon(_DAY + 1))[:, 0].max())
    for limit, right in ((there, 1), (there + 1, 0)):
        assert _followed(_course([1, 1], limit), (0.5, 0.5)).right == right


def test_f1_is_between_how_many_are_right_and_how_many_are_foreseen() -> None:
    assert Trigger(opened=4, right=2, breaches=1, foreseen=1).f1 == pytest.approx(2 / 3)


def test_a_book_that_has_reached_its_limit_is_held_to_a_new_one() -> None:
    found = course(_WORLD, _DAY, 200, limit=lambda held: held + 3)
    night, seat = next(zip(*np.nonzero(found.reached[:-1]), strict=True))
    assert found.held[night, seat] >= found.limits[night, seat]
    assert found.limits[night + 1, seat] == found.held[night, seat] + 3
    assert (found.limits[: night + 1, seat] == customers(_WORLD, _DAY)[seat] + 3).all()


def test_a_limit_is_above_what_even_a_small_book_holds() -> None:
    assert [limit_of(held) for held in (0, 1, 20, 100)] == [2, 2, 23, 115]


@pytest.mark.parametrize("days", [0, 1, 60])
def test_what_is_to_come_is_what_came_had_nothing_been_handed_over(days: int) -> None:
    assert (to_come(_WORLD, _DAY, 60)[days] == _WORLD.truth(_DAY, days)).all()


def test_the_oracle_of_a_later_night_says_what_one_asked_anew_would() -> None:
    def told(first: int, count: int) -> float:
        watched = course(_WORLD, first, count, limit=lambda _: 60)
        return float(chances(BASE, {2: watched}, ("oracle",))[0, -1, 0].mean())

    assert told(_DAY, 2) == pytest.approx(told(_DAY + 1, 1), abs=0.02)
