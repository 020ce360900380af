"""Dated rates: what an opportunity closed at is what it was worth on that day, to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from cssync.books.rates import converted, rates_in_force
from cssync.model.money import ExchangeRates
from cssync.model.tables import OPPORTUNITIES
from cssync.settings.model import Money

# One EUR was worth 1.10 USD to the end of March, and 1.20 from the first of April on; today's rate is a third one.
CRM = ExchangeRates(
    "USD",
    {"EUR": Decimal("1.25"), "GBP": Decimal("1.32")},
    dated={"EUR": ((date(2025, 1, 1), Decimal("1.10")), (date(2026, 4, 1), Decimal("1.20")))},
)
LAST_OLD, FIRST_NEW = date(2026, 3, 31), date(2026, 4, 1)


def worth(
    amount: str, currency: str | None, day: date | None, money: Money | None = None, *, on: str | None = "close_on"
) -> Decimal | None:
    row = {"opportunity_id": "o", "amount": Decimal(amount), "currency": currency, "close_on": day}
    rows = pl.DataFrame([row], schema=OPPORTUNITIES)
    in_force = rates_in_force(CRM, money or Money())
    found: Decimal | None = converted(rows, in_force, "USD", on=on)["converted"].item()
    return found


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 6, 30), "1100.00"),  # before the first rate: the first
        (date(2025, 1, 1), "1100.00"),
        (LAST_OLD, "1100.00"),  # the day on which a rate ends is no longer its own
        (FIRST_NEW, "1200.00"),  # and the day on which one starts is
        (date(2031, 12, 31), "1200.00"),
        (None, "1250.00"),  # no close date: today's
    ],
)
def test_case_28_an_opportunity_is_converted_at_the_rate_of_its_close_date(day: date | None, expected: str) -> None:
    assert worth("1000.00", "EUR", day) == Decimal(expected)


def test_case_28_accounts_are_converted_at_todays_rate_dated_ones_or_not() -> None:
    assert worth("1000.00", "EUR", LAST_OLD, on=None) == Decimal("1250.00")


@pytest.mark.parametrize(
    ("currency", "expected"), [("GBP", Decimal("1320.00")), ("USD", Decimal("1000.00")), (None, Decimal("1000.00"))]
)
def test_case_28_currencies_without_dated_rates_have_one_on_all_days(currency: str | None, expected: Decimal) -> None:
    assert worth("1000.00", currency, LAST_OLD) == worth("1000.00", currency, FIRST_NEW) == expected


def test_case_28_a_currency_without_any_rate_is_unknown_on_all_days() -> None:
    assert worth("1000.00", "XTS", LAST_OLD) is None


def test_case_28_the_operators_rate_wins_over_dated_ones_on_every_day() -> None:
    money = Money(rates={"EUR": Decimal("1.5")})
    assert worth("1000.00", "EUR", LAST_OLD, money) == worth("1000.00", "EUR", FIRST_NEW, money) == Decimal("1500.00")


@pytest.mark.parametrize(
    ("amount", "currency", "day", "expected"),
    [
        ("1100.00", "USD", LAST_OLD, "1000.00"),  # 1100 / 1.10
        ("1200.00", "USD", FIRST_NEW, "1000.00"),  # 1200 / 1.20
        ("1250.00", "USD", None, "1000.00"),  # 1250 / 1.25
        ("1000.00", "GBP", LAST_OLD, "1200.00"),  # 1320 / 1.10
        ("1000.00", "GBP", FIRST_NEW, "1100.00"),  # 1320 / 1.20
        ("1000.00", "EUR", LAST_OLD, "1000.00"),
    ],
)
def test_case_28_figures_shown_in_a_dated_currency_make_all_others_dated(
    amount: str, currency: str, day: date | None, expected: str
) -> None:
    assert worth(amount, currency, day, Money(currency="EUR")) == Decimal(expected)


def test_case_28_figures_shown_in_a_currency_of_the_operators_keep_the_dates_of_the_crms() -> None:
    money = Money(currency="CHF", rates={"USD": Decimal("0.9")})
    assert worth("1000.00", "EUR", LAST_OLD, money) == Decimal("990.00")  # 1000 * 1.10 * 0.9
    assert worth("1000.00", "EUR", FIRST_NEW, money) == Decimal("1080.00")  # 1000 * 1.20 * 0.9


def test_case_28_dated_amounts_are_rounded_half_even_and_keep_their_order() -> None:
    rates = ExchangeRates("USD", {"EUR": Decimal(1)}, dated={"EUR": ((FIRST_NEW, Decimal("1.085")),)})
    rows = pl.DataFrame(
        [
            {"opportunity_id": key, "amount": Decimal(amount), "currency": "EUR", "close_on": day}
            for key, amount, day in [("c", "3.00", FIRST_NEW), ("a", "1.00", LAST_OLD), ("b", "0.10", None)]
        ],
        schema=OPPORTUNITIES,
    )
    found = converted(rows, rates, "USD", on="close_on").select("opportunity_id", "converted").rows()
    # 3.255 and 1.085 are halves: to the even cent.
    assert found == [("c", Decimal("3.26")), ("a", Decimal("1.08")), ("b", Decimal("0.10"))]


def test_dated_rates_have_the_columns_that_static_ones_have() -> None:
    rows = pl.DataFrame([{"opportunity_id": "o"}], schema=OPPORTUNITIES)
    assert converted(rows, CRM, "USD", on="close_on").columns == [*OPPORTUNITIES, "converted"]
