"""Writes a piece of a rebalancing as an integer program: some accounts, the rooms open to them, all else fixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cssync.capacity.rebalance.highs import Answer, Effort, Program
from cssync.capacity.rebalance.problem import STAYS, Flags, Floats, Ints, Problem


@dataclass(frozen=True)
class Piece:
    """*accounts* that are open, and what those that are not leave over: *load* of the givers, *room*, *budget*.

    *fits*: (accounts, receivers), which pairs are open.
    """

    problem: Problem
    accounts: Ints
    fits: Flags
    load: Floats
    room: Floats
    budget: int

    @classmethod
    def whole(cls, problem: Problem) -> Piece:
        return cls.of(problem, problem.nothing(), np.arange(problem.accounts), np.arange(problem.receivers))

    @classmethod
    def of(cls, problem: Problem, target: Ints, accounts: Ints, receivers: Ints) -> Piece:
        """*accounts* may go to *receivers* or stay; what *target* says of the others holds."""
        fixed = target.copy()
        fixed[accounts] = STAYS
        room = problem.room - problem.taken(fixed)
        fits = np.zeros((len(accounts), problem.receivers), dtype=bool)
        fits[:, receivers] = problem.takes[problem.group[accounts]][:, receivers] & _small_enough(
            problem.weight[accounts], room[receivers]
        )
        load = problem.load - problem.given(fixed)
        return cls(problem, accounts, fits, load, room, problem.budget - int((fixed >= 0).sum()))

    @property
    def pairs(self) -> int:
        return int(self.fits.sum())


@dataclass(frozen=True, slots=True)
class Formulated:
    """*program* has a column for each of the pairs (*row* of the piece's accounts, *receiver*), then the overloads.

    *room_rows*: (receivers, measures), *budget_row*, *account_rows* (by account): their places among the rows, -1
    where there is none.
    """

    program: Program
    row: Ints
    receiver: Ints
    room_rows: Ints
    account_rows: Ints
    budget_row: int


def formulate(piece: Piece, *, whole: bool) -> Formulated:
    """*whole*: customers go whole or not at all; else the relaxation, whose optimum no proposal beats."""
    problem = piece.problem
    row, receiver = np.nonzero(piece.fits)
    account = piece.accounts[row]
    givers, measures, excess = _overloads(piece)
    program = Program(
        cost=np.concatenate([problem.cost[account] + problem.detour[problem.group[account], receiver],
                             problem.penalty[measures]]),
        high=np.concatenate([np.ones(len(row)), excess]),
        whole=np.concatenate([np.full(len(row), whole), np.zeros(len(excess), dtype=bool)]),
    )  # fmt: skip
    relieve(program, problem, account, (givers, measures, excess))
    room_rows = fill(program, problem.weight[account], piece.room, receiver)
    account_rows = once(program, row, len(piece.accounts))
    (budget_row,) = program.add(
        np.zeros(len(row), dtype=np.int64), np.arange(len(row)), np.ones(len(row)), np.array([-np.inf]),
        np.array([float(piece.budget)]),
    )  # fmt: skip
    return Formulated(program, row, receiver, room_rows, account_rows, int(budget_row))


def settle(piece: Piece, effort: Effort, start: Ints | None = None) -> tuple[Ints, Answer] | None:
    """(targets of the piece's accounts, the answer); *start*: targets to begin from. None where there is no answer."""
    formulated = formulate(piece, whole=True)
    guess = None
    if start is not None:
        guess = _values(formulated, start)
    answer = formulated.program.solve(effort, guess)
    if answer is None:
        return None
    chosen = answer.values[: len(formulated.row)] > 0.5  # noqa: PLR2004 - 0 or 1, up to a tolerance
    target = np.full(len(piece.accounts), STAYS, dtype=np.int64)
    target[formulated.row[chosen]] = formulated.receiver[chosen]
    return target, answer


def _overloads(piece: Piece) -> tuple[Ints, Ints, Floats]:
    """(giver, measure, by how much) of each step of overload of the givers that have accounts in the piece."""
    givers = np.unique(piece.problem.giver[piece.accounts])
    steps = [(giver, *piece.problem.excess(piece.load[giver], giver)) for giver in givers.tolist()]
    return (
        np.concatenate([np.full(len(excess), giver) for giver, _, excess in steps]),
        np.concatenate([measures for _, measures, _ in steps]),
        np.concatenate([excess for _, _, excess in steps]),
    )


def relieve(program: Program, problem: Problem, account: Ints, over: tuple[Ints, Ints, Floats]) -> None:
    """The overload that is left, and what moves away, are together at least what is over now."""
    givers, measures, excess = over
    rows_of: dict[int, list[int]] = {}
    for place, giver in enumerate(givers.tolist()):
        rows_of.setdefault(giver, []).append(place)
    most = max((len(places) for places in rows_of.values()), default=0)
    table = np.full((problem.givers, most), -1, dtype=np.int64)
    for giver, places in rows_of.items():
        table[giver, : len(places)] = places
    rows = table[problem.giver[account]]
    pair, slot = np.nonzero(rows >= 0)
    row = rows[pair, slot]
    value = problem.weight[account[pair], measures[row]] / problem.scale[givers[row], measures[row]]
    own = np.arange(len(excess))
    program.add(
        np.concatenate([row, own]),
        np.concatenate([pair, own + len(account)]),
        np.concatenate([value, np.ones(len(own))]),
        excess,
        np.full(len(excess), np.inf),
    )


def fill(program: Program, weight: Floats, room: Floats, receiver: Ints) -> Ints:
    """What comes in is at most the room, each room as 1; accounts are counted.

    The first columns of the program are moves: *weight* and *receiver* of each. Returns the places of the rows by
    (receiver, measure), -1 for whoever takes nobody.
    """
    measures = room.shape[1]
    used = np.zeros(room.shape[0], dtype=bool)
    used[receiver] = True
    places = np.full(room.shape, -1, dtype=np.int64)
    places[used] = np.arange(int(used.sum()) * measures).reshape(-1, measures)
    unit = np.maximum(room, 1.0)
    unit[:, 0] = 1.0
    rows = places[receiver].ravel()
    values = (weight / unit[receiver]).ravel()
    columns = np.repeat(np.arange(len(receiver)), measures)
    above = (room / unit)[used].ravel()
    added = program.add(rows, columns, values, np.full(len(above), -np.inf), above)
    first = int(added[0]) if len(added) else 0
    return np.where(places >= 0, places + first, -1)


def once(program: Program, row: Ints, accounts: int) -> Ints:
    """An account goes to one receiver at most; one that has no choice needs no row."""
    choices = np.bincount(row, minlength=accounts)
    several = choices > 1
    places = np.full(accounts, -1, dtype=np.int64)
    places[several] = np.arange(int(several.sum()))
    bound = places[row] >= 0
    added = program.add(
        places[row][bound], np.flatnonzero(bound), np.ones(int(bound.sum())),
        np.full(int(several.sum()), -np.inf), np.ones(int(several.sum())),
    )  # fmt: skip
    first = int(added[0]) if len(added) else 0
    return np.where(places >= 0, places + first, -1)


def _values(formulated: Formulated, start: Ints) -> Floats:
    values = np.zeros(len(formulated.program.cost))
    values[: len(formulated.row)] = start[formulated.row] == formulated.receiver
    return values


def _small_enough(weight: Floats, room: Floats) -> Flags:
    fits: Flags = np.all(weight[:, None, :] <= room[None, :, :], axis=-1)
    return fits
