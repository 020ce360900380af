"""Whether the last half or quarter of a year tells better than the whole year how many customers come now.

The year holds unless, on the company's own past, a shorter look-back was better by a quarter: then its level is laid
over the rates of the year, for all segments together, since one segment's quarter is mostly chance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cssync.books.history import LOOK_BACK_DAYS
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.events import Events
from cssync.capacity.forecast.roster import Roster, Rows
from cssync.capacity.forecast.seasons import number_of

_SHORTER = (182, 91)
_QUARTER = 91
_BETTER_BY = 0.25
# How many expected arrivals weigh as much as those seen.
_PRIOR_ARRIVALS = 20.0


def levels(
    arrived: npt.NDArray[np.int64], groups: Rows, events: Events, roster: Roster, as_of: int
) -> tuple[Floats, int]:
    """(of every group how much more comes now than over the whole look-back, the look-back chosen in days).

    *arrived*: the day of every arrival; *groups*: the group of its book.
    """
    size = int(roster.group_of.max(initial=-1)) + 1
    days = as_of - number_of(events.since)
    ages = as_of - arrived
    chosen = _look_back(ages, groups, size, days)
    if chosen >= days:
        return np.ones(size), LOOK_BACK_DAYS
    recent, expected = float((ages < chosen).sum()), len(ages) * chosen / days
    return np.full(size, (recent + _PRIOR_ARRIVALS) / (expected + _PRIOR_ARRIVALS)), chosen


def _look_back(ages: npt.NDArray[np.int64], groups: Rows, size: int, days: int) -> int:
    """In days: the shortest that was better by a quarter over the quarters that can be looked back on."""
    origins = [origin for origin in (_QUARTER, 2 * _QUARTER) if origin + 2 * _QUARTER <= days]
    if not origins:
        return days
    errors = dict.fromkeys((days, *_SHORTER), 0.0)
    for origin in origins:
        came = _counts(ages, groups, size, origin - _QUARTER, origin)
        longest = days - origin
        year = _counts(ages, groups, size, origin, origin + longest)
        for back in errors:
            length = min(back, longest)
            growth = (ages[(ages >= origin) & (ages < origin + length)].size / length) / max(year.sum() / longest, 1e-9)
            errors[back] += float(np.abs(came - year * growth * _QUARTER / longest).sum())
    best = min(_SHORTER, key=lambda back: errors[back])
    return best if errors[best] < (1 - _BETTER_BY) * errors[days] else days


def _counts(ages: npt.NDArray[np.int64], groups: Rows, size: int, youngest: int, oldest: int) -> Floats:
    inside = (ages >= youngest) & (ages < oldest)
    return np.bincount(groups[inside], minlength=size).astype(np.float64)
