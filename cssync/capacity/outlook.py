"""What a whole segment will have to carry, day by day: customers, ARR and hours, each with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount that is not known yet; sums over a segment are near enough to a normal distribution."""

    mean: float
    sd: float

    def quantile(self, q: float) -> float:
        """What is not exceeded with probability *q* (0 < q < 1); never below zero."""
        return max(0.0, self.mean + self.sd * NormalDist().inv_cdf(q))


@dataclass(frozen=True, slots=True)
class Outlook:
    """One segment at the close of *on*: everyone in its books, those whom nobody looks after too.

    *arr*: in the shown currency. *hours*: a month.
    """

    on: date
    accounts: Quantity
    arr: Quantity
    hours: Quantity
