"""The rhythm of a quarter: few customers come in its first two weeks, many in its last two.

The factors are learned from the company's own arrivals and drawn towards 1, so that a few dozen of them do not make a
season. Their mean over a quarter is 1: a season shifts arrivals within it and adds none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from cssync.books.history import QUARTER_DAYS
from cssync.capacity.forecast.distribution import Floats
from cssync.model.calendar import FiscalCalendar

EPOCH = date(1970, 1, 1)
_EDGE_DAYS = 14
# How many expected arrivals in a phase of the quarter weigh as much as those seen.
_PRIOR_ARRIVALS = 12.0

Days = npt.NDArray[np.int64]


def number_of(day: date) -> int:
    """A day as the number that Polars knows it by."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


@dataclass(frozen=True, slots=True)
class Seasons:
    """*factors*: of the first two weeks of a quarter, of its middle, and of its last two weeks."""

    calendar: FiscalCalendar
    factors: Sequence[float] = (1.0, 1.0, 1.0)

    def over(self, first: date, days: int) -> Floats:
        """The factor of each of *days* from *first* on."""
        return np.asarray(self.factors)[phases(self.calendar, first, days)]


def phases(calendar: FiscalCalendar, first: date, days: int) -> Days:
    """0 (the first two weeks of a quarter), 1 or 2 (the last two) for each of *days* from *first* on."""
    phase = np.ones(days, dtype=np.int64)
    start = calendar.quarter_start(first)
    while (offset := (start - first).days) < days:
        end = (calendar.quarter_end(start) - first).days + 1
        phase[max(0, offset) : max(0, offset + _EDGE_DAYS)] = 0
        phase[max(0, end - _EDGE_DAYS) : max(0, end)] = 2
        start = calendar.quarter_end(start) + timedelta(days=1)
    return phase


def learned(calendar: FiscalCalendar, arrivals: Days, first: date, days: int) -> Seasons:
    """*arrivals*: the day numbers of all customers that came in the *days* from *first* on."""
    places = arrivals - number_of(first)
    places = places[(places >= 0) & (places < days)]
    if days < QUARTER_DAYS or not len(places):
        return Seasons(calendar)
    phase = phases(calendar, first, days)
    lengths = np.bincount(phase, minlength=3)
    seen = np.bincount(phase[places], minlength=3)
    expected = len(places) * lengths / days
    factors = (seen + _PRIOR_ARRIVALS) / (expected + _PRIOR_ARRIVALS)
    usual = np.array([_EDGE_DAYS, QUARTER_DAYS - 2 * _EDGE_DAYS, _EDGE_DAYS]) / QUARTER_DAYS
    factors /= float((factors * usual).sum())
    return Seasons(calendar, tuple(float(factor) for factor in factors))
