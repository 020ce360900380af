"""Puts a company into the numbers of a rebalancing: who is over, who has room, which customers may go to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import floor

import numpy as np
import polars as pl

from cssync.books.owners import keys_of_book
from cssync.capacity.company import Company
from cssync.capacity.growth import closed
from cssync.capacity.rebalance.costs import movables, renews_by
from cssync.capacity.rebalance.problem import Flags, Floats, Ints, Problem
from cssync.capacity.rebalance.skills import Skills
from cssync.capacity.workload import BookLoad
from cssync.model.book import Book, BookKind
from cssync.settings.rebalance import Rebalance

# Measures of a book, in this order; in cents and ten-thousandths of an hour, so that sums of floats are exact.
ACCOUNTS, ARR, HOURS = 0, 1, 2
_CENTS = 100
_PARTS = 10_000
_UNITS = (1, _CENTS, _PARTS)
# The rule that speaks of each measure, and of the customers of nobody.
_RULES = ("accounts_over_limit", "arr_over_limit", "load_over_capacity")
_OF_NOBODY = "without_working_csm"


@dataclass(frozen=True)
class Scene:
    """The books of a company that limits apply to as rows: measured ones, newcomers', and pools whose size is known.

    *load*, *limit*, *most* are (books, measures): beyond *limit* a book is to be relieved; up to *most* it can take on.
    They differ in hours alone: only a book that it is time to act on is relieved of hours. inf: no limit is known.
    *excepted*, likewise: people have decided that it is right as it is (seed 7), so that nobody is relieved of it.
    *scale*: what an overload is a share of. *closed*: who takes on nobody.
    """

    company: Company
    books: tuple[Book, ...]
    load: Floats
    limit: Floats
    most: Floats
    excepted: Flags
    scale: Floats
    closed: Flags
    skills: Skills

    @classmethod
    def of(cls, company: Company) -> Scene:
        books = (*company.measured(), *company.newcomers(), *_pools(company))
        figures = [_figures(company, book) for book in books]
        load, limit, most, scale = (_rows([each[place] for each in figures]) for place in range(4))
        return cls(
            company=company,
            books=books,
            load=load,
            limit=limit,
            most=most,
            excepted=_exceptions(company, books),
            scale=scale,
            closed=np.array([_closed(company, book) for book in books], dtype=bool),
            skills=Skills.of(company.books.customers, books, company.settings.rebalance),
        )

    @cached_property
    def customers(self) -> pl.DataFrame:
        """Those of the books that are to be relieved, and of nobody: see ``costs.movables``."""
        crowded = {self.books[place].id for place in np.flatnonzero(self.over).tolist()}
        return movables(self.company, crowded | {book.id for book in self.company.unworked()})

    @cached_property
    def over(self) -> Flags:
        """Which books are to be relieved: those over a limit that is not excepted."""
        over: Flags = np.any(self.load > self._relieved_to, axis=1)
        return over

    def kept(self) -> Iterator[Book]:
        """Yield the books that are left as they are: over limits that are excepted, or of nobody, and so excepted."""
        yield from (self.books[place] for place in np.flatnonzero(self._within_exceptions))
        yield from (book for book in self.company.unworked() if self._excepted(_OF_NOBODY, book))

    @cached_property
    def _within_exceptions(self) -> Flags:
        kept: Flags = np.any(self.load > self.limit, axis=1) & ~self.over
        return kept

    @cached_property
    def _relieved_to(self) -> Floats:
        return np.where(self.excepted, np.inf, self.limit)

    def room(self, taken: Floats) -> Floats:
        """What every book can take on within all of its limits beside *taken*: nothing if it is over one, or closed."""
        room: Floats = np.maximum(0.0, np.floor(self.most - self.load - taken))
        room[self.over | self._within_exceptions | self.closed] = 0
        return room

    def unworked(self) -> pl.DataFrame:
        """The customers of nobody at work, unless that is excepted: who renews soon first, then the largest."""
        of = [book.id for book in self.company.unworked() if not self._excepted(_OF_NOBODY, book)]
        soon = pl.col("renewal_on").is_between(self.company.as_of, renews_by(self.company)).fill_null(value=False)
        keys = [soon, pl.col("arr"), pl.col("account_id")]
        rows = self.customers.filter(pl.col("book_id").is_in(of))
        return rows.sort(keys, descending=[True, True, False], nulls_last=True)

    def placing(self, rows: pl.DataFrame, room: Floats, *, anywhere: bool = False) -> Problem:
        """The problem of finding room for *rows*, whoever has them and whatever a quarter allows.

        *anywhere*: see ``Skills.matches``.
        """
        weight = _weight(rows)
        everything = weight.sum(axis=0, keepdims=True)
        nobody = np.zeros(rows.height, dtype=np.int64)
        return self._problem(
            rows, np.zeros(rows.height), room, rows.height, giver=nobody, load=everything, limit=everything * 0,
            scale=everything + 1, anywhere=anywhere,
        )  # fmt: skip

    def relieving(self, taken: Floats, budget: int, among: Callable[[Book], bool]) -> tuple[pl.DataFrame, Problem]:
        """(the customers that may move, the problem of relieving the books that are over their limits).

        *taken*: (books, measures), what is promised to others already. *among*: whose books take part.
        """
        takes_part = np.array([among(book) for book in self.books], dtype=bool)
        givers = np.flatnonzero(self.over & takes_part)
        place = {self.books[row].id: number for number, row in enumerate(givers.tolist())}
        rows = self.customers.filter(pl.col("book_id").is_in(list(place)) & ~pl.col("stays"))
        giver = rows["book_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy().astype(np.int64)
        order = np.argsort(giver, kind="stable")
        rows, giver = rows[order], giver[order]
        room = self.room(taken)
        incoming = np.maximum(1.0, np.floor(float(self._settings.incoming_share) * self.limit[:, ACCOUNTS]))
        room[:, ACCOUNTS] = np.minimum(room[:, ACCOUNTS], incoming)
        room[~takes_part] = 0
        cost = rows["cost"].to_numpy().astype(np.float64)
        return rows, self._problem(
            rows, cost, room, budget, giver=giver, load=self.load[givers], limit=self._relieved_to[givers],
            scale=self.scale[givers],
        )  # fmt: skip

    def _problem(
        self, rows: pl.DataFrame, cost: Floats, room: Floats, budget: int, *, giver: Ints, load: Floats, limit: Floats,
        scale: Floats, anywhere: bool = False,
    ) -> Problem:  # fmt: skip
        weight = _weight(rows)
        group, kinds = self.skills.groups(rows)
        takes, detour = self.skills.matches(kinds, anywhere=anywhere)
        return Problem(
            giver=giver,
            group=group,
            cost=cost,
            weight=weight,
            load=load,
            limit=limit,
            scale=scale,
            penalty=np.full(load.shape[1], float(self._settings.overload)),
            steep_from=float(self._settings.act_at) - 1,
            # What is unlimited is as good as room for all of them.
            room=np.minimum(room, np.maximum(1.0, weight.sum(axis=0))),
            takes=takes & (room[:, ACCOUNTS] >= 1),
            detour=detour,
            budget=budget,
        )

    def _excepted(self, rule: str, book: Book) -> bool:
        return (rule, book.id) in self.company.excepted

    @property
    def _settings(self) -> Rebalance:
        return self.company.settings.rebalance


Measures = tuple[Decimal | None, ...]


def _figures(company: Company, book: Book) -> tuple[Measures, Measures, Measures, Measures]:
    """(load, limit, most, scale); None: unlimited."""
    accounts, arr = (company.limits.limit(book, measure).value for measure in ("accounts", "arr"))
    load = company.workload.of(book)
    has = load.capacity.hours
    amber = company.settings.capacity.amber_at
    return (
        (Decimal(book.accounts), book.arr, load.known),
        (accounts, arr, _hours_at_most(company, load)),
        (accounts, arr, None if has is None else has * amber),
        (accounts, arr, load.capacity.full),
    )


def _hours_at_most(company: Company, load: BookLoad) -> Decimal | None:
    """What a book is relieved to: below where it is watched, once it is time to act; a ramp or a leave is no reason."""
    lasting, settings = load.capacity.lasting_hours, company.settings.capacity
    if lasting is None or load.known < lasting * settings.act_at:
        return None
    return max(Decimal(0), lasting * settings.amber_at - Decimal(1) / _PARTS)


def _exceptions(company: Company, books: Sequence[Book]) -> Flags:
    found = [[(rule, book.id) in company.excepted for rule in _RULES] for book in books]
    return np.array(found, dtype=bool).reshape(len(books), len(_RULES))


def _pools(company: Company) -> Iterator[Book]:
    for book in company.books.books:
        if book.kind is BookKind.POOL and company.staff.capacity(book.id, company.as_of).hours is not None:
            yield book


def _closed(company: Company, book: Book) -> bool:
    """Who takes on nobody, as the settings say, because nobody is there, or because the book grows by itself."""
    named = {name.casefold() for name in company.settings.rebalance.closed}
    nobody_there = company.staff.capacity(book.id, company.as_of).hours == 0
    return bool(named & keys_of_book(book)) or nobody_there or closed(company, book) is not None


def _rows(measures: Sequence[Measures]) -> Floats:
    rows = [
        [np.inf if value is None else float(floor(value * unit)) for value, unit in zip(each, _UNITS, strict=True)]
        for each in measures
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(_UNITS))


def _weight(rows: pl.DataFrame) -> Floats:
    arr, hours = (
        (rows[name].fill_null(0).cast(pl.Float64) * unit).round().to_numpy()
        for name, unit in (("arr", _CENTS), ("hours", _PARTS))
    )
    return np.column_stack([np.ones(rows.height), arr, hours]).astype(np.float64)
