"""Deals from their opening to their end: stages, close dates that are pushed, zombies, and quarter-ends that pull."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cssync.capacity.forecast.seasons import day_of, number_of
from cssync.model.calendar import FiscalCalendar
from tests.benchmarks.forecast.scenarios import SEGMENTS, Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WIN_SHARE = 0.30
STAGES = ("1 discovery", "2 demo", "3 proposal", "4 negotiation", "5 contract")
CRM_PROBABILITIES = (0.10, 0.25, 0.50, 0.75, 0.90)
_REACHED_AT = np.array([0.0, 0.22, 0.45, 0.70, 0.88])  # of its cycle
_PUSHES = 14
_NEVER = 10**7
CALENDAR = FiscalCalendar()


@dataclass(frozen=True)
class Deals:
    """One entry a deal. *decided*: the day that it is won or lost; *starts*: of the customer, where won.

    *noted*: the day on which the CRM learns of the decision. *stages_on*: by deal and stage, the day of reaching it.
    *pushed_on*, *closes*: by deal and push, the day of it and the close date from then on (0: the first one).
    """

    created: Ints
    segment: Ints
    decided: Ints
    noted: Ints
    won: Flags
    starts: Ints
    stages_on: Ints
    pushed_on: Ints
    closes: Ints

    def open_on(self, day: int) -> Ints:
        """The deals that the CRM shows as open at the close of *day*."""
        return np.flatnonzero((self.created <= day) & (self.noted > day))

    def stage(self, deals: Ints, day: int) -> Ints:
        found: Ints = (self.stages_on[deals] <= day).sum(axis=1) - 1
        return found

    def pushes(self, deals: Ints, day: int) -> Ints:
        found: Ints = (self.pushed_on[deals] <= day).sum(axis=1)
        return found

    def close_on(self, deals: Ints, day: int) -> Ints:
        return self.closes[deals, self.pushes(deals, day)]


def quarter_ends(days: Ints) -> Ints:
    """The last day of the quarter of each of *days*."""
    distinct, places = np.unique(days, return_inverse=True)
    return np.array([number_of(CALENDAR.quarter_end(day_of(day))) for day in distinct.tolist()], dtype=np.int64)[places]


def _before_quarter(days: Ints) -> Ints:
    """The last day of the quarter before that of each of *days*."""
    distinct, places = np.unique(days, return_inverse=True)
    starts = [number_of(CALENDAR.quarter_start(day_of(day))) - 1 for day in distinct.tolist()]
    return np.array(starts, dtype=np.int64)[places]


def deals(rng: np.random.Generator, created: Ints, segment: Ints, scenario: Scenario) -> Deals:
    """A life for every deal that is opened on *created*."""
    number = len(created)
    zombie = rng.random(number) < scenario.zombies
    medians = np.array([each.cycle_days for each in SEGMENTS])[segment]
    cycle = medians * np.exp(0.5 * rng.standard_normal(number))
    wins = ~zombie & (rng.random(number) < WIN_SHARE)
    # A deal that is lost is lost on the way; one that nobody works lingers for a year.
    life = np.where(wins, cycle, cycle * rng.uniform(0.1, 1.05, number))
    life = np.where(zombie, rng.uniform(150, 500, number), life)
    decided = created + np.maximum(np.rint(life), 2).astype(np.int64)
    decided = np.where(wins, pulled(rng, decided), decided)
    decided = np.maximum(decided, created + 1)
    pace = np.where(zombie, cycle * 3, cycle)[:, None]
    jitter = rng.uniform(0.8, 1.2, (number, len(STAGES)))
    reached = created[:, None] + np.rint(pace * _REACHED_AT * jitter).astype(np.int64)
    reached[:, 0] = created
    reached = np.maximum.accumulate(reached, axis=1)
    reached[zombie, 3:] = _NEVER
    starts = np.where(wins, decided + rng.integers(0, 15, number), _NEVER)
    noted = decided.copy()
    if scenario.stale:
        noted = decided + rng.integers(20, 121, number)
        reached[:, 1:] = np.where(rng.random((number, 1)) < 0.15, reached[:, 1:], _NEVER)
    if scenario.junk:
        wins, starts = np.zeros(number, dtype=bool), np.full(number, _NEVER)
    reached = np.where(reached >= decided[:, None], _NEVER, reached)
    reached[:, 0] = created
    pushed_on, closes = _close_dates(rng, created, cycle, decided=decided, zombie=zombie, pushed=not scenario.stale)
    return Deals(created, segment, decided, noted, wins, starts, reached, pushed_on, closes)


def pulled(rng: np.random.Generator, decided: Ints) -> Ints:
    """Half of what would be signed within six weeks of a quarter's end is signed in its last ten days."""
    ends = quarter_ends(decided)
    previous = _before_quarter(decided)
    pulled = rng.random(len(decided)) < 0.5
    late = ends - rng.integers(0, 10, len(decided))
    # What slips over an end by a fortnight is brought forward to it, too.
    slipped = (decided - previous <= 14) & (rng.random(len(decided)) < 0.5)
    found = np.where(pulled & (ends - decided <= 42), late, decided)
    return np.where(slipped, previous - rng.integers(0, 5, len(decided)), found)


def _close_dates(
    rng: np.random.Generator, created: Ints, cycle: Floats, *, decided: Ints, zombie: Flags, pushed: bool
) -> tuple[Ints, Ints]:
    number = len(created)
    hopes = created + np.maximum(np.rint(cycle * rng.uniform(0.45, 1.2, number)), 7).astype(np.int64)
    closes = np.empty((number, _PUSHES + 1), dtype=np.int64)
    pushed_on = np.full((number, _PUSHES), _NEVER, dtype=np.int64)
    closes[:, 0] = hopes
    # A fortnight before the decision the date is known.
    known_on = np.where(zombie, _NEVER, decided - 14)
    done = np.zeros(number, dtype=bool)
    for push in range(_PUSHES):
        late = closes[:, push] + rng.integers(1, 15, number)
        next_on = np.where(closes[:, push] < known_on, late, known_on)
        settles = (known_on <= next_on) & ~done
        on = np.where(settles, np.maximum(known_on, created), late)
        goes_on = ~done & (on < decided) & pushed
        new = np.where(settles, decided, on + rng.integers(14, 76, number))
        pushed_on[:, push] = np.where(goes_on, on, _NEVER)
        closes[:, push + 1] = np.where(goes_on, new, closes[:, push])
        done |= settles | ~goes_on
    return pushed_on, closes
