"""Quarters have a rhythm, and it is fiscal."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cssync.capacity.forecast.seasons import Seasons, learned, number_of, phases
from cssync.model.calendar import FiscalCalendar

CALENDAR = FiscalCalendar()
FIRST = date(2025, 1, 1)


def test_the_first_and_the_last_two_weeks_of_a_quarter_are_told_from_its_middle() -> None:
    found = phases(CALENDAR, date(2026, 3, 16), 32)
    assert found[:2].tolist() == [1, 1]  # 16 and 17 Mar
    assert found[2:16].tolist() == [2] * 14  # 18 to 31 Mar
    assert found[16:30].tolist() == [0] * 14  # 1 to 14 Apr
    assert found[30:].tolist() == [1, 1]


def test_quarters_are_those_of_the_fiscal_year() -> None:
    """A year that starts in February has a quarter's end on 30 April."""
    assert phases(FiscalCalendar(2), date(2026, 4, 30), 2).tolist() == [2, 0]


def test_a_company_that_signs_at_the_quarters_end_gets_a_season() -> None:
    """Of 104 arrivals in four quarters, all on the last day: 416 days' worth of 14 days in 91, drawn towards 1."""
    ends = [
        number_of(date(2025, month, day)) for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)) for _ in range(26)
    ]
    found = learned(CALENDAR, np.array(ends), FIRST, 365)
    first, middle, last = found.factors
    assert last > 3
    assert middle < 1
    assert (first * 14 + middle * 63 + last * 14) / 91 == pytest.approx(1.0)


def test_a_handful_of_arrivals_makes_no_season() -> None:
    found = learned(CALENDAR, np.array([number_of(date(2025, 3, 31))] * 3), FIRST, 365)
    assert max(found.factors) < 1.35


@pytest.mark.parametrize("arrivals", [[], [number_of(FIRST)] * 50])
def test_less_than_a_quarter_makes_no_season_either(arrivals: list[int]) -> None:
    found = learned(CALENDAR, np.array(arrivals, dtype=np.int64), FIRST, 60)
    assert found == Seasons(CALENDAR)


def test_every_day_ahead_has_the_factor_of_its_phase() -> None:
    seasons = Seasons(CALENDAR, (0.5, 1.0, 1.5))
    assert seasons.over(date(2026, 3, 17), 3).tolist() == [1.0, 1.5, 1.5]
    assert seasons.over(date(2026, 3, 31) + timedelta(days=1), 1).tolist() == [0.5]
