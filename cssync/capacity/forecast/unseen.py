"""The wins that no open deal announces yet: the book's rate, for as much of it as is not visible this far ahead.

Of past wins it is known how long before their start a deal was opened for them. Of those that will start u days from
now, the share whose deal is not open yet is the share of past wins whose deal was opened less than u days before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.events import Events
from cssync.capacity.forecast.growth import Growth
from cssync.capacity.forecast.paths import Paths
from cssync.capacity.forecast.roster import Into, Roster, Rows, sums
from cssync.capacity.forecast.seasons import Seasons, day_of, number_of
from cssync.capacity.forecast.stories import Stories
from cssync.capacity.forecast.wins import Rates

# The negative binomial's shape: how much a book's wins stray beyond what its rate and chance explain.
SHAPE = 8.0
# Before wins tell: of those so many days ahead half have no deal yet; that weighs as much as so many wins.
_PRIOR_HALF_DAYS = 90.0
_PRIOR_WINS = 5.0
# How many wins of a segment weigh as much as what all segments tell.
_SEGMENT_PRIOR_WINS = 20.0


@dataclass(frozen=True)
class Unseen:
    """By segment (see ``Roster.segment_of``) and day (0 is today), *share*: of the wins of that day what no open deal
    announces; *effort*: plain days' worth of wins up to it, seasons and trust in the pipeline included. *strays*: see
    ``SHAPE``.
    """

    share: Floats
    effort: Floats
    rates: Rates
    roster: Roster
    strays: float = SHAPE

    @cached_property
    def shape(self) -> Floats:
        """By book: of the negative binomial, with what is not known of the rate itself."""
        return 1 / (1 / self.strays + 1 / np.maximum(self.rates.shape, 1e-9))

    def hidden(self, book: int, days: int) -> float:
        """The share of wins so far ahead that no open deal announces."""
        return float(self.share[self.roster.segment_of[book], days])

    def mean(self, book: int, days: int) -> float:
        return float(self.rates.a_day[book] * self.effort[self.roster.segment_of[book], days])

    def paths(self, weight: Floats, squares: Floats, into: Into, days: Rows) -> Paths:
        """What comes by each of *days*, a win in each book weighing *weight* in the mean, and *squares* its square."""
        shape, a_day, effort = self.shape, self.rates.a_day, self.effort[:, days]
        size = into.size * len(effort)
        places = into.rows * len(effort) + self.roster.segment_of

        def summed(of_books: Floats, power: int = 1) -> Floats:
            found: Floats = sums(places, of_books, size).reshape(into.size, -1) @ effort**power
            return found

        # Of a mean m: m + m²/shape, and m(1 + m/shape)(1 + 2m/shape), in powers of the effort.
        cubes = weight**3 * a_day
        return Paths(
            summed(a_day * weight),
            summed(a_day * squares) + summed((a_day * weight) ** 2 / shape, 2),
            summed(cubes) + summed(3 * cubes * a_day / shape, 2) + summed(2 * cubes * (a_day / shape) ** 2, 3),
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
    share: Floats, belief: tuple[float, float], through: tuple[Seasons, Growth], of: tuple[Rates, Roster], as_of: int
) -> Unseen:
    """*belief*: trust in the pipeline, what of it is not believed is unseen; and the shape."""
    trust, strays = belief
    seasons, growth = through
    days = share.shape[1] - 1
    ahead = seasons.over(day_of(as_of + 1), days) * growth.over(days)
    daily = ahead * (1 - trust * (1 - share[:, 1:]))
    return Unseen(share, np.pad(np.cumsum(daily, axis=1), ((0, 0), (1, 0))), *of, strays)
