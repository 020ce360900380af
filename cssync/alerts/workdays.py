"""Counts working days: a critical alert is not told again because a weekend has passed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Workdays:
    """*holidays*: days on which nobody works. *weekend*: days of the week, Monday is 0."""

    holidays: Collection[date] = frozenset()
    weekend: Collection[int] = frozenset({_SATURDAY, _SUNDAY})

    def is_working(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.holidays

    def between(self, after: date, until: date) -> int:
        """How many of the days after *after*, up to and with *until*, are worked."""
        days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
        return sum(self.is_working(day) for day in days)
