"""A first proposal in no time: the move that is worth most, to whom has most room, again and again."""

from __future__ import annotations

import heapq

import numpy as np

from cssync.capacity.rebalance.problem import STAYS, Flags, Floats, Ints, Problem


def greedy(problem: Problem, target: Ints) -> Ints:
    """*target* and, as long as one is worth its cost and finds room, always the move on top that is worth most."""
    state = State(problem, target)
    best = [(-gain, giver, account) for giver in range(problem.givers) for gain, account in state.best(giver)]
    heapq.heapify(best)
    left = problem.budget - int((target >= 0).sum())
    while best and left > 0:
        _, giver, account = heapq.heappop(best)
        receiver = state.receiver(account)
        if receiver is not None and state.gain(giver, account, receiver) > 0:
            state.move(account, receiver)
            left -= 1
        else:
            state.close(account)
        for gain, following in state.best(giver):
            heapq.heappush(best, (-gain, giver, following))
    return state.target


def placed(problem: Problem) -> Ints:
    """A receiver for every account that finds one, in the order of the problem; the rest stays."""
    state = State(problem, problem.nothing())
    for account in range(problem.accounts):
        receiver = state.receiver(account)
        if receiver is not None:
            state.move(account, receiver)
    return state.target


class State:
    """A proposal in the making: what is left of loads and rooms."""

    def __init__(self, problem: Problem, target: Ints) -> None:
        self.problem = problem
        self.target = target.copy()
        self.load = problem.load - problem.given(target)
        # Measure by measure in memory, as receivers are looked for: there may be tens of thousands.
        self.room = np.asfortranarray(problem.room - problem.taken(target))
        self.closed = np.zeros(problem.accounts, dtype=bool)
        self._rows: dict[int, Ints] = {}

    def best(self, giver: int) -> tuple[tuple[float, int], ...]:
        """(what it is worth, account) of the giver's best move, the detour left out; empty where none is worth it."""
        problem = self.problem
        first, last = problem.extents[giver : giver + 2].tolist()
        if first == last:
            return ()
        here = self._relief(giver, slice(first, last)) - problem.cost[first:last]
        here[(self.target[first:last] >= 0) | self.closed[first:last]] = -np.inf
        place = int(here.argmax())
        return ((float(here[place]), first + place),) if here[place] > 0 else ()

    def gain(self, giver: int, account: int, receiver: int) -> float:
        relief = float(self._relief(giver, slice(account, account + 1))[0])
        detour = self.problem.detour[self.problem.group[account], receiver]
        return relief - float(self.problem.cost[account]) - float(detour)

    def receiver(self, account: int, among: Flags | None = None) -> int | None:
        """Who takes it at the least detour, and of those whoever has most room left."""
        problem = self.problem
        group = int(problem.group[account])
        fits = problem.takes[group]
        for room, weight in zip(self.room.T, problem.weight[account].tolist(), strict=True):
            fits = fits & (room >= weight)
        if among is not None:
            fits &= among
        places = np.flatnonzero(fits)
        if not len(places):
            return None
        detour = problem.detour[group, places]
        places = places[detour == detour.min()]
        for room in self.room.T:
            left = room[places]
            places = places[left == left.max()]
        return int(places[0])

    def close(self, account: int) -> None:
        """Try *account* no more, nor any of its group for which nobody can have room any more either."""
        problem = self.problem
        group = int(problem.group[account])
        most = self.room[problem.takes[group] & (self.room[:, 0] >= 1)].max(axis=0, initial=0.0)
        rows = self._rows.get(group)
        if rows is None:
            rows = np.flatnonzero(problem.group == group)
        weight = problem.weight[rows]
        hopeless = (weight > most).any(axis=1)
        if self.receiver(account) is None:
            hopeless |= (weight >= problem.weight[account]).all(axis=1)
        self.closed[rows[hopeless]] = True
        self.closed[account] = True
        self._rows[group] = rows[~hopeless]

    def move(self, account: int, receiver: int) -> None:
        """From wherever it is now; STAYS: back to its giver."""
        weight, giver, before = self.problem.weight[account], self.problem.giver[account], self.target[account]
        if before >= 0:
            self.room[before] += weight
            self.load[giver] += weight
        if receiver != STAYS:
            self.room[receiver] -= weight
            self.load[giver] -= weight
        self.target[account] = receiver

    def _relief(self, giver: int, accounts: slice) -> Floats:
        problem = self.problem
        limit, scale = problem.limit[giver], problem.scale[giver]
        before = problem.overload(self.load[giver], limit, scale)
        after = problem.overload(self.load[giver] - problem.weight[accounts], limit, scale)
        relief: Floats = before - after
        return relief
