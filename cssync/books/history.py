"""Looks back along one book: since when it has been over a limit, and who came and went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from cssync.books.moves import Move, as_moves, moves
from cssync.books.snapshot import Snapshot
from cssync.books.spells import Timeline
from cssync.model.book import Books
from cssync.model.finding import Unit
from cssync.model.history import CSM

LOOK_BACK_DAYS = 365
# The last quarter, and the year before it to compare it with.
QUARTER_DAYS = 91
REMEMBERED_DAYS = QUARTER_DAYS + LOOK_BACK_DAYS


@dataclass(frozen=True)
class History:
    """The past of the books of one night, worked out only where it is asked for."""

    snapshot: Snapshot
    timeline: Timeline
    books: Books

    def customers(self, book_id: str) -> pl.DataFrame:
        """``SNAPSHOT`` rows of the customers in one book."""
        first, count = self._extents.get(book_id, (0, 0))
        return self.books.customers.slice(first, count)

    def facts(self, book_id: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Yield *columns* of each customer in one book, in the order of ``customers``.

        A few dozen rows are read at once; a query over them takes a hundred times as long.
        """
        rows = self.customers(book_id)
        return zip(*(rows[column].to_list() for column in columns), strict=True)

    def over_since(self, book_id: str, unit: Unit, limit: Decimal) -> date | None:
        """First day of the unbroken stretch up to now in which the book was over *limit* customers or ARR.

        None when that stretch reaches back to the first day that is known, so that its true start is not.
        """
        known_since = self.timeline.arr_since if unit is Unit.MONEY else self.timeline.history_since
        start: date | None = None
        for day, accounts, arr in self._states(book_id):
            if (accounts if unit is Unit.ACCOUNTS else arr) <= limit:
                return start
            if day <= known_since:
                return None
            start = day
        return None

    def first_customers(self, known_before: timedelta) -> Mapping[str, date]:
        """The day on which each book that holds customers got its first, where it is known that for *known_before*
        it had none.
        """
        since = max(self.timeline.known.get(CSM, self.timeline.history_since), self.timeline.history_since)
        held = self.timeline.spells.lazy().filter("is_customer").group_by("book_id").agg(pl.min("valid_from"))
        return dict(held.filter(pl.col("valid_from") >= since + known_before).collect().iter_rows())

    @cached_property
    def moves_since(self) -> date | None:
        """The day from whose close on ``moves`` tells: the start of the longest Change; None without history."""
        return (
            max(self.books.totals.changes, key=lambda change: change.days).since if self.books.totals.changes else None
        )

    def moves(self, book_id: str) -> tuple[Move, ...]:
        """The customers that came into one book and left it, the largest first; none without history."""
        if self.moves_since is None:
            return ()
        rows, extents = self._moves
        return as_moves(rows.slice(*extents.get(book_id, (0, 0))))

    @cached_property
    def _extents(self) -> dict[str, tuple[int, int]]:
        return runs(self.books.customers["book_id"])

    @cached_property
    def _moves(self) -> tuple[pl.DataFrame, dict[str, tuple[int, int]]]:
        rows = moves(self.snapshot, self.timeline, self.moves_since or self.books.as_of)
        return rows.drop("book_id"), runs(rows["book_id"])

    @cached_property
    def _events(self) -> tuple[pl.DataFrame, dict[str, tuple[int, int]]]:
        """``day, sign, unit_id, arr`` of accounts that arrived (+1) or left (-1), newest first; and where each
        book's begin.
        """
        held = self.timeline.spells.lazy().filter("is_customer")
        arrivals = held.filter(pl.col("valid_from") > self.timeline.history_since)
        departures = held.filter(pl.col("valid_to").is_not_null())
        columns = ("book_id", "day", "sign", "unit_id", "arr")
        arrived = arrivals.with_columns(day="valid_from", sign=1).select(columns)
        left = departures.with_columns(day="valid_to", sign=-1).select(columns)
        events = pl.concat([arrived, left]).sort(["book_id", "day"], descending=[False, True]).collect()
        return events.drop("book_id"), runs(events["book_id"])

    def _states(self, book_id: str) -> Iterator[tuple[date, int, Decimal]]:
        """(its first day, customers, ARR) of every state of the book, newest first."""
        held = self.customers(book_id)
        units = Counter(held["unit_id"])
        arr = Decimal(held["arr"].sum() or 0)
        events, extents = self._events
        for day, of_day in groupby(events.slice(*extents.get(book_id, (0, 0))).iter_rows(), key=itemgetter(0)):
            yield day, len(units), arr
            for _, sign, unit, amount in of_day:
                units[unit] -= sign
                arr -= sign * (amount or 0)
            units = +units
        yield self.timeline.history_since, len(units), arr


def runs(sorted_books: pl.Series) -> dict[str, tuple[int, int]]:
    """By book: (first row, number of rows)."""
    runs = sorted_books.rle().struct.unnest()
    starts = runs.with_columns(first=pl.col("len").cum_sum() - pl.col("len"))
    return {book: (first, number) for number, book, first in starts.iter_rows()}
