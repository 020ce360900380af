"""The numbers of a rebalancing: what may move, what that costs, what being over a limit costs, where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

STAYS = -1


@dataclass(frozen=True)
class Problem:
    """A giver is a book over one of its limits; a receiver is one within all of them. No book is both.

    A row an account that may leave its giver: *giver*; *group*, those of one group may go to the same receivers;
    *cost* of moving it, in moves of an ordinary customer; *weight*, what it weighs in each measure (accounts, ARR,
    hours), in whole units, so that sums are exact.

    *load*, *limit*, *scale*: (givers, measures); the overload ``max(0, load - limit) / scale`` costs *penalty* (by
    measure), and what exceeds *steep_from* of it as much again. *room*: (receivers, measures), what each may still
    take on. *takes*: (groups, receivers). *detour*: the same, what a move to that receiver costs in addition.
    *budget*: moves in all.
    """

    giver: Ints
    group: Ints
    cost: Floats
    weight: Floats
    load: Floats
    limit: Floats
    scale: Floats
    penalty: Floats
    steep_from: float
    room: Floats
    takes: Flags
    detour: Floats
    budget: int

    @property
    def accounts(self) -> int:
        return len(self.giver)

    @property
    def givers(self) -> int:
        return len(self.load)

    @property
    def receivers(self) -> int:
        return len(self.room)

    def overload(self, load: Floats, limit: Floats, scale: Floats) -> Floats:
        """What the loads (..., measures) cost for being over."""
        over = np.maximum(0.0, load - limit) / scale
        priced: Floats = ((over + np.maximum(0.0, over - self.steep_from)) * self.penalty).sum(axis=-1)
        return priced

    def excess(self, load: Floats, giver: int) -> tuple[Ints, Floats]:
        """(measure, share over) of each step of overload that *load* of *giver* reaches; each costs its penalty."""
        over = (load - self.limit[giver]) / self.scale[giver]
        steps = np.concatenate([over, over - self.steep_from])
        reached = np.flatnonzero(steps > 0)
        return reached % len(over), steps[reached]

    def price(self, target: Ints) -> float:
        """What a proposal costs: its moves, and the overload that is left. *target*: a receiver, or STAYS."""
        moved = np.flatnonzero(target >= 0)
        left = self.load - _summed(self.giver[moved], self.weight[moved], self.givers)
        moves = self.cost[moved] + self.detour[self.group[moved], target[moved]]
        return float(moves.sum() + self.overload(left, self.limit, self.scale).sum())

    def allows(self, target: Ints) -> bool:
        """Whether a proposal keeps to the budget, to the rooms and to who may take what."""
        moved = np.flatnonzero(target >= 0)
        taken = _summed(target[moved], self.weight[moved], self.receivers)
        fits = bool((taken <= self.room).all()) and bool(self.takes[self.group[moved], target[moved]].all())
        return fits and len(moved) <= self.budget

    def nothing(self) -> Ints:
        """The proposal to move nobody; always allowed."""
        return np.full(self.accounts, STAYS, dtype=np.int64)

    @cached_property
    def extents(self) -> Ints:
        """Accounts are sorted by giver: those of *g* are ``extents[g]:extents[g + 1]``."""
        return np.searchsorted(self.giver, np.arange(self.givers + 1))

    def taken(self, target: Ints) -> Floats:
        """(receivers, measures): what a proposal gives each."""
        moved = np.flatnonzero(target >= 0)
        return _summed(target[moved], self.weight[moved], self.receivers)

    def given(self, target: Ints) -> Floats:
        """(givers, measures): what a proposal takes from each."""
        moved = np.flatnonzero(target >= 0)
        return _summed(self.giver[moved], self.weight[moved], self.givers)


def _summed(where: Ints, weight: Floats, size: int) -> Floats:
    sums = np.zeros((size, weight.shape[1]))
    np.add.at(sums, where, weight)
    return sums
