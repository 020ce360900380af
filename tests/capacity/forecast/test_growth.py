"""Growth is believed as far as chance can hardly have made it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cssync.capacity.forecast.growth import Growth, learned

TODAY = 20_000


def grown(*quarters: int, days: int = 365) -> Growth:
    """Of a company with so many arrivals in each of the last four *quarters*, all in their middle."""
    return learned(arrivals(quarters), TODAY, days)


def arrivals(quarters: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    middles = TODAY - 91 * np.arange(len(quarters))[::-1] - 45
    return np.repeat(middles, quarters).astype(np.int64)


def test_a_company_that_adds_forty_percent_a_quarter_is_believed_to_grow() -> None:
    """10 more a quarter on a mean of 25: 40%, or 1.604 a year. Chance and the market have a variance of
    (1/25 + 0.15²) / (5 (91/365)²) = 0.2011; the slope is believed to 1 - 3 x 0.2011 / 1.604² = 77%.
    """
    growth = grown(10, 20, 30, 40)
    assert growth.a_year == pytest.approx(1.604 * 0.7656, rel=1e-3)
    # Tomorrow is 183 days after the middle of the year that the rate is of; after half a year it is twice the rate.
    factors = growth.over(400)
    assert factors[0] == pytest.approx(1 + 1.228 * 183 / 365, rel=1e-3)
    assert factors[181] == factors[399] == 2.0


def test_a_small_slope_is_drawn_towards_none() -> None:
    """1.4 more a quarter on 24: 23.4% a year, of which 0.04 / (0.04 + 0.2065) is left."""
    assert grown(22, 23, 25, 26).a_year == pytest.approx(0.2340 * 0.04 / 0.2465, rel=1e-3)


def test_a_bunch_of_customers_is_no_growth() -> None:
    """All 24 of a year at once. They are off the line by 14.4 times what chance has, so that the slope of 4.81 a year
    has a variance of (14.4/6 + 0.15²) / 0.3108 = 7.79, and 0.04 / (0.04 + 7.79) of it is left.
    """
    assert grown(0, 0, 0, 24).a_year == pytest.approx(4.813 * 0.04 / 7.83, rel=1e-2)


@pytest.mark.parametrize("quarters", [(20, 20, 20, 20), (0, 0, 0, 0)])
def test_what_does_not_grow_stays_as_it_is(quarters: tuple[int, ...]) -> None:
    assert grown(*quarters).over(100).tolist() == [1.0] * 100


def test_a_company_that_shrinks_is_not_taken_to_end() -> None:
    assert grown(400, 300, 200, 10).over(400).min() == 0.5


def test_less_than_a_year_tells_no_growth() -> None:
    assert grown(10, 20, 30, 40, days=200) == Growth()
