"""Figures in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cssync.model.wording import count, listed, money, signed_money


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "$0"), ("12.34", "$12.3"), ("999.4", "$999"), ("999.6", "$1k"), ("1000", "$1k"), ("12345", "$12.3k"),
        ("123456", "$123k"), ("999499", "$999k"), ("999500", "$1M"), ("2000000", "$2M"), ("3141592", "$3.14M"),
        ("11300000", "$11.3M"), ("1000000000", "$1B"), ("-450000", "-$450k"),
    ],
)  # fmt: skip
def test_money_has_three_digits_at_most(amount: str, words: str) -> None:
    assert money(Decimal(amount), "USD") == words


def test_a_currency_without_a_sign_is_named() -> None:
    assert money(Decimal(5000), "CHF") == "CHF 5k"
    assert money(Decimal(5000), "EUR") == "€5k"


def test_a_gain_has_a_plus_and_nothing_has_none() -> None:
    assert [signed_money(Decimal(n), "USD") for n in (1000, 0, -1000)] == ["+$1k", "$0", "-$1k"]


def test_one_is_singular_and_thousands_are_grouped() -> None:
    assert [count(1, "account"), count(1200, "account"), count(2, "opportunity", "opportunities")] == [
        "1 account",
        "1,200 accounts",
        "2 opportunities",
    ]


def test_long_lists_end_with_how_many_more_there_are() -> None:
    assert [listed(["A"]), listed(["A", "B", "C"]), listed(["A", "B", "C", "D", "E"])] == [
        "A",
        "A, B and C",
        "A, B, C and 2 more",
    ]
    assert listed([]) == ""
