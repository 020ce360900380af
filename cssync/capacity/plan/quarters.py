"""The fiscal quarters that a plan is made for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cssync.capacity.plan.lead import Lead
from cssync.model.calendar import FiscalCalendar


@dataclass(frozen=True, slots=True)
class Quarter:
    """*first* is tonight for the one that is running."""

    label: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def quarters(today: date, number: int, calendar: FiscalCalendar) -> tuple[Quarter, ...]:
    """What is left of the running one, and the *number* after it."""
    found, first = [], today
    for _ in range(number + 1):
        last = calendar.quarter_end(first)
        found.append(Quarter(calendar.label(first), first, last))
        first = last + timedelta(days=1)
    return tuple(found)


def looks_to(today: date, lead: Lead, calendar: FiscalCalendar) -> date:
    """How far a need has to be seen at least: the end of next quarter (seed 4), or a whole lead if that is longer."""
    return max(calendar.next_quarter_end(today), today + timedelta(days=lead.days))
