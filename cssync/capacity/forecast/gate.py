"""How much to believe the pipeline: as much as it told of past quarters beyond what the plain rate did.

For every book and every past quarter: what it won against what its rate, and what its rate with the deals then open,
would have had it win; each learned without that quarter. The weight, 0..1, is that of a regression of the one
difference on the other, drawn towards belief where little can be looked back on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cssync.capacity.forecast.conversions import curves, same_phases
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.lookback import LookBack
from cssync.capacity.forecast.pipeline import Learned, Taken
from cssync.capacity.forecast.roster import sums
from cssync.capacity.forecast.seasons import day_of, number_of
from cssync.capacity.forecast.stories import Stories
from cssync.capacity.forecast.unseen import unannounced
from cssync.model.calendar import FiscalCalendar

# The belief before looking back, and what it weighs in squared customers (each divided by the plain rate).
_BELIEF = 0.8
_WEIGHT = 4.0
_LONGEST_DAYS = 92


@dataclass(frozen=True, slots=True)
class Gate:
    """*trust*: 0..1; *quarters*: on how many it rests."""

    trust: float
    quarters: int


def gate(past: Learned, back: LookBack, calendar: FiscalCalendar) -> Gate:
    if past.prospects is None:
        return Gate(_BELIEF, 0)
    roster, as_of = back.roster, back.as_of
    since = max(past.stories.since, number_of(back.events.since))
    hidden = unannounced(past.stories, back.events, roster, as_of, _LONGEST_DAYS)[roster.segment_of, 1:]
    quarters: list[_Quarter] = []
    for (_, until), (number, day) in pairwise(same_phases(calendar, as_of, since)):
        days, stretch = until - day, back.stretch(day, until)
        chances = curves(past.prospects.without(number), days)[:, days]
        announced = _announced(past.stories, chances, Taken(1.0, roster, back.rates), calendar, day)
        told = announced + stretch.a_day * (hidden[:, :days] @ stretch.season)
        quarters.append(_Quarter(*(of_books[stretch.there] for of_books in (stretch.came, stretch.plain, told))))
    return Gate(_trust(quarters), len(quarters))


@dataclass(frozen=True, slots=True)
class _Quarter:
    """One past quarter, by CSM: the customers that *came*; those that the *plain* rate would have brought; those that
    deals then open *told* of, with those unseen in deals.
    """

    came: Floats
    plain: Floats
    told: Floats


def _trust(quarters: Sequence[_Quarter]) -> float:
    over, under = _WEIGHT * _BELIEF, _WEIGHT
    for each in quarters:
        x, y = each.told - each.plain, each.came - each.plain
        weigh = 1 / (each.plain + 0.5)
        over += float((weigh * x * y).sum())
        under += float((weigh * x * x).sum())
    return float(np.clip(over / under, 0, 1))


def _announced(stories: Stories, chances: Floats, taken: Taken, calendar: FiscalCalendar, day: int) -> Floats:
    """By book, the wins that the deals open on *day* announced, each with the chance of its cell."""
    entries = stories.open_on(day)
    entries = entries[~stories.of_customers(entries, day)]
    chance = chances[stories.cell_of(entries, day_of(day), calendar)]
    book, group = stories.book[entries], stories.group[stories.deal[entries]]
    place = np.where(group < 0, taken.size - 1, group)
    of_groups = sums(place[book < 0], chance[book < 0], taken.size)
    found: Floats = sums(book[book >= 0], chance[book >= 0], len(taken.roster))
    return found + taken.shares(taken.roster.each) @ of_groups
