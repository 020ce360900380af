"""Whether more was lost than before, by exact tests: they do not cry wolf, whatever the rate."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from cssync.capacity.chance import of_amount, of_count


def test_three_of_four_losses_in_half_of_the_time() -> None:
    """P(3 or 4 of 4 heads) = (4 + 1) / 16."""
    assert of_count(3, 1, 0.5) == pytest.approx(5 / 16)


def test_all_losses_in_the_last_fifth() -> None:
    assert of_count(4, 0, 0.2) == pytest.approx(0.2**4)


def test_no_loss_is_no_surprise_and_neither_is_one_where_there_is_nothing_to_compare_with() -> None:
    assert (of_count(0, 7, 0.2), of_count(5, 0, 1.0)) == (1.0, 1.0)


@pytest.mark.parametrize("total", [1, 5, 20, 200])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("level", [0.001, 0.01, 0.05])
def test_an_unchanged_rate_is_called_a_rise_no_more_often_than_said(total: int, share: float, level: float) -> None:
    called = math.fsum(
        math.comb(total, k) * share**k * (1 - share) ** (total - k)
        for k in range(total + 1)
        if of_count(k, total - k, share) <= level
    )
    assert called <= level * (1 + 1e-9)


def test_equal_amounts_are_as_likely_as_their_number() -> None:
    hundred = [Decimal(100)]
    assert of_amount(hundred * 3, hundred, 0.5) == pytest.approx(of_count(3, 1, 0.5))


def test_one_whale_among_small_losses_is_worth_one_loss() -> None:
    """It left in the recent fifth of the time: that happens to one loss in five."""
    small = [Decimal(1)] * 9
    assert of_amount([Decimal(1_000_000)], small, 0.2) == pytest.approx(0.2, abs=0.001)


def test_without_amounts_there_is_nothing_to_tell() -> None:
    assert (of_amount([], [Decimal(5)], 0.2), of_amount([Decimal(0)], [], 0.2)) == (1.0, 1.0)
