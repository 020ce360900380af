"""Amounts are read exactly or not at all."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.canonical.money import LARGEST, Amounts, amounts
from cssync.model.tables import MONEY


def read(cells: pl.Series, *, mark: str = ".", currency: str | None = None, at_least: Decimal = Decimal(0)) -> Amounts:
    codes = pl.Series("currency", [currency] * len(cells), dtype=pl.String)
    return amounts(cells, codes, decimal_mark=mark, at_least=at_least)


def read_one(text: str, *, mark: str = ".") -> Decimal | None:
    value: Decimal | None = read(pl.Series([text]), mark=mark).values.item()
    return value


def reason(text: str, *, mark: str = ".", currency: str | None = None) -> str | None:
    why: str | None = read(pl.Series([text]), mark=mark, currency=currency).reasons.item()
    return why


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1234.5", "1234.50"),
        ("  42 ", "42.00"),
        ("+7", "7.00"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("1.2E6", "1200000.00"),
        ("1.15e+3", "1150.00"),
        ("25E-1", "2.50"),
        ("1e12", "1000000000000.00"),
        ("1,234.50", "1234.50"),
        ("$1,234.50", "1234.50"),
        ("1,234,567", "1234567.00"),
        ("12,34,567.00", "1234567.00"),
        ("1 234 567.89", "1234567.89"),
        ("1\u00a0234.50", "1234.50"),
        ("1\u202f234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1\u2019234.50", "1234.50"),
        ("€ 12", "12.00"),
        ("12 EUR", "12.00"),
        ("EUR 1,200.00", "1200.00"),
        ("R$ 7", "7.00"),
        ("999999999999.999", "1000000000000.00"),
    ],
)
def test_amounts_are_read_under_the_point(written: str, amount: str) -> None:
    assert read_one(written) == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1.234", "1234.00"),
        ("1 234,56", "1234.56"),
        ("1.234.567,8 €", "1234567.80"),
        ("1,2E6", "1200000.00"),
        ("1'234,5", "1234.50"),
        ("42", "42.00"),
    ],
)
def test_amounts_are_read_under_the_comma(written: str, amount: str) -> None:
    assert read_one(written, mark=",") == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "mark", "why"),
    [
        ("n/a", ".", "not a number"),
        ("1.2M", ".", "not a number"),
        ("1_000", ".", "not a number"),
        ("--5", ".", "not a number"),
        ("(-5)", ".", "not a number"),
        ("(5", ".", "not a number"),
        ("\u0661\u0662", ".", "not a number"),
        ("12:30", ".", "not a number"),
        ("1.234,56", ".", 'not a number with "." as its decimal mark'),
        ("1,23", ".", 'not a number with "." as its decimal mark'),
        ("1,234.50", ",", 'not a number with "," as its decimal mark'),
        ("1234.50", ",", 'not a number with "," as its decimal mark'),
        ("NaN", ".", "not a finite number"),
        ("-inf", ".", "not a finite number"),
        ("Infinity", ".", "not a finite number"),
        ("1e300", ".", "beyond 1,000,000,000,000"),
        ("1000000000000.01", ".", "beyond 1,000,000,000,000"),
        ("-1e13", ".", "beyond 1,000,000,000,000"),
        ("-5", ".", "negative"),
        ("\u22125", ".", "negative"),
        ("$-5", ".", "negative"),
        ("-$5", ".", "negative"),
        ("(1,200.00)", ".", "negative"),
    ],
)
def test_what_is_no_amount_becomes_null_with_a_reason(written: str, mark: str, why: str) -> None:
    assert read_one(written, mark=mark) is None
    assert reason(written, mark=mark) == why


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0", None])
def test_an_empty_cell_is_null_without_a_reason(blank: str | None) -> None:
    found = read(pl.Series([blank], dtype=pl.String))
    assert found.values.to_list() == [None]
    assert found.reasons.to_list() == [None]


def test_a_negative_amount_is_read_where_the_record_may_hold_one() -> None:
    cells = pl.Series(["-5", "(1,200.50)", "\u2212 7", "-$3"])
    found = read(cells, at_least=-LARGEST).values.to_list()
    assert found == [Decimal(-5), Decimal("-1200.50"), Decimal(-7), Decimal(-3)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pl.Series([1, None, 10**12], dtype=pl.Int64), ["1.00", None, "1000000000000.00"]),
        (pl.Series([0.1, 1234.5, None, 1e11]), ["0.10", "1234.50", None, "100000000000.00"]),
        (pl.Series([0.1], dtype=pl.Float32), ["0.10"]),
        (pl.Series([Decimal("1.005"), Decimal("1.015")], dtype=pl.Decimal(20, 3)), ["1.00", "1.02"]),
        (pl.Series([None, None]), [None, None]),
        (pl.Series([], dtype=pl.String), []),
    ],
)
def test_native_numbers_need_no_parsing(cells: pl.Series, expected: list[str | None]) -> None:
    found = read(cells)
    assert found.values.to_list() == [None if text is None else Decimal(text) for text in expected]
    assert found.values.dtype == MONEY
    assert found.reasons.null_count() == len(cells)


@pytest.mark.parametrize("mark", [".", ","])
def test_native_numbers_do_not_depend_on_the_decimal_mark(mark: str) -> None:
    assert read(pl.Series([1.234]), mark=mark).values.to_list() == [Decimal("1.23")]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (float("nan"), "not a finite number"),
        (float("-inf"), "not a finite number"),
        (1e300, "beyond 1,000,000,000,000"),
        (-0.01, "negative"),
    ],
)
def test_floats_that_are_no_amount_are_reported(number: float, why: str) -> None:
    found = read(pl.Series([number]))
    assert found.values.to_list() == [None]
    assert found.reasons.to_list() == [why]


def test_a_yes_in_a_money_column_is_not_a_number() -> None:
    assert read(pl.Series([True])).reasons.to_list() == ["not a number"]


def test_the_currency_beside_an_amount_stands_in_where_the_record_has_none() -> None:
    found = read(pl.Series(["€5", "5 GBP", "US$5", "$5", "¥5", "5"])).currency.to_list()
    assert found == ["EUR", "GBP", "USD", None, None, None]


@pytest.mark.parametrize(("written", "currency"), [("€5", "EUR"), ("$5", "CAD"), ("5 GBP", "GBP"), ("¥5", "CNY")])
def test_a_currency_that_agrees_with_the_record_is_fine(written: str, currency: str) -> None:
    found = read(pl.Series([written]), currency=currency)
    assert found.values.to_list() == [Decimal(5)]
    assert found.currency.to_list() == [currency]


@pytest.mark.parametrize(("written", "currency"), [("€5", "USD"), ("$5", "EUR"), ("5 GBP", "USD"), ("¥5", "KRW")])
def test_a_currency_that_contradicts_the_record_makes_the_amount_unreadable(written: str, currency: str) -> None:
    assert reason(written, currency=currency) == "written in another currency than the record's"
    assert read(pl.Series([written]), currency=currency).values.to_list() == [None]


_FINITE = st.decimals(min_value=0, max_value=LARGEST, allow_nan=False, allow_infinity=False, places=None)


@given(_FINITE)
def test_every_number_is_rounded_half_to_even_as_decimal_does(number: Decimal) -> None:
    expected = number.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert read_one(str(number)) == expected
    assert read_one(str(number).replace(".", ","), mark=",") == expected


@given(st.floats(min_value=0, max_value=1e12))
def test_a_float_is_worth_its_shortest_decimal_form(number: float) -> None:
    expected = Decimal(repr(number)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert read(pl.Series([number])).values.to_list() == [expected]


@given(st.integers(min_value=0, max_value=10**14))
def test_grouping_never_changes_a_number(cents: int) -> None:
    number = Decimal(cents).scaleb(-2)
    assert read_one(f"{number:,}") == number
    assert read_one(f"$ {number:,}".replace(",", " ")) == number


@given(st.lists(st.text(max_size=12), max_size=8), st.sampled_from([".", ","]))
def test_no_text_is_lost_in_silence(texts: list[str], mark: str) -> None:
    found = read(pl.Series(texts, dtype=pl.String), mark=mark)
    for written, value, why in zip(texts, found.values, found.reasons, strict=True):
        blank = not written.replace("\0", "").strip()
        assert (value is None) == (blank or why is not None)
