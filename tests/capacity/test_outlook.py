"""What is not known yet is given with its spread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.capacity.outlook import Quantity


def test_the_mean_is_as_likely_exceeded_as_not() -> None:
    assert Quantity(200.0, 10.0).quantile(0.5) == pytest.approx(200.0)


def test_four_times_in_five_it_stays_under_the_mean_and_84_hundredths_of_its_spread() -> None:
    assert Quantity(200.0, 10.0).quantile(0.8) == pytest.approx(208.4162, abs=1e-4)


def test_nobody_looks_after_fewer_than_no_customers() -> None:
    assert Quantity(1.0, 10.0).quantile(0.2) == 0.0


@given(mean=st.floats(0, 1e6), sd=st.floats(0, 1e5), low=st.floats(0.01, 0.99), high=st.floats(0.01, 0.99))
def test_the_surer_one_wants_to_be_the_more_there_is_to_carry(mean: float, sd: float, low: float, high: float) -> None:
    low, high = min(low, high), max(low, high)
    assert Quantity(mean, sd).quantile(low) <= Quantity(mean, sd).quantile(high)
