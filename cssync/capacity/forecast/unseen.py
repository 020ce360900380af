"""The wins that no open deal announces yet: the book's rate, for as much of it as is not visible this far ahead.

Of past wins it is known how long before their start a deal was opened for them. Of those that will start u days from
now, the share whose deal is not open yet is the share of past wins whose deal was opened less than u days before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.events import Events, day_numbers
from cssync.capacity.forecast.paths import Paths
from cssync.capacity.forecast.roster import Into, Rows, sums
from cssync.capacity.forecast.seasons import Seasons, day_of, number_of
from cssync.capacity.forecast.stories import Stories
from cssync.capacity.forecast.wins import Rates

# The negative binomial's shape: how much a book's wins stray beyond what its rate and chance explain.
SHAPE = 8.0
# Before wins tell: of those so many days ahead half have no deal yet; that weighs as much as so many wins.
_PRIOR_HALF_DAYS = 90.0
_PRIOR_WINS = 5.0


@dataclass(frozen=True)
class Unseen:
    """*share*: of the wins of each day (0 is today) what no open deal announces. *effort*: plain days' worth of wins
    up to each day, seasons and trust in the pipeline included. *strays*: see ``SHAPE``.
    """

    share: Floats
    effort: Floats
    rates: Rates
    strays: float = SHAPE

    @cached_property
    def shape(self) -> Floats:
        """By book: of the negative binomial, with what is not known of the rate itself."""
        return 1 / (1 / self.strays + 1 / np.maximum(self.rates.shape, 1e-9))

    def mean(self, book: int, days: int) -> float:
        return float(self.rates.a_day[book] * self.effort[days])

    def paths(self, weight: Floats, squares: Floats, into: Into, days: Rows) -> Paths:
        """What comes by each of *days*, a win in each book weighing *weight* in the mean, and *squares* its square."""
        shape, a_day, effort = self.shape, self.rates.a_day, self.effort[days]

        def summed(of_books: Floats) -> Floats:
            return sums(into.rows, of_books, into.size)[:, None]

        # Of a mean m: m + m²/shape, and m(1 + m/shape)(1 + 2m/shape), in powers of the effort.
        mean = summed(a_day * weight) * effort
        variance = summed(a_day * squares) * effort + summed((a_day * weight) ** 2 / shape) * effort**2
        cubes = weight**3 * a_day
        third = (
            summed(cubes) * effort
            + summed(3 * cubes * a_day / shape) * effort**2
            + summed(2 * cubes * (a_day / shape) ** 2) * effort**3
        )
        return Paths(mean, variance, third)


def unannounced(stories: Stories, events: Events, as_of: int, days: int) -> Floats:
    """By days ahead: the share of wins for which no deal is open yet; all, where nobody writes deals down."""
    if not len(stories.created):
        return np.ones(days + 1)
    since = max(number_of(events.since), stories.since)
    arrived = day_numbers(events.arrivals).to_numpy()
    number = int((arrived > since).sum())
    brought = stories.won & (stories.starts > since) & (stories.starts <= as_of)
    brought &= stories.customer_from == stories.starts
    leads = np.maximum(stories.starts - stories.created, 0)[brought]
    announced = min(len(leads), number)
    by_lead = np.bincount(np.minimum(leads, days + 1), minlength=days + 2)[: days + 1]
    scale = announced / max(len(leads), 1)
    ahead = np.arange(days + 1)
    usual = _PRIOR_WINS * ahead / (ahead + _PRIOR_HALF_DAYS)
    found = number - announced + scale * np.cumsum(by_lead) + usual
    share: Floats = np.minimum(found / (number + _PRIOR_WINS), 1.0)
    return share


def unseen_of(share: Floats, belief: tuple[float, float], seasons: Seasons, rates: Rates, as_of: int) -> Unseen:
    """*belief*: trust in the pipeline, what of it is not believed is unseen; and the shape."""
    trust, strays = belief
    ahead = seasons.over(day_of(as_of + 1), len(share) - 1)
    daily = ahead * (1 - trust * (1 - share[1:]))
    return Unseen(share, np.concatenate([[0.0], np.cumsum(daily)]), rates, strays)
