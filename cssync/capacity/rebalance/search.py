"""Finds a proposal: at once by greedy moves, then as good as the effort allows, with a bound that says how good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cssync.capacity.rebalance import highs
from cssync.capacity.rebalance.classes import Classes, Prices
from cssync.capacity.rebalance.columns import Columns
from cssync.capacity.rebalance.exact import Piece, settle
from cssync.capacity.rebalance.exchange import exchange
from cssync.capacity.rebalance.greedy import greedy
from cssync.capacity.rebalance.highs import Effort
from cssync.capacity.rebalance.neighbourhood import Search, better
from cssync.capacity.rebalance.packing import packed
from cssync.capacity.rebalance.problem import Ints, Problem

# Told of each step as (what, steps done, steps in all); False ends the search with what there is.
GoingOn = Callable[[str, int, int | None], bool]

_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Work:
    """How much is done, in steps. *accounts*: with more that may move, only greedy moves and exchanges are tried.

    *exact*: pairs of account and receiver up to which all is one integer program.
    """

    passes: int
    accounts: int
    rounds: int
    pricing: Effort
    choosing: Effort
    packing: Effort
    exact: int
    whole: Effort
    search: Search


# A company of some dozen CSMs is solved as well by either; for the others a night may not wait.
QUICK = Work(
    passes=3, accounts=2_500, rounds=3, pricing=Effort(nodes=100, gap=1e-5), choosing=Effort(nodes=200, gap=1e-5),
    packing=Effort(nodes=20, gap=1e-3),
    exact=1_500, whole=Effort(nodes=300), search=Search(rounds=10, pairs=600, piece=Effort(nodes=50)),
)  # fmt: skip
THOROUGH = replace(
    QUICK, accounts=10_000_000, rounds=2, choosing=Effort(nodes=200, gap=1e-4), exact=4_000,
    whole=Effort(nodes=1_000, seconds=8),
    search=Search(rounds=400, pairs=1_500, piece=Effort(nodes=50, gap=1e-4, seconds=5)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """*target*: a receiver for every account, or STAYS. *price* and *before*: with the moves, and without any.

    *bound*: no proposal is cheaper; None where that is not known (HiGHS is not installed, or there was no time).
    """

    target: Ints
    price: float
    before: float
    bound: float | None

    @property
    def best(self) -> bool:
        """Whether it is proven that nothing is better."""
        return self.bound is not None and self.price <= self.bound + _CLOSE * max(1.0, abs(self.bound))


def always(_what: str, _done: int, _total: int | None) -> bool:
    return True


def solve(problem: Problem, work: Work, going_on: GoingOn = always) -> Found:
    """The cheapest proposal found; never dearer than to move nobody, and allowed by the problem."""
    target = exchange(problem, greedy(problem, problem.nothing()), work.passes)
    before = problem.price(problem.nothing())
    able = highs.installed() and 0 < problem.accounts <= work.accounts and problem.receivers > 0
    if not able or not going_on("bounding", 0, work.rounds):
        return Found(target, problem.price(target), before, 0.0 if problem.price(target) == 0 else None)
    return _Improvement(problem, work, going_on, target, before).found()


@dataclass
class _Improvement:
    problem: Problem
    work: Work
    going_on: GoingOn
    target: Ints
    before: float
    bound: float = 0.0

    def found(self) -> Found:
        columns = Columns(Classes.grouped(self.problem))
        for step in (self._columns, self._whole, self._pieces):
            if not self._now.best:
                step(columns)
        return self._now

    @property
    def _now(self) -> Found:
        return Found(self.target, self.problem.price(self.target), self.before, self.bound)

    def _take(self, target: Ints) -> None:
        tidy = exchange(self.problem, target, self.work.passes)
        for each in (target, tidy):
            if self.problem.allows(each) and self.problem.price(each) < self.problem.price(self.target):
                self.target = each

    def _columns(self, columns: Columns) -> None:
        classes = columns.classes
        relaxed = classes.relaxed(Effort())
        if relaxed is None:
            return
        self.bound, prices = max(self.bound, relaxed.bound), relaxed.prices
        self._place(classes, classes.rounded(relaxed, self.work.choosing), prices)
        columns.learn(self.problem.nothing())
        columns.learn(classes.kinds(self.target))
        for number in range(self.work.rounds):
            new = columns.price(prices, self.work.pricing, self._bounding(number))
            self.bound = max(self.bound, columns.bound)
            self._place(classes, columns.chosen(self.work.choosing), prices)
            again = columns.weighed() if new else None
            if self._now.best or again is None:
                return
            prices = again

    def _place(self, classes: Classes, kinds: Ints | None, prices: Prices) -> None:
        if kinds is not None:
            placed = packed(self.problem, classes, kinds, prices, self.work.packing)
            self._take(greedy(self.problem, placed))

    def _bounding(self, number: int) -> Callable[[int], bool]:
        givers, rounds = self.problem.givers, self.work.rounds
        return lambda giver: self.going_on("bounding", number * givers + giver, rounds * givers)

    def _whole(self, _columns: Columns) -> None:
        piece = Piece.whole(self.problem)
        if piece.pairs > self.work.exact or not self.going_on("solving exactly", 0, 1):
            return
        settled = settle(piece, self.work.whole, self.target)
        if settled is not None:
            self.bound = max(self.bound, settled[1].bound)
            self._take(settled[0])

    def _pieces(self, columns: Columns) -> None:
        search = self.work.search
        self._take(
            better(
                self.problem, self.target, search, columns.regret(columns.classes.kinds(self.target)),
                lambda number: self.going_on("improving", number, search.rounds),
            )
        )  # fmt: skip
