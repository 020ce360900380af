"""How many customers books come to: all of them on one day, and single ones day by day.

A very large company has tens of thousands of books, and two years of days: nobody asks for all of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.losses import Losses
from cssync.capacity.forecast.paths import Paths
from cssync.capacity.forecast.pipeline import Deals, Taken
from cssync.capacity.forecast.roster import Into, Roster, Rows, sums
from cssync.capacity.forecast.unseen import Unseen

# Day by day books are worked out a hundred at a time, as they are asked for one after the other.
_BLOCK = 100


@dataclass(frozen=True, slots=True)
class Flows:
    """By row and day: what is won of open deals, what is lost, and how many customers there are then."""

    wins: Paths
    lost: Paths
    accounts: Paths


@dataclass(frozen=True)
class Customers:
    """*latest*: how many days ahead is looked."""

    deals: Deals
    taken: Taken
    unseen: Unseen
    losses: Losses
    latest: int

    def after(self, days: int) -> Flows:
        """Of every book, in one column."""
        found = self._after.get(days)
        if found is None:
            found = self._after[days] = self._flows(self._roster.each, self.losses, np.array([days]))
        return found

    def medians(self, row: int) -> Floats:
        """Of the book in *row*, by day."""
        first = row - row % _BLOCK
        found = self._medians.get(first)
        if found is None:
            last = min(first + _BLOCK, len(self._roster))
            into = self._roster.between(first, last)
            found = self._flows(into, self.losses.within(first, last), self._days).accounts.median
            self._medians[first] = found
        median: Floats = found[row - first]
        return median

    def spread(self, row: int, days: int) -> float:
        """What the book in *row* may expect within *days* of those deals that name nobody."""
        return float(self._shares[row] @ self._of_groups[:, days])

    @property
    def _roster(self) -> Roster:
        return self.taken.roster

    @cached_property
    def _days(self) -> Rows:
        return np.arange(self.latest + 1)

    @cached_property
    def _after(self) -> dict[int, Flows]:
        return {}

    @cached_property
    def _medians(self) -> dict[int, Floats]:
        """By the first row of a block."""
        return {}

    @cached_property
    def _shares(self) -> Floats:
        return self.taken.shares(self._roster.each)

    @cached_property
    def _of_groups(self) -> Floats:
        return self.deals.of_groups(self.deals.adds, self.taken, self._days)

    def _flows(self, into: Into, losses: Losses, days: Rows) -> Flows:
        one = np.ones(len(self._roster))
        wins = self.deals.paths(self.deals.adds, self.taken, into, days)
        lost = losses.paths(losses.counts, losses.unit_chance, into, days)
        today = sums(into.rows, self._roster.accounts.astype(np.float64), into.size)
        gained = wins + self.unseen.paths(one, one, into, days)
        return Flows(wins, lost, (gained - lost).plus(today))
