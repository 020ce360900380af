"""The wins that no open deal announces yet: the book's rate, for as much of it as is not visible this far ahead.

Of past wins it is known how long before their start a deal was opened for them. Of those that will start u days from
now, the share whose deal is not open yet is the share of past wins whose deal was opened less than u days before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cssync.capacity.forecast.distribution import Distribution, Floats, negative_binomial
from cssync.capacity.forecast.events import Events
from cssync.capacity.forecast.growth import Growth
from cssync.capacity.forecast.paths import Paths
from cssync.capacity.forecast.roster import Into, Roster, Rows, sums
from cssync.capacity.forecast.seasons import Seasons, day_of, number_of
from cssync.capacity.forecast.stories import Stories
from cssync.capacity.forecast.strays import Strays
from cssync.capacity.forecast.wins import Rates

# Before wins tell: of those so many days ahead half have no deal yet; that weighs as much as so many wins.
_PRIOR_HALF_DAYS = 90.0
_PRIOR_WINS = 5.0
# How many wins of a segment weigh as much as what all segments tell.
_SEGMENT_PRIOR_WINS = 20.0


@dataclass(frozen=True)
class Unseen:
    """By segment (see ``Roster.segment_of``) and day (0 is today), *share*: of the wins of that day what no open deal
    announces; *effort*: plain days' worth of wins up to it, seasons and trust in the pipeline included. *of_all*: by
    day, the same with those that deals announce.
    """

    share: Floats
    effort: Floats
    of_all: Floats
    rates: Rates
    roster: Roster
    strays: Strays

    @cached_property
    def swings(self) -> Floats:
        """By book: those of the market, with what is not known of the rate itself."""
        return self.strays.swings + self._unsure

    @cached_property
    def _unsure(self) -> Floats:
        return 1 / np.maximum(self.rates.shape, 1e-9)

    def hidden(self, book: int, days: int) -> float:
        """The share of wins so far ahead that no open deal announces."""
        return float(self.share[self.roster.segment_of[book], days])

    def mean(self, book: int, days: int) -> float:
        return float(self.rates.a_day[book] * self.effort[self.roster.segment_of[book], days])

    def distribution(self, book: int, days: int) -> Distribution:
        mean = self.mean(book, days)
        if mean <= 0:
            return np.ones(1)
        every = float(self.rates.a_day[book] * self.of_all[days])
        return negative_binomial(mean, mean / (self.strays.bunches + every * float(self.swings[book])))

    def paths(self, weight: Floats, squares: Floats, into: Into, days: Rows) -> Paths:
        """What comes by each of *days*, a win in each book weighing *weight* in the mean, and *squares* its square."""
        a_day, effort, of_all = self.rates.a_day, self.effort[:, days], self.of_all[days]
        alone, bunches = 1 + self.strays.bunches, self.strays.bunches
        size = into.size * len(effort)
        places = into.rows * len(effort) + self.roster.segment_of

        def over(of_segments: Floats, power: int) -> Floats:
            found: Floats = of_segments.reshape(into.size, -1) @ (effort * of_all**power)
            return found

        def summed(of_books: Floats, power: int = 0) -> Floats:
            return over(sums(places, of_books, size), power)

        # A negative binomial of mean m and variance D m, where D = 1 + bunches + swings M, of a mean M of all wins; its
        # third cumulant is m D (2 D - 1). In powers of M, and so of their effort. The market swings for all books of a
        # segment at once, what is not known of its rate is each book's own.
        brought, cubes, swings = a_day * weight, a_day * weight**3, a_day * self.swings
        at_once = self.strays.swings * sums(places, brought, size) ** 2
        return Paths(
            summed(brought),
            summed(a_day * (squares + bunches * weight**2)) + summed(brought**2 * self._unsure, 1) + over(at_once, 1),
            summed(cubes * alone * (2 * alone - 1))
            + summed(cubes * swings * (4 * alone - 1), 1)
            + summed(2 * cubes * swings**2, 2),
        )


def unannounced(stories: Stories, events: Events, roster: Roster, as_of: int, days: int) -> Floats:
    """By segment and days ahead: the share of wins for which no deal is open yet; all, where nobody writes deals down.

    The last row is that of all segments together, towards which the others are drawn.
    """
    segments = len(roster.segments)
    if not len(stories.created):
        return np.ones((segments + 1, days + 1))
    since = max(number_of(events.since), stories.since)
    groups = roster.groups(events.arrivals["segment"])[events.arrived > since]
    brought = stories.won & (stories.starts > since) & (stories.starts <= as_of)
    brought &= stories.customer_from == stories.starts
    leads, of_deals = np.maximum(stories.starts - stories.created, 0)[brought], stories.group[brought]
    ahead = np.arange(days + 1)
    usual = ahead / (ahead + _PRIOR_HALF_DAYS)
    of_all = _hidden(leads, len(groups), usual, _PRIOR_WINS)
    by_segment = [
        _hidden(leads[of_deals == group], int((groups == group).sum()), of_all, _SEGMENT_PRIOR_WINS)
        for group in range(segments)
    ]
    return np.stack([*by_segment, of_all])


def _hidden(leads: Rows, wins: int, usual: Floats, weight: float) -> Floats:
    """By days ahead, of so many *wins*, to some of which a deal was open *leads* days before; drawn towards *usual*."""
    announced = min(len(leads), wins)
    by_lead = np.bincount(np.minimum(leads, len(usual)), minlength=len(usual) + 1)[:-1]
    scale = announced / max(len(leads), 1)
    found = wins - announced + scale * np.cumsum(by_lead) + weight * usual
    share: Floats = np.minimum(found / (wins + weight), 1.0)
    return share


def unseen_of(
    share: Floats, belief: tuple[float, Strays], through: tuple[Seasons, Growth], of: tuple[Rates, Roster], as_of: int
) -> Unseen:
    """*belief*: trust in the pipeline, what of it is not believed is unseen; and how far wins stray."""
    trust, strays = belief
    seasons, growth = through
    days = share.shape[1] - 1
    ahead = seasons.over(day_of(as_of + 1), days) * growth.over(days)
    daily = ahead * (1 - trust * (1 - share[:, 1:]))
    effort, of_all = np.pad(np.cumsum(daily, axis=1), ((0, 0), (1, 0))), np.pad(np.cumsum(ahead), (1, 0))
    return Unseen(share, effort, of_all, *of, strays)
