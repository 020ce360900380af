"""Counts add up exactly, whatever they are counts of."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.capacity.forecast.distribution import (
    Floats,
    at_least,
    convolved,
    negative_binomial,
    poisson,
    quantile,
    sum_of_bernoullis,
)

CHANCES = st.lists(st.floats(0, 1), max_size=40).map(np.array)


def test_two_events_come_about_together_alone_or_not_at_all() -> None:
    """0.5 and 0.2: neither 0.4, one 0.5, both 0.1."""
    assert sum_of_bernoullis(np.array([0.5, 0.2])) == pytest.approx([0.4, 0.5, 0.1])


def test_no_event_at_all_is_none_for_sure() -> None:
    assert sum_of_bernoullis(np.array([])) == pytest.approx([1.0])


def test_what_is_certain_is_counted_for_sure() -> None:
    assert sum_of_bernoullis(np.ones(60))[60] == pytest.approx(1.0)


@given(CHANCES)
def test_a_distribution_adds_up_to_one_and_has_the_mean_of_its_events(chances: Floats) -> None:
    found = sum_of_bernoullis(chances)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()
    assert found @ np.arange(len(found)) == pytest.approx(float(chances.sum()), abs=1e-9)


def test_wins_whose_rate_is_uncertain_stray_more_than_chance_alone() -> None:
    """Mean 6 and shape 3: variance 6 + 36 / 3 = 18."""
    found = negative_binomial(6.0, 3.0)
    k = np.arange(len(found))
    assert found @ k == pytest.approx(6.0)
    assert found @ (k - 6.0) ** 2 == pytest.approx(18.0, abs=1e-6)
    assert found[0] == pytest.approx((3 / 9) ** 3)


def test_chance_alone_is_poisson() -> None:
    assert poisson(2.0)[:3] == pytest.approx([math.exp(-2), 2 * math.exp(-2), 2 * math.exp(-2)])


def test_nothing_to_be_expected_is_none_for_sure() -> None:
    assert poisson(0.0) == negative_binomial(0.0, 8.0) == np.ones(1)


def test_two_counts_add_up() -> None:
    assert convolved(np.array([0.5, 0.5]), np.array([0.5, 0.5])) == pytest.approx([0.25, 0.5, 0.25])


def test_the_median_is_the_least_number_that_is_not_exceeded_half_of_the_time() -> None:
    thirds = np.array([0.25, 0.25, 0.5])
    assert (quantile(thirds, 0.5), quantile(thirds, 0.51), quantile(thirds, 0.2)) == (1, 2, 0)


def test_the_chance_of_reaching_a_number_counts_the_number_itself() -> None:
    assert at_least(np.array([0.25, 0.25, 0.5]), 1) == pytest.approx(0.75)
    assert at_least(np.array([0.25, 0.25, 0.5]), 3) == 0.0
