"""Fiscal quarters, whatever month the year starts in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.model.calendar import FiscalCalendar


@pytest.mark.parametrize(
    ("first_month", "day", "end", "next_end"),
    [
        (1, date(2026, 11, 22), date(2026, 12, 31), date(2027, 3, 31)),
        (1, date(2026, 12, 31), date(2026, 12, 31), date(2027, 3, 31)),
        (1, date(2027, 1, 1), date(2027, 3, 31), date(2027, 6, 30)),
        (2, date(2026, 11, 22), date(2027, 1, 31), date(2027, 4, 30)),
        (2, date(2026, 10, 31), date(2026, 10, 31), date(2027, 1, 31)),
        (12, date(2028, 1, 15), date(2028, 2, 29), date(2028, 5, 31)),
    ],
)
def test_the_end_of_this_quarter_and_of_the_next(first_month: int, day: date, end: date, next_end: date) -> None:
    calendar = FiscalCalendar(first_month)
    assert (calendar.quarter_end(day), calendar.next_quarter_end(day)) == (end, next_end)


@given(st.integers(1, 12), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_horizon_is_between_one_and_two_quarters_away(first_month: int, day: date) -> None:
    calendar = FiscalCalendar(first_month)
    assert calendar.quarter_start(day) <= day <= calendar.quarter_end(day)
    assert 89 <= (calendar.next_quarter_end(day) - day).days <= 184


@pytest.mark.parametrize(
    ("first_month", "day", "label"),
    [
        (1, date(2026, 12, 31), "Q4 2026"),
        (1, date(2027, 1, 1), "Q1 2027"),
        (2, date(2027, 1, 31), "Q4 FY2027"),
        (2, date(2027, 2, 1), "Q1 FY2028"),
        (10, date(2026, 9, 30), "Q4 FY2026"),
        (10, date(2026, 10, 1), "Q1 FY2027"),
    ],
)
def test_a_quarter_is_called_after_the_fiscal_year_and_that_after_its_end(
    first_month: int, day: date, label: str
) -> None:
    assert FiscalCalendar(first_month).label(day) == label
