"""Chooses for every giver one of many ways to be relieved, all of them together within the rooms and the budget.

A way is a set of accounts that leave a giver, each for a class of receivers. A master problem weighs the ways that
are known, and its prices of room and of moves tell which further ways would pay (column generation, Dantzig and Wolfe
1960). At any prices the cheapest ways of all givers together are a bound: no proposal costs less. It is a better one
than that of the linear relaxation, since a way divides no customer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cssync.capacity.rebalance.classes import Classes, Prices
from cssync.capacity.rebalance.exact import relieve
from cssync.capacity.rebalance.highs import Effort, Program
from cssync.capacity.rebalance.problem import STAYS, Floats, Ints, Problem


@dataclass(frozen=True, slots=True)
class Way:
    """*accounts* leave *giver*, each for the class in *kinds*. *price*: of the moves, and of the overload left."""

    giver: int
    accounts: Ints
    kinds: Ints
    price: float

    def uses(self, problem: Problem) -> Floats:
        """(classes, measures): how much room it takes."""
        used = np.zeros(problem.room.shape)
        np.add.at(used, self.kinds, problem.weight[self.accounts])
        return used


@dataclass
class Columns:
    """The ways known so far. *bound*: the best known; *_prices* and *_least*, by giver, are what it is made of."""

    classes: Classes
    bound: float = -np.inf
    _prices: Prices | None = None
    _least: Floats | None = None
    ways: list[Way] = field(default_factory=list)
    _known: set[tuple[int, bytes, bytes]] = field(default_factory=set)

    def learn(self, target: Ints) -> None:
        """Take over the ways of a proposal in receivers' classes."""
        extents = self.classes.coarse.extents
        for giver in range(self.classes.coarse.givers):
            first, last = extents[giver : giver + 2].tolist()
            moved = first + np.flatnonzero(target[first:last] >= 0)
            self._add(self._way(giver, moved, target[moved]))

    def price(self, prices: Prices, effort: Effort, going_on: Callable[[int], bool] = lambda _: True) -> int:
        """Find every giver's cheapest way at *prices*, and better the bound; returns how many ways were new.

        *going_on*: asked before every giver, by its number. Where it ends early, the bound is as good as it was.
        """
        problem = self.classes.coarse
        cost, kinds = self.classes.cheapest(prices)
        least, new = np.zeros(problem.givers), 0
        for giver in range(problem.givers):
            if not going_on(giver):
                return new
            accounts, least[giver] = cheapest_way(problem, giver, cost, effort)
            new += self._add(self._way(giver, accounts, kinds[accounts]))
        bound = float(least.sum()) - prices.of_all(problem)
        if bound > self.bound:
            self.bound, self._prices, self._least = bound, prices, least
        return new

    def regret(self, target: Ints) -> Floats:
        """By giver: how much dearer a proposal by classes is than its cheapest way at the prices of the bound."""
        problem = self.classes.coarse
        if self._prices is None or self._least is None:
            return np.ones(problem.givers)
        moved = np.flatnonzero(target >= 0)
        rent = (problem.weight[moved] * self._prices.room[target[moved]]).sum(axis=1) + self._prices.move
        paid = problem.cost[moved] + problem.detour[problem.group[moved], target[moved]] + rent
        over = problem.overload(problem.load - problem.given(target), problem.limit, problem.scale)
        dearer: Floats = over + np.bincount(problem.giver[moved], weights=paid, minlength=problem.givers) - self._least
        return np.maximum(0.0, dearer)

    def weighed(self) -> Prices | None:
        """The prices at which the known ways together are cheapest."""
        program, rooms, budget = self._master(whole=False)
        answer = program.solve()
        if answer is None or not answer.proven:
            return None
        unit = _unit(self.classes.coarse.room)
        room = np.maximum(0.0, -answer.prices[rooms].reshape(unit.shape) / unit)
        return Prices(room, max(0.0, -float(answer.prices[budget])))

    def chosen(self, effort: Effort) -> Ints | None:
        """One way for every giver, by class of receiver; None where the effort did not reach to one."""
        program, _, _ = self._master(whole=True)
        answer = program.solve(effort)
        if answer is None:
            return None
        target = np.full(self.classes.coarse.accounts, STAYS, dtype=np.int64)
        for place in np.flatnonzero(answer.values > 0.5):  # noqa: PLR2004 - 0 or 1, up to a tolerance
            target[self.ways[place].accounts] = self.ways[place].kinds
        return target

    def _master(self, *, whole: bool) -> tuple[Program, Ints, int]:
        """(the program, places of its rows of rooms by class and measure, place of that of the budget)"""
        problem = self.classes.coarse
        number = len(self.ways)
        program = Program(
            cost=np.array([way.price for way in self.ways]), high=np.ones(number), whole=np.full(number, whole)
        )
        givers = np.array([way.giver for way in self.ways])
        once = np.ones(problem.givers)
        program.add(givers, np.arange(number), np.ones(number), once, once)
        unit = _unit(problem.room)
        uses = [(way.uses(problem) / unit).ravel() for way in self.ways]
        taken = [np.flatnonzero(use) for use in uses]
        rooms = program.add(
            np.concatenate(taken),
            np.repeat(np.arange(number), [len(each) for each in taken]),
            np.concatenate([use[rows] for use, rows in zip(uses, taken, strict=True)]),
            np.full(unit.size, -np.inf),
            (problem.room / unit).ravel(),
        )
        moves = np.array([float(len(way.accounts)) for way in self.ways])
        (budget,) = program.add(
            np.zeros(number, dtype=np.int64), np.arange(number), moves, np.array([-np.inf]),
            np.array([float(problem.budget)]),
        )  # fmt: skip
        return program, rooms, int(budget)

    def _way(self, giver: int, accounts: Ints, kinds: Ints) -> Way:
        problem = self.classes.coarse
        left = problem.load[giver] - problem.weight[accounts].sum(axis=0)
        moves = problem.cost[accounts] + problem.detour[problem.group[accounts], kinds]
        over = problem.overload(left, problem.limit[giver], problem.scale[giver])
        return Way(giver, accounts, kinds, float(moves.sum() + over))

    def _add(self, way: Way) -> bool:
        key = (way.giver, way.accounts.tobytes(), way.kinds.tobytes())
        if key in self._known:
            return False
        self._known.add(key)
        self.ways.append(way)
        return True


def cheapest_way(problem: Problem, giver: int, cost: Floats, effort: Effort) -> tuple[Ints, float]:
    """(which accounts leave *giver* at these costs of moving, what no choice of them is cheaper than)"""
    first, last = problem.extents[giver : giver + 2].tolist()
    accounts = first + np.flatnonzero(np.isfinite(cost[first:last]))
    measures, excess = problem.excess(problem.load[giver], giver)
    program = Program(
        cost=np.concatenate([cost[accounts], problem.penalty[measures]]),
        high=np.concatenate([np.ones(len(accounts)), excess]),
        whole=np.arange(len(accounts) + len(excess)) < len(accounts),
    )
    relieve(program, problem, accounts, (np.full(len(excess), giver), measures, excess))
    answer = program.solve(effort)
    if answer is None:
        return accounts[:0], 0.0
    return accounts[answer.values[: len(accounts)] > 0.5], answer.bound  # noqa: PLR2004 - 0 or 1


def _unit(room: Floats) -> Floats:
    unit = np.maximum(room, 1.0)
    unit[:, 0] = 1.0
    return unit
