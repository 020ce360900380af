"""Works out a proposal for a company: first a CSM for every customer without one, then relief for crowded books."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor

import numpy as np
import polars as pl

from cssync.capacity.company import Company
from cssync.capacity.rebalance.candidates import ACCOUNTS, ARR, HOURS, Scene
from cssync.capacity.rebalance.greedy import placed
from cssync.capacity.rebalance.problem import Floats, Ints, Problem
from cssync.capacity.rebalance.proposal import Customer, Effect, Holding, Move, Proposal, Quality
from cssync.capacity.rebalance.search import Found, GoingOn, Work, always, solve
from cssync.capacity.rebalance.surplus import surplus
from cssync.capacity.rebalance.tenure import handed_over_since
from cssync.model.book import Book


def everybody(_book: Book) -> bool:
    return True


def propose(
    company: Company,
    work: Work,
    *,
    moves: int | None = None,
    among: Callable[[Book], bool] = everybody,
    going_on: GoingOn = always,
) -> Proposal:
    """The same for the same company, work and limits. *moves*: at most so many; None: what the quarter still allows.

    *among*: whose books hand over and take over.
    """
    scene = Scene.of(company)
    used = 0 if moves is not None else _used(company)
    budget = max(0, _allowed(company) - used) if moves is None else moves
    free = scene.unworked()
    placing = scene.placing(free, scene.room(np.zeros_like(scene.load)))
    homes = placed(placing)
    given = placing.taken(homes)
    rows, problem = scene.relieving(given, budget, among)
    found = solve(problem, work, going_on)
    return _Told(scene, (free, homes), (rows, problem, found), given, budget, used, among).proposal()


def _allowed(company: Company) -> int:
    return max(1, floor(company.settings.rebalance.moves_share * company.books.totals.accounts))


def _used(company: Company) -> int:
    return handed_over_since(company.history, company.calendar.quarter_start(company.as_of))


@dataclass(frozen=True)
class _Told:
    """What was found, on its way into values."""

    scene: Scene
    homes: tuple[pl.DataFrame, Ints]
    relief: tuple[pl.DataFrame, Problem, Found]
    given: Floats
    budget: int
    used: int
    among: Callable[[Book], bool]

    def proposal(self) -> Proposal:
        rows, problem, found = self.relief
        free, homes = self.homes
        homeless = free.filter(pl.Series(homes < 0, dtype=pl.Boolean))
        room = self.scene.room(self.given + problem.taken(found.target))
        more = self._more()
        finds = placed(self.scene.placing(more, room)) >= 0
        waiting, stuck = (more.filter(pl.Series(flags, dtype=pl.Boolean)) for flags in (finds, ~finds))
        return Proposal(
            moves=tuple(self._moves(rows, found.target, problem.cost)),
            placements=tuple(
                move for move in self._moves(free, homes, np.zeros(free.height)) if self.among(move.receiver)
            ),
            homeless=tuple(self._whose(homeless)),
            waiting=tuple(self._whose(waiting)),
            stuck=tuple(self._whose(stuck)),
            strangers=tuple(self._strangers(pl.concat([homeless, stuck]), room)),
            crowded=tuple(self.scene.books[place] for place in np.flatnonzero(self.scene.over)),
            kept=tuple(self.scene.kept()),
            effects=tuple(self._effects()),
            quality=Quality(found.before, found.price, found.bound, found.best),
            budget=self.budget,
            used=self.used,
        )

    def _moves(self, rows: pl.DataFrame, target: Ints, cost: Floats) -> Iterator[Move]:
        books = self._by_id
        moved = np.flatnonzero(target >= 0)
        for row, customer in zip(moved.tolist(), _customers(rows[moved]), strict=True):
            giver = books[rows["book_id"][row]]
            yield Move(customer, giver, self.scene.books[int(target[row])], float(cost[row]))

    def _whose(self, rows: pl.DataFrame) -> Iterator[tuple[Book, Customer]]:
        books = self._by_id
        return zip((books[book_id] for book_id in rows["book_id"]), _customers(rows), strict=True)

    def _strangers(self, rows: pl.DataFrame, room: Floats) -> Iterator[Move]:
        """Those of *rows*, for whom nobody has *room* who knows them, that others would have room for."""
        homes = placed(self.scene.placing(rows, room, anywhere=True))
        return (move for move in self._moves(rows, homes, np.zeros(rows.height)) if self.among(move.receiver))

    def _more(self) -> pl.DataFrame:
        """Who should leave as well, of every book that is still over."""
        rows, problem, found = self.relief
        left = problem.load - problem.given(found.target) - problem.limit
        chosen = [
            first + surplus(problem.weight[first:last], found.target[first:last] < 0, left[giver])
            for giver, (first, last) in enumerate(zip(problem.extents[:-1], problem.extents[1:], strict=True))
            if (left[giver] > 0).any()
        ]
        return rows[np.concatenate(chosen)] if chosen else rows.clear()

    def _effects(self) -> Iterator[Effect]:
        """Of every book that gives or takes, or is over and stays so."""
        scene = self.scene
        rows, problem, found = self.relief
        after = scene.load + self.given + problem.taken(found.target)
        moved = np.flatnonzero(found.target >= 0)
        number = {book.id: place for place, book in enumerate(scene.books)}
        of = np.array([number[book_id] for book_id in rows["book_id"].gather(moved)], dtype=np.int64)
        np.subtract.at(after, of, problem.weight[moved])
        for place in np.flatnonzero((after != scene.load).any(axis=1) | scene.over).tolist():
            book = scene.books[place]
            yield Effect(book, self._holding(place, scene.load[place]), self._holding(place, after[place]))

    def _holding(self, place: int, load: Floats) -> Holding:
        limits, book = self.scene.company.limits, self.scene.books[place]
        capacity = self.scene.company.workload.of(book)
        return Holding(
            accounts=int(load[ACCOUNTS]),
            arr=Decimal(int(load[ARR])).scaleb(-2),
            hours=Decimal(int(load[HOURS])).scaleb(-4),
            most_accounts=limits.limit(book, "accounts").value,
            most_arr=limits.limit(book, "arr").value,
            has_hours=capacity.capacity.hours if capacity.known or not book.accounts else None,
        )

    @property
    def _by_id(self) -> dict[str, Book]:
        return {book.id: book for book in self.scene.company.books.books}


def _customers(rows: pl.DataFrame) -> Sequence[Customer]:
    columns = rows.select("account_id", "name", "arr", "account_ids", "renewal_on", "since")
    return tuple(
        Customer(id_, name, arr, tuple(ids), renews_on, since)
        for id_, name, arr, ids, renews_on, since in columns.iter_rows()
    )
