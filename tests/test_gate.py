"""Which nights are refused, and with which numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cssync.gate import doubts
from cssync.model.night import Run, RunStatus
from cssync.settings.model import Gate

GOOD = Run(
    id="r",
    as_of=date(2026, 11, 21),
    started_at=datetime(2026, 11, 21, 4, tzinfo=UTC),
    status=RunStatus.ACCEPTED,
    source="hand",
    accounts=1000,
    customers=400,
    owners=20,
    arr=Decimal(10_000_000),
    currency="USD",
)


def refused(night: Run, *recent: Run, unreadable: int = 0) -> list[str]:
    return [doubt.what for doubt in doubts(night, recent, unreadable, Gate())]


def test_a_night_like_the_others_passes() -> None:
    assert refused(GOOD, GOOD, GOOD) == []


def test_the_very_first_night_passes_without_anything_to_compare() -> None:
    assert refused(GOOD) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("accounts", 0, "the pull brought 0 accounts"),
        ("customers", 0, "none of 1,000 accounts is a customer"),
        ("owners", 0, "the pull brought 0 owners"),
    ],
)
def test_alert_case_21_an_empty_night_is_refused_even_if_it_is_the_first(field: str, value: int, words: str) -> None:
    assert refused(replace(GOOD, **{field: value})) == [words]  # type: ignore[arg-type] # one field at a time


@pytest.mark.parametrize("field", ["accounts", "customers", "owners", "arr"])
def test_alert_case_21_a_fall_of_exactly_the_share_allowed_passes_and_more_does_not(field: str) -> None:
    usual = getattr(GOOD, field)
    at = replace(GOOD, **{field: type(usual)(usual * 7 // 10)})
    below = replace(GOOD, **{field: type(usual)(usual * 7 // 10 - 1)})
    assert refused(at, GOOD) == []
    assert len(refused(below, GOOD)) == 1


def test_the_reason_gives_the_numbers_and_the_setting() -> None:
    assert refused(replace(GOOD, arr=Decimal(4_000_000)), GOOD, GOOD) == [
        "ARR fell by 60%, from 10,000,000 (median of 2 good nights) to 4,000,000; gate.max_drop allows 30%"
    ]


def test_one_odd_night_does_not_move_what_is_usual() -> None:
    odd = replace(GOOD, accounts=5)
    assert refused(replace(GOOD, accounts=600), GOOD, odd, GOOD) == [
        "accounts fell by 40%, from 1,000 (median of 3 good nights) to 600; gate.max_drop allows 30%"
    ]
    assert refused(replace(GOOD, accounts=3), odd, odd, odd) == [
        "accounts fell by 40%, from 5 (median of 3 good nights) to 3; gate.max_drop allows 30%"
    ]


def test_only_the_latest_good_nights_count() -> None:
    then = replace(GOOD, accounts=9000)
    assert refused(GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, then, then, then, then, then, then) == []


def test_arr_in_another_currency_is_not_compared() -> None:
    """Someone who switches the currency of the figures has not lost any revenue."""
    assert refused(replace(GOOD, arr=Decimal(1), currency="EUR"), GOOD) == []


def test_too_many_unreadable_accounts_refuse_the_night() -> None:
    assert refused(GOOD, unreadable=50) == []
    assert refused(GOOD, unreadable=51) == [
        "51 of 1,000 accounts could not be read in full (5.1%; gate.max_problem_share allows 5%)"
    ]
