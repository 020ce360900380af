"""What a past stretch of days brought every book, beside what its rate would have brought, learned without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.events import Events
from cssync.capacity.forecast.roster import Flags, Roster, sums
from cssync.capacity.forecast.seasons import Seasons, day_of
from cssync.capacity.forecast.wins import Rates


@dataclass(frozen=True, slots=True)
class Stretch:
    """By book: the arrivals that *came*; *a_day*, the rate without them, and the *arrivals* that it rests on; *plain*:
    what it would have brought; *there*: CSMs who were there all along. By day, *season*: as in ``Seasons.over``.
    """

    came: Floats
    arrivals: Floats
    a_day: Floats
    season: Floats
    plain: Floats
    there: Flags


@dataclass(frozen=True, slots=True)
class LookBack:
    events: Events
    roster: Roster
    rates: Rates
    seasons: Seasons
    as_of: int

    def stretch(self, day: int, until: int) -> Stretch:
        """After *day*, *until* the last."""
        days, rates = until - day, self.rates
        places, arrived = self.roster.places(self.events.arrivals["book_id"]), self.events.arrived
        inside = (arrived > day) & (arrived <= until) & (places >= 0)
        came = sums(places[inside], np.ones(int(inside.sum())), len(self.roster))
        seen_days = rates.shape / np.maximum(rates.a_day, 1e-12)
        arrivals = np.maximum(rates.shape - came, 0)
        a_day = arrivals / np.maximum(seen_days - days, 1.0)
        season = self.seasons.over(day_of(day + 1), days)
        plain = a_day * season.sum()
        # Who was not there yet won nothing, and that tells nothing.
        there = self.roster.is_csm & (plain > 0) & (rates.days >= self.as_of - day)
        return Stretch(came, arrivals, a_day, season, plain, there)
