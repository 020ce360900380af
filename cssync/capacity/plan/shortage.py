"""How many CSMs a segment lacks, day by day: by hours, by customers and by ARR, whichever lacks most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from cssync.capacity.plan.lead import Days

# Sums of fractions of CSMs come out a hair above what they are.
HAIR = 1e-9


class Measure(StrEnum):
    """What a CSM's capacity is counted in."""

    HOURS = "hours"
    ACCOUNTS = "accounts"
    ARR = "arr"


@dataclass(frozen=True, slots=True)
class Line:
    """One measure from tonight on. *load*: of the segment; *in_place*: what its team can carry; *each*: one new CSM.

    *at_most*: CSMs that are lacking by the effort, where this measure calls for no more of them (seed 13).
    """

    measure: Measure
    load: Days
    in_place: Days
    each: float
    at_most: Days | None = None

    @property
    def needed(self) -> Days:
        """In CSMs like the ones who would be hired."""
        return self.load / self.each

    @property
    def lacking(self) -> Days:
        """The same, less those in place; negative where there is room."""
        lacking: Days = (self.load - self.in_place) / self.each
        return lacking if self.at_most is None else np.minimum(lacking, self.at_most)


@dataclass(frozen=True, slots=True)
class Shortage:
    """*lacking*: CSMs, the most that any line lacks; negative where all have room."""

    lines: tuple[Line, ...]
    lacking: Days

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Shortage:
        return cls(tuple(lines), np.maximum.reduce([line.lacking for line in lines]))

    def binding(self, day: int) -> Line:
        """The line that lacks most on *day*; of equals the first."""
        return max(self.lines, key=lambda line: float(line.lacking[day]))


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken run of days on which more than so many CSMs are lacking. *last* is None where it does not end."""

    first: date
    last: date | None


def stretches(lacking: Days, more_than: float, today: date) -> tuple[Stretch, ...]:
    """In the order of days; one that is still so on the last day has no end."""
    short = np.concatenate([[False], lacking > more_than + HAIR, [False]])
    turns = np.flatnonzero(short[1:] != short[:-1])
    pairs = zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)
    return tuple(
        Stretch(today + timedelta(days=first), None if end == len(lacking) else today + timedelta(days=end - 1))
        for first, end in pairs
    )
