"""Dates, booleans, probabilities and text, a column at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.canonical.cells import boolean, code, number, probability, text
from connectors.canonical.dates import dates

NOT_A_DATE = "not a date (write it as 2026-01-31)"


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-31",
        " 2026-01-31 ",
        "2026-01-31T00:00:00Z",
        "2026-01-31T23:59:59.999Z",
        "2026-01-31T23:30:00.000+0000",
        "2026-01-31T00:30:00-08:00",
        "2026-01-31 09:15",
        "20260131",
        "31.01.2026",
        "31.1.2026",
        "1769817600000",
    ],
)
def test_a_date_stays_the_day_that_was_written(written: str) -> None:
    found = dates(pl.Series([written]))
    assert found.values.to_list() == [date(2026, 1, 31)]
    assert found.reasons.to_list() == [None]


@pytest.mark.parametrize(
    "written",
    [
        "01/31/2026",
        "31/01/2026",
        "2026-02-30",
        "2026-1-31",
        "soon",
        "46053",
        "1769817600",
        "0000-00-00",
        "-1769817600000",
    ],
)
def test_what_is_no_date_becomes_null_with_a_remedy(written: str) -> None:
    found = dates(pl.Series([written, "2026-01-31"]))
    assert found.values.to_list() == [None, date(2026, 1, 31)]
    assert found.reasons.to_list() == [NOT_A_DATE, None]


@pytest.mark.parametrize("written", ["1899-12-30", "0202-05-01"])
def test_a_day_before_1900_is_a_slip(written: str) -> None:
    found = dates(pl.Series([written]))
    assert found.values.to_list() == [None]
    assert found.reasons.to_list() == ["before 1900 or after 9999"]


def test_dates_in_the_future_are_kept_for_others_to_judge() -> None:
    assert dates(pl.Series(["9999-12-31"])).values.to_list() == [date(9999, 12, 31)]


def test_native_dates_and_times_are_never_shifted() -> None:
    late = datetime(2026, 1, 31, 23, 30)  # noqa: DTZ001 -- a Parquet timestamp without a zone
    berlin = pl.Series([datetime(2026, 1, 31, 23, 30, tzinfo=UTC)]).dt.convert_time_zone("Europe/Berlin")
    assert dates(pl.Series([date(2026, 1, 31), None])).values.to_list() == [date(2026, 1, 31), None]
    assert dates(pl.Series([late])).values.to_list() == [date(2026, 1, 31)]
    assert dates(pl.Series([late.replace(tzinfo=UTC)])).values.to_list() == [date(2026, 1, 31)]
    assert dates(berlin).values.to_list() == [date(2026, 2, 1)]  # the wall clock that the column states


def test_milliseconds_may_be_numbers() -> None:
    assert dates(pl.Series([1769817600000, None])).values.to_list() == [date(2026, 1, 31), None]


@pytest.mark.parametrize("cells", [pl.Series([None, None]), pl.Series(["", " "]), pl.Series([], dtype=pl.String)])
def test_no_date_is_null_without_a_reason(cells: pl.Series) -> None:
    found = dates(cells)
    assert found.values.null_count() == len(cells)
    assert found.values.dtype == pl.Date
    assert found.reasons.null_count() == len(cells)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 -- zones vary
def test_no_zone_ever_moves_a_date(moment: datetime, minutes: int) -> None:
    written = moment.replace(tzinfo=timezone(timedelta(minutes=minutes))).isoformat()
    assert dates(pl.Series([written])).values.to_list() == [moment.date()]


def test_yes_and_no_come_in_many_forms() -> None:
    yes = boolean(pl.Series(["true", "TRUE", " Yes ", "y", "1", "t", "1.0"]))
    no = boolean(pl.Series(["false", "False", "no", "N", "0", "f"]))
    assert yes.values.to_list() == [True] * 7
    assert no.values.to_list() == [False] * 6


@pytest.mark.parametrize(
    "cells", [pl.Series([True, None, False]), pl.Series([1, None, 0]), pl.Series([1.0, None, 0.0])]
)
def test_native_booleans_and_flags_are_read(cells: pl.Series) -> None:
    found = boolean(cells)
    assert found.values.to_list() == [True, None, False]
    assert found.reasons.to_list() == [None, None, None]


def test_neither_yes_nor_no_is_reported() -> None:
    found = boolean(pl.Series(["maybe", "", "2"]))
    assert found.values.to_list() == [None, None, None]
    assert found.reasons.to_list() == ["neither yes nor no", None, "neither yes nor no"]


def test_probabilities_of_0_to_1_stay() -> None:
    assert probability(pl.Series(["0", "0.25", "1", "", None])).values.to_list() == [0.0, 0.25, 1.0, None, None]


def test_one_value_over_1_makes_a_column_percent_so_that_its_1_is_one_percent() -> None:
    assert probability(pl.Series([0, 1, 50, 100])).values.to_list() == [0.0, 0.01, 0.5, 1.0]


def test_a_percent_sign_speaks_for_its_own_cell() -> None:
    assert probability(pl.Series(["50%", "75 %", "0.5"])).values.to_list() == [0.5, 0.75, 0.5]


def test_what_is_no_probability_is_reported_and_sets_no_scale() -> None:
    found = probability(pl.Series(["0.5", "-1", "1e9", "likely", "NaN", "150%"]))
    assert found.values.to_list() == [0.5, None, None, None, None, None]
    assert found.reasons.to_list() == [None, *["not a probability"] * 5]


def test_text_is_stripped_and_never_empty() -> None:
    cells = pl.Series(["  Ångström \u00a0", "", " \t\n", None, "a\0b", "\U0001f680 <!channel> & co"])
    assert text(cells).to_list() == ["Ångström", None, None, None, "ab", "\U0001f680 <!channel> & co"]


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        (pl.Series([7, None]), ["7", None]),
        (pl.Series([7.0, None, 2.5]), ["7", None, "2.5"]),
        (pl.Series([float("nan"), 1e300]), ["NaN", "1e+300"]),
        (pl.Series(["007"]), ["007"]),
        (pl.Series(["a", "b"], dtype=pl.Categorical), ["a", "b"]),
    ],
)
def test_ids_are_text_even_where_a_file_holds_numbers(cells: pl.Series, ids: list[str | None]) -> None:
    assert text(cells).to_list() == ids


def test_currency_codes_are_in_capitals() -> None:
    assert code(pl.Series([" usd", "Eur", ""])).to_list() == ["USD", "EUR", None]


@pytest.mark.parametrize(
    ("cells", "mark", "expected"),
    [
        (pl.Series([3, None]), ".", [3.0, None]),
        (pl.Series([0.125, None]), ",", [0.125, None]),
        (pl.Series(["35%", " -2.5 ", "", "1e3", None]), ".", [35.0, -2.5, None, 1000.0, None]),
        (pl.Series(["1,234.5", "12,345,678", ".5"]), ".", [1234.5, 12_345_678.0, 0.5]),
        (pl.Series(["1.234,5", "0,25", "7 %"]), ",", [1234.5, 0.25, 7.0]),
    ],
)
def test_a_measure_is_any_finite_number(cells: pl.Series, mark: str, expected: list[float | None]) -> None:
    found = number(cells, mark)
    assert found.values.to_list() == expected
    assert found.reasons.null_count() == len(expected)


@pytest.mark.parametrize(
    ("cell", "mark"), [("high", "."), ("nan", "."), ("inf", "."), ("1,2,3", "."), ("1.5", ","), ("--1", ",")]
)
def test_what_is_no_number_is_reported(cell: str, mark: str) -> None:
    found = number(pl.Series(["4", cell]), mark)
    assert found.values.to_list() == [4.0, None]
    assert found.reasons.to_list() == [None, "not a number"]


# So many rows that a column shows whether its values recur, and each is read once.
MANY = 1_500


def test_text_that_recurs_is_tidied_like_any_other() -> None:
    assert (
        text(pl.Series(["live", "  live", "a\0b", "", None] * MANY)).to_list()
        == [
            "live",
            "live",
            "ab",
            None,
            None,
        ]
        * MANY
    )
    assert code(pl.Series(["EUR", " eur ", ""] * MANY)).to_list() == ["EUR", "EUR", None] * MANY
    assert code(pl.Series(["EUR", "USD", None] * MANY)).to_list() == ["EUR", "USD", None] * MANY


def test_dates_that_recur_are_read_and_reported_row_by_row() -> None:
    found = dates(pl.Series(["2026-01-31", " 31.1.2026", None, "", "soon", "1899-12-30"] * MANY))
    assert found.values.to_list() == [date(2026, 1, 31), date(2026, 1, 31), None, None, None, None] * MANY
    assert found.reasons.to_list() == [None, None, None, None, NOT_A_DATE, "before 1900 or after 9999"] * MANY


def test_yes_and_no_that_recur_are_read_and_reported_row_by_row() -> None:
    found = boolean(pl.Series(["Yes", " no", "maybe", "", None] * MANY))
    assert found.values.to_list() == [True, False, None, None, None] * MANY
    assert found.reasons.to_list() == [None, None, "neither yes nor no", None, None] * MANY


def test_what_comes_only_after_a_column_that_recurs_is_read_too() -> None:
    rare = [
        f"{day:%Y-%m-%dT%H:%M:%S}Z"
        for day in (datetime(2026, 1, 31, tzinfo=UTC) + timedelta(hours=n) for n in range(24))
    ]
    found = dates(pl.Series(["2026-01-30"] * MANY + rare))
    assert found.values.to_list() == [date(2026, 1, 30)] * MANY + [date(2026, 1, 31)] * 24
    assert found.reasons.null_count() == MANY + 24
