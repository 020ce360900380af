"""What touch a customer gets by the size of its deal: seeds 17, 18, 32, 41 and 42, at their edges."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cssync.books.tally import DEAL_SIZES
from cssync.capacity.touch import BANDS, Approach, accounts_a_csm, covers, touch_of


@pytest.mark.parametrize(("deal", "most"), [("100000", 20), ("20000", 100), ("5000", 400), ("1000", 2000), ("3e6", 1)])
def test_seed_17_accounts_by_deal_size(deal: str, most: int) -> None:
    assert accounts_a_csm(Decimal(deal)) == most


@pytest.mark.parametrize(("deal", "most"), [("50000", 40), ("200000", 10)], ids=["mid-market", "strategic"])
def test_seed_06_forty_mid_market_customers_and_ten_strategic_ones_are_two_million(deal: str, most: int) -> None:
    assert accounts_a_csm(Decimal(deal)) == most


@pytest.mark.parametrize(
    ("arr", "label", "approach"),
    [
        ("2000000.01", "over $2M", Approach.ONE_TO_ONE),
        ("2000000", "$100k and over", Approach.ONE_TO_ONE),
        ("100000", "$100k and over", Approach.ONE_TO_ONE),
        ("99999.99", "$20k to $100k", Approach.ONE_TO_ONE),
        ("20000", "$20k to $100k", Approach.ONE_TO_ONE),
        ("19999.99", "$5k to $20k", Approach.ONE_TO_MANY),
        ("5000", "$5k to $20k", Approach.ONE_TO_MANY),
        ("4999.99", "$1k to $5k", Approach.ONE_TO_MANY),
        ("1000", "$1k to $5k", Approach.ONE_TO_MANY),
        ("999.99", "under $1k", Approach.ONE_TO_MANY),
    ],
)
def test_seed_18_touch_by_deal_size(arr: str, label: str, approach: Approach) -> None:
    band = touch_of(Decimal(arr))
    assert (band.label, band.approach) == (label, approach)


def test_the_bands_are_those_that_books_are_counted_by() -> None:
    assert [(int(band.floor), band.label) for band in BANDS[:-1]] == list(DEAL_SIZES)


def test_seed_19_a_book_is_covered_band_by_band_and_what_is_unknown_is_in_none() -> None:
    told = list(covers([Decimal(2_500_000), Decimal(120_000), Decimal(80_000), None, Decimal(40_000), Decimal(0)]))
    assert [(cover.touch.label, cover.accounts, cover.arr, cover.most) for cover in told] == [
        ("over $2M", 1, Decimal(2_500_000), 1),
        ("$100k and over", 1, Decimal(120_000), 16),
        ("$20k to $100k", 2, Decimal(120_000), 33),
        ("under $1k", 1, Decimal(0), 0),
    ]


def test_seed_41_42_a_band_says_how_its_customers_are_looked_after() -> None:
    (large,) = covers([Decimal(200_000)] * 3)
    assert large.words("USD") == (
        "$100k and over, 3 customers ($600k): 1-to-1, at most 10 a CSM; on site twice a year; know all that there is "
        "to know; outcome reviews instead of check-ins (seeds 17, 18, 41 and 42)"
    )
