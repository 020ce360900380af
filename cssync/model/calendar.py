"""Fiscal quarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS_A_QUARTER = 3


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """Quarters of three calendar months, counted from *first_month* (1 = January)."""

    first_month: int = 1

    def quarter_start(self, day: date) -> date:
        months_in = (day.month - self.first_month) % _MONTHS_A_QUARTER
        return _first_of_month(day, -months_in)

    def quarter_end(self, day: date) -> date:
        """The last day of the quarter that *day* is in."""
        return _first_of_month(self.quarter_start(day), _MONTHS_A_QUARTER) - timedelta(days=1)

    def label(self, day: date) -> str:
        """Q1 2027; Q1 FY2027 where the fiscal year, called after the one it ends in, is not the calendar's."""
        number = (day.month - self.first_month) % 12 // _MONTHS_A_QUARTER + 1
        if self.first_month == 1:
            return f"Q{number} {day.year}"
        return f"Q{number} FY{day.year + (day.month >= self.first_month)}"

    def next_quarter_end(self, day: date) -> date:
        """The last day of the quarter after the one that *day* is in: the horizon of seed 4."""
        return self.quarter_end(self.quarter_end(day) + timedelta(days=1))


def _first_of_month(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
