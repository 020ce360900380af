"""Betters a proposal piece by piece: a few givers and those who may take from them, solved by HiGHS, all else fixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cssync.capacity.rebalance.exact import Piece, settle
from cssync.capacity.rebalance.highs import Effort
from cssync.capacity.rebalance.problem import Flags, Floats, Ints, Problem

_SEED = 20_260
_EPSILON = 1e-7
# Of the worst giver's regret: what every giver counts for at least, so that each comes up now and then.
_LEAST_REGRET = 0.05
# More receivers than so many make a piece slow without making it better: most are alike.
_MOST_RECEIVERS = 24
# A giver that could not be helped is looked at less often, one that could more often.
_IN_VAIN, _HELPED = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Search:
    """*rounds*: how many pieces are looked at in all. *pairs*: at most so many open pairs in one of them."""

    rounds: int
    pairs: int
    piece: Effort


def better(problem: Problem, target: Ints, search: Search, regret: Floats, going_on: Callable[[int], bool]) -> Ints:
    """Never dearer than *target*. *regret*: by giver, what it costs beyond its own best; the worst come up most often.

    *going_on*: asked before every round, by its number.
    """
    pieces = _Pieces(problem, search.pairs)
    odds = np.maximum(regret, regret.max(initial=0.0) * _LEAST_REGRET) + _EPSILON
    for number in range(search.rounds):
        if not going_on(number):
            break
        first = int(pieces.random.choice(problem.givers, p=odds / odds.sum()))
        tried = _tried(problem, target, pieces.around(target, first), search.piece)
        odds[first] *= _IN_VAIN if tried is None else _HELPED
        target = target if tried is None else tried
    return target


def _tried(problem: Problem, target: Ints, piece: tuple[Ints, Ints], effort: Effort) -> Ints | None:
    """A better proposal, if solving the piece (accounts, receivers) finds one."""
    accounts, receivers = piece
    if not len(accounts):
        return None
    found = settle(Piece.of(problem, target, accounts, receivers), effort, target[accounts])
    if found is None:
        return None
    tried = target.copy()
    tried[accounts] = found[0]
    cheaper = problem.price(tried) < problem.price(target) - _EPSILON
    return tried if cheaper and problem.allows(tried) else None


class _Pieces:
    def __init__(self, problem: Problem, most: int) -> None:
        self.random = np.random.default_rng(_SEED)
        self._problem = problem
        self._most = most
        self._served = _served(problem)

    def around(self, target: Ints, first: int) -> tuple[Ints, Ints]:
        """(accounts, receivers): *first*, and others who give to the same receivers, until it is large enough."""
        problem = self._problem
        receivers = self._receivers(target, first)
        shared = self._served[:, receivers].sum(axis=1).astype(np.float64)
        # Those who share most, in another order every time.
        keys = shared * (1 + self.random.random(problem.givers))
        keys[shared == 0] = -np.inf
        keys[first] = np.inf
        chosen: list[Ints] = []
        pairs = 0
        for giver in np.argsort(-keys, kind="stable")[: int((shared > 0).sum())].tolist():
            open_, number = self._open(target, giver, receivers)
            pairs += number
            if pairs > self._most and chosen:
                break
            chosen.append(open_)
        accounts = np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)
        return accounts, receivers

    def _receivers(self, target: Ints, first: int) -> Ints:
        receivers = np.flatnonzero(self._served[first])
        if len(receivers) <= _MOST_RECEIVERS:
            return receivers
        in_use = self._problem.taken(target)[receivers, 0] > 0
        keys = self.random.random(len(receivers)) - in_use
        return np.sort(receivers[np.argsort(keys, kind="stable")[:_MOST_RECEIVERS]])

    def _open(self, target: Ints, giver: int, receivers: Ints) -> tuple[Ints, int]:
        """(accounts of *giver* that stay, or go to one of *receivers*; how many pairs they make)"""
        problem = self._problem
        span = np.arange(problem.extents[giver], problem.extents[giver + 1])
        span = span[(target[span] < 0) | np.isin(target[span], receivers)]
        choices = problem.takes[problem.group[span]][:, receivers].sum(axis=1)
        return span[choices > 0], int(choices.sum())


def _served(problem: Problem) -> Flags:
    """(givers, receivers): who may take anything of whom."""
    groups = np.zeros((problem.givers, problem.takes.shape[0]), dtype=np.int64)
    groups[problem.giver, problem.group] = 1
    served: Flags = np.greater(groups @ problem.takes.astype(np.int64), 0)
    return served
