"""Gives the customers that are meant for a class of receivers to single ones, so that as much as possible finds room.

Rooms of a class are added up where it is chosen who moves; the parts of them that lie in many books hold less than the
sum. What is lost is least where each class is packed as one small integer program.
"""

from __future__ import annotations

import numpy as np

from cssync.capacity.rebalance.classes import Classes, Prices
from cssync.capacity.rebalance.exact import fill, once
from cssync.capacity.rebalance.highs import Effort, Program
from cssync.capacity.rebalance.problem import STAYS, Floats, Ints, Problem


def packed(problem: Problem, classes: Classes, kinds: Ints, prices: Prices, effort: Effort) -> Ints:
    """A proposal by classes as one by receivers; who finds no room in its class stays.

    *prices*: of room, by which it is decided who stays.
    """
    target = problem.nothing()
    for kind in np.unique(kinds[kinds >= 0]).tolist():
        accounts = np.flatnonzero(kinds == kind)
        receivers = np.flatnonzero(classes.of == kind)
        worth = problem.weight[accounts] @ prices.room[kind] + 1
        target[accounts] = _packed(problem, accounts, receivers, worth, effort)
    return target


def _packed(problem: Problem, accounts: Ints, receivers: Ints, worth: Floats, effort: Effort) -> Ints:
    weight, room = problem.weight[accounts], problem.room[receivers]
    row, place = np.nonzero((weight[:, None, :] <= room[None, :, :]).all(axis=-1))
    program = Program(cost=-worth[row], high=np.ones(len(row)), whole=np.ones(len(row), dtype=bool))
    fill(program, weight[row], room, place)
    once(program, row, len(accounts))
    answer = program.solve(effort)
    found = np.full(len(accounts), STAYS, dtype=np.int64)
    if answer is not None:
        chosen = answer.values > 0.5  # noqa: PLR2004 - 0 or 1, up to a tolerance
        found[row[chosen]] = receivers[place[chosen]]
    return found
