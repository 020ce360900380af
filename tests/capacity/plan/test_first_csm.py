"""When a segment that nobody is there for gets its first CSM."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cssync.capacity.plan.first_csm import first_csm
from cssync.settings.hiring import FirstCsm


@pytest.mark.parametrize(
    ("arr", "large", "due"),
    [(299_999, 1, False), (299_999, 2, True), (300_000, 0, True), (0, 0, False)],
)
def test_seed_21_at_two_large_customers_or_when_the_segment_pays_for_one(arr: int, large: int, due: bool) -> None:  # noqa: FBT001
    assert first_csm(Decimal(arr), large, FirstCsm(), "USD").due is due


def test_it_says_what_there_is_and_what_it_takes() -> None:
    told = first_csm(Decimal(120_000), 1, FirstCsm(), "USD")
    assert told.why == "1 customer of $50k or more (from 2 on), $120k of ARR (from $300k on)"
