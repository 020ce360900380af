"""Betters a proposal giver by giver: another customer instead, one less, one more; what is done without HiGHS."""

from __future__ import annotations

import numpy as np

from cssync.capacity.rebalance.greedy import State
from cssync.capacity.rebalance.problem import STAYS, Floats, Ints, Problem

# A giver is left alone after so many changes; few need more than as many as they have moves.
_MOST_CHANGES = 60
_EPSILON = 1e-9


def exchange(problem: Problem, target: Ints, passes: int) -> Ints:
    """Never dearer than *target*. *passes*: how often all givers are looked at; it ends when nothing changes."""
    state = State(problem, target)
    for _ in range(passes):
        changed = [giver for giver in range(problem.givers) if _settled(state, giver)]
        if not changed:
            break
    return state.target


def _settled(state: State, giver: int) -> bool:
    """Whether anything was changed."""
    for change in range(_MOST_CHANGES):
        if not (_one_more(state, giver) or _other_instead(state, giver)):
            return change > 0
    return True


def _one_more(state: State, giver: int) -> bool:
    if int((state.target >= 0).sum()) >= state.problem.budget:
        return False
    for _, account in state.best(giver):
        receiver = state.receiver(account)
        if receiver is not None and state.gain(giver, account, receiver) > _EPSILON:
            state.move(account, receiver)
            return True
        # Nobody takes it as rooms are now; the next pass looks again.
    return False


def _other_instead(state: State, giver: int) -> bool:
    """The best of letting one that moves stay, with or without another going in its place."""
    problem = state.problem
    first, last = problem.extents[giver : giver + 2].tolist()
    going = first + np.flatnonzero(state.target[first:last] >= 0)
    staying = first + np.flatnonzero(state.target[first:last] < 0)
    if not len(going):
        return False
    there = state.target[going]
    saved = problem.cost[going] + problem.detour[problem.group[going], there]
    gain, pick = _swaps(state, giver, going, staying)
    alone = saved - (
        _over(state, giver, problem.weight[going]) - _over(state, giver, np.zeros((1, problem.load.shape[1])))
    )
    best_swap = int(gain.argmax()) if len(staying) else 0
    best_alone = int(alone.argmax())
    swap = float(gain[best_swap]) if len(staying) else -np.inf
    if max(swap, float(alone[best_alone])) <= _EPSILON:
        return False
    if swap >= alone[best_alone]:
        receiver = int(there[best_swap])
        state.move(int(going[best_swap]), STAYS)
        state.move(int(staying[pick[best_swap]]), receiver)
    else:
        state.move(int(going[best_alone]), STAYS)
    return True


def _swaps(state: State, giver: int, going: Ints, staying: Ints) -> tuple[Floats, Ints]:
    """By account that goes: what the best exchange with one that stays gains, and which it is."""
    problem = state.problem
    there = state.target[going]
    comes, goes = problem.weight[going][:, None, :], problem.weight[staying][None, :, :]
    pairs = np.ix_(problem.group[staying], there)
    fits = problem.takes[pairs].T
    fits &= (goes - comes <= state.room[there][:, None, :]).all(axis=-1)
    saved = problem.cost[going] + problem.detour[problem.group[going], there]
    paid = problem.cost[staying][None, :] + problem.detour[pairs].T
    relief = _over(state, giver, np.zeros((1, 1, comes.shape[-1]))) - _over(state, giver, comes - goes)
    gain = np.where(fits, relief + saved[:, None] - paid, -np.inf)
    if not len(staying):
        return np.full(len(going), -np.inf), np.zeros(len(going), dtype=np.int64)
    pick = gain.argmax(axis=1)
    return gain[np.arange(len(going)), pick], pick


def _over(state: State, giver: int, more: Floats) -> Floats:
    """What the giver's overload costs with *more* (..., measures) on top of what it has left."""
    problem = state.problem
    return problem.overload(state.load[giver] + more, problem.limit[giver], problem.scale[giver])
