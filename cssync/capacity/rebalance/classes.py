"""Takes receivers who may take the same customers as one, so that a large company is as small as its kinds of books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cssync.capacity.rebalance.exact import Piece, formulate, settle
from cssync.capacity.rebalance.highs import Effort
from cssync.capacity.rebalance.problem import STAYS, Flags, Floats, Ints, Problem

# In moves of an ordinary customer: what a pair may add to the relaxation and still be tried with whole customers.
_NEAR = 0.1
_LEAST_PART = 1e-6


@dataclass(frozen=True)
class Prices:
    """What a unit of room in each (class, measure) and one move of the budget are worth; none is below 0."""

    room: Floats
    move: float

    def of_all(self, problem: Problem) -> float:
        """What all the rooms and the whole budget are worth."""
        return float((self.room * problem.room).sum()) + self.move * problem.budget


@dataclass(frozen=True)
class Relaxed:
    """The optimum where customers could be divided: *bound*, since no proposal is cheaper; the *prices* of it.

    *near*: (accounts, classes), the pairs in it, and those that would add next to nothing.
    """

    bound: float
    prices: Prices
    near: Flags


@dataclass(frozen=True)
class Classes:
    """*of*: the class of each receiver. *coarse*: the problem with classes in the receivers' place, rooms added up.

    *fits*: (accounts, classes), whether one of the class has room enough for the account.
    """

    of: Ints
    coarse: Problem
    fits: Flags

    @classmethod
    def grouped(cls, problem: Problem) -> Classes:
        alike = np.concatenate([problem.takes, problem.detour]).T
        _, first, of = np.unique(alike, axis=0, return_index=True, return_inverse=True)
        of = of.reshape(-1).astype(np.int64)
        room = np.zeros((len(first), problem.room.shape[1]))
        np.add.at(room, of, problem.room)
        coarse = replace(problem, room=room, takes=problem.takes[:, first], detour=problem.detour[:, first])
        fits = np.zeros((problem.accounts, len(first)), dtype=bool)
        for kind in range(len(first)):
            rows = np.flatnonzero(coarse.takes[problem.group, kind])
            fits[rows, kind] = _fits_one(problem.weight[rows], problem.room[of == kind])
        return cls(of, coarse, fits)

    @cached_property
    def piece(self) -> Piece:
        coarse = self.coarse
        return Piece(coarse, np.arange(coarse.accounts), self.fits, coarse.load, coarse.room, coarse.budget)

    def kinds(self, target: Ints) -> Ints:
        """A proposal in classes instead of receivers."""
        return np.where(target >= 0, self.of[target], STAYS)

    def relaxed(self, effort: Effort) -> Relaxed | None:
        formulated = formulate(self.piece, whole=False)
        answer = formulated.program.solve(effort)
        if answer is None or not answer.proven:
            return None
        unit = np.maximum(self.coarse.room, 1.0)
        unit[:, 0] = 1.0
        rows = formulated.room_rows
        worth = np.where(rows >= 0, -answer.prices[rows], 0.0) / unit
        move = max(0.0, -float(answer.prices[formulated.budget_row]))
        pairs = len(formulated.row)
        near = np.zeros_like(self.fits)
        close = (answer.values[:pairs] > _LEAST_PART) | (answer.reduced[:pairs] < _NEAR)
        near[formulated.row[close], formulated.receiver[close]] = True
        return Relaxed(answer.objective, Prices(np.maximum(0.0, worth), move), near)

    def rounded(self, relaxed: Relaxed, effort: Effort) -> Ints | None:
        """A proposal by classes of whole customers, out of what is in the relaxation or near it."""
        settled = settle(replace(self.piece, fits=relaxed.near), effort)
        return None if settled is None else settled[0]

    def cheapest(self, prices: Prices) -> tuple[Floats, Ints]:
        """What moving each account costs at *prices*, and to which class it is cheapest; inf and -1: to none."""
        coarse = self.coarse
        cost = np.full(coarse.accounts, np.inf)
        where = np.full(coarse.accounts, -1, dtype=np.int64)
        for kind in range(coarse.receivers):
            rows = np.flatnonzero(self.fits[:, kind])
            there = coarse.cost[rows] + coarse.detour[coarse.group[rows], kind] + prices.move
            there += coarse.weight[rows] @ prices.room[kind]
            better = there < cost[rows]
            cost[rows[better]], where[rows[better]] = there[better], kind
        return cost, where


def _fits_one(weight: Floats, room: Floats) -> Flags:
    """Whether any of the rooms is large enough by itself, by account."""
    fits = np.zeros(len(weight), dtype=bool)
    for each in np.unique(room, axis=0):
        fits |= (weight <= each).all(axis=1)
    return fits
