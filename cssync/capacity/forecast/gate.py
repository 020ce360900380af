"""How much to believe the pipeline: as much as it told of past quarters beyond what the plain rate did.

For every book and every past quarter: what it won against what its rate, and what its rate with the deals then open,
would have had it win; each learned without that quarter. The weight, 0..1, is that of a regression of the one
difference on the other, drawn towards belief where little can be looked back on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cssync.books.history import QUARTER_DAYS
from cssync.capacity.forecast.conversions import Counts, curves, same_phases
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.events import Events
from cssync.capacity.forecast.pipeline import Learned, Taken
from cssync.capacity.forecast.roster import Roster, sums
from cssync.capacity.forecast.seasons import Seasons, day_of, number_of
from cssync.capacity.forecast.stories import Stories
from cssync.capacity.forecast.unseen import SHAPE, unannounced
from cssync.capacity.forecast.wins import Rates
from cssync.model.calendar import FiscalCalendar

# The belief before looking back, and what it weighs in squared customers (each divided by the plain rate).
_BELIEF = 0.8
_WEIGHT = 4.0
# Of the negative binomial: the usual shape of what comes beside deals that are believed, how many quarters of a book it
# weighs as much as, and the bounds of what they may make of it.
_USUAL_SHAPE = 4.0
_SHAPE_CASES = 16.0
_SHAPES = (1.5, 40.0)


@dataclass(frozen=True, slots=True)
class Gate:
    """*trust*: 0..1; *quarters*: on how many it rests. *shape*: of how far wins stray from what is expected."""

    trust: float
    quarters: int
    shape: float = SHAPE


def gate(
    past: Learned,
    events: Events,
    *,
    roster: Roster,
    rates: Rates,
    seasons: Seasons,
    calendar: FiscalCalendar,
    as_of: int,
) -> Gate:
    if past.prospects is None:
        return Gate(_BELIEF, 0)
    since = max(past.stories.since, number_of(events.since))
    places = roster.places(events.arrivals["book_id"])
    arrived = events.arrived
    hidden = unannounced(past.stories, events, roster, as_of, QUARTER_DAYS)[roster.segment_of, 1:]
    quarters: list[_Quarter] = []
    for number, day in same_phases(calendar, as_of, since):
        if day + QUARTER_DAYS > as_of:
            continue
        inside = (arrived > day) & (arrived <= day + QUARTER_DAYS) & (places >= 0)
        came = np.bincount(places[inside], minlength=len(roster)).astype(np.float64)
        season = seasons.over(day_of(day + 1), QUARTER_DAYS)
        seen_days = rates.shape / np.maximum(rates.a_day, 1e-12)
        a_day = np.maximum(rates.shape - came, 0) / np.maximum(seen_days - QUARTER_DAYS, 1.0)
        counts, taken = past.prospects.without(number), Taken(1.0, roster, rates)
        announced, squares = _announced(past.stories, counts, taken, calendar, day)
        plain, unseen = a_day * season.sum(), a_day * (hidden @ season)
        # Who was not there yet won nothing, and that tells nothing.
        known = roster.is_csm & (plain > 0) & (rates.days >= as_of - day)
        quarters.append(_Quarter(*(of_books[known] for of_books in (came, plain, announced, squares, unseen))))
    trust = _trust(quarters)
    return Gate(trust, len(quarters), _shape(quarters, trust))


@dataclass(frozen=True, slots=True)
class _Quarter:
    """One past quarter, by CSM: the customers that *came*; those that the *plain* rate would have brought; those that
    the deals then open *announced* (*squares*: of their chances), with those *unseen* in deals.
    """

    came: Floats
    plain: Floats
    announced: Floats
    squares: Floats
    unseen: Floats


def _trust(quarters: Sequence[_Quarter]) -> float:
    over, under = _WEIGHT * _BELIEF, _WEIGHT
    for each in quarters:
        x, y = each.announced + each.unseen - each.plain, each.came - each.plain
        weigh = 1 / (each.plain + 0.5)
        over += float((weigh * x * y).sum())
        under += float((weigh * x * x).sum())
    return float(np.clip(over / under, 0, 1))


def _shape(quarters: Sequence[_Quarter], trust: float) -> float:
    """Of the negative binomial: how far books strayed from what was to be expected, drawn towards the usual."""
    strays = squares = 0.0
    cases = 0
    for each in quarters:
        unseen = trust * each.unseen + (1 - trust) * each.plain
        expected = trust * each.announced + unseen
        strays += float(((each.came - expected) ** 2 - expected + trust**2 * each.squares).sum())
        squares += float((unseen**2).sum())
        cases += len(each.came)
    if not cases or squares <= 0:
        return SHAPE
    prior = _SHAPE_CASES * squares / cases
    spread = (max(strays, 0.0) + prior / _USUAL_SHAPE) / (squares + prior)
    return float(np.clip(1 / spread, *_SHAPES))


def _announced(
    stories: Stories, counts: Counts, taken: Taken, calendar: FiscalCalendar, day: int
) -> tuple[Floats, Floats]:
    """By book, the wins within a quarter of *day* that the deals then open announced: the sum of their chances, and of
    the squares of those that name it.
    """
    entries = stories.open_on(day)
    entries = entries[~stories.of_customers(entries, day)]
    chance = curves(counts, QUARTER_DAYS)[stories.cell_of(entries, day_of(day), calendar), QUARTER_DAYS]
    book, group = stories.book[entries], stories.group[stories.deal[entries]]
    named, squares = (sums(book[book >= 0], chance[book >= 0] ** n, len(taken.roster)) for n in (1, 2))
    place = np.where(group < 0, taken.size - 1, group)
    found: Floats = named + taken.shares(taken.roster.each) @ sums(place[book < 0], chance[book < 0], taken.size)
    return found, squares
