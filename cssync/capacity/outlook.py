"""What a whole segment will have to carry, day by day: customers, ARR and hours, each with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import hypot
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount that is not known yet; sums over a segment are near enough to a normal distribution."""

    mean: float
    sd: float

    def quantile(self, q: float) -> float:
        """What is not exceeded with probability *q* (0 < q < 1); never below zero."""
        return max(0.0, self.mean + self.sd * NormalDist().inv_cdf(q))

    def __add__(self, other: Quantity) -> Quantity:
        """Of both, where neither tells anything of the other."""
        return Quantity(self.mean + other.mean, hypot(self.sd, other.sd))


@dataclass(frozen=True, slots=True)
class Outlook:
    """One segment at the close of *on*: everyone in its books, those whom nobody looks after too.

    *arr*: in the shown currency. *hours*: a month.
    """

    on: date
    accounts: Quantity
    arr: Quantity
    hours: Quantity

    def __add__(self, other: Outlook) -> Outlook:
        """Of both, on one day."""
        return Outlook(self.on, self.accounts + other.accounts, self.arr + other.arr, self.hours + other.hours)


def together(outlooks: Sequence[tuple[Outlook, ...]]) -> tuple[Outlook, ...]:
    """Day by day, of all of *outlooks*: at least one, all over the same days."""
    first, *others = outlooks
    for other in others:
        first = tuple(one + two for one, two in zip(first, other, strict=True))
    return first
