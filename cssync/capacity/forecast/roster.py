"""The books of one night as numbered rows, so that thousands of them are worked out at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from cssync.capacity.forecast.distribution import Floats
from cssync.model.book import Book, BookKind

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def sums(places: Rows, weights: Floats, size: int) -> Floats:
    """By place, 0..*size* - 1, the sum of its *weights*."""
    return np.bincount(places, weights=weights, minlength=size).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Into:
    """What books are added up into: of every book its row, of *size* rows."""

    rows: Rows
    size: int


@dataclass(frozen=True)
class Roster:
    """Row n of every array is *books* number n.

    CSMs of one segment are a group: alike, and each may get what comes to the segment. Every other book (a pool, a
    queue, nobody's) is a group of its own.
    """

    books: Sequence[Book]

    def __len__(self) -> int:
        return len(self.books)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        return {book.id: row for row, book in enumerate(self.books)}

    @cached_property
    def segments(self) -> Mapping[str | None, int]:
        """The number of the group of every segment that has a CSM."""
        names = dict.fromkeys(book.segment for book in self.books if book.kind is BookKind.CSM)
        return {name: number for number, name in enumerate(names)}

    @cached_property
    def group_of(self) -> Rows:
        """Of every book the number of its group."""
        alone = iter(range(len(self.segments), len(self.segments) + len(self.books)))
        groups = [self.segments[b.segment] if b.kind is BookKind.CSM else next(alone) for b in self.books]
        return np.array(groups, dtype=np.int64)

    @cached_property
    def segment_of(self) -> Rows:
        """Of every book the number of its segment among ``segments``; one more for all that are no CSM's."""
        return np.minimum(self.group_of, len(self.segments))

    @cached_property
    def is_csm(self) -> Flags:
        return np.array([book.kind is BookKind.CSM for book in self.books], dtype=bool)

    @cached_property
    def accounts(self) -> Rows:
        return np.array([book.accounts for book in self.books], dtype=np.int64)

    @cached_property
    def each(self) -> Into:
        """Every book by itself."""
        return Into(np.arange(len(self.books)), len(self.books))

    @cached_property
    def by_segment(self) -> tuple[Mapping[str | None, int], Into]:
        """Every book into the row of its segment, whoever it is of; and those rows. A last row is of none."""
        rows = {name: row for row, name in enumerate(dict.fromkeys(book.segment for book in self.books))}
        return rows, Into(np.array([rows[book.segment] for book in self.books], dtype=np.int64), len(rows) + 1)

    def within(self, chosen: Flags) -> Into:
        """The sum over the books *chosen*, in row 0; all others in row 1."""
        return Into(np.where(chosen, 0, 1).astype(np.int64), 2)

    def between(self, first: int, last: int) -> Into:
        """Each of the books *first* up to and without *last* by itself, in order; all others in one more row."""
        rows = np.arange(len(self.books))
        inside = (rows >= first) & (rows < last)
        return Into(np.where(inside, rows - first, last - first), last - first + 1)

    def places(self, book_ids: pl.Series) -> Rows:
        """The row of each of *book_ids*; -1 for those that have no book tonight."""
        found = book_ids.replace_strict(list(self.rows), list(self.rows.values()), default=-1, return_dtype=pl.Int64)
        return found.fill_null(-1).to_numpy()

    def groups(self, segments: pl.Series) -> Rows:
        """The group of CSMs of each of *segments*; -1 where no CSM is of that segment."""
        known = {name: number for name, number in self.segments.items() if name is not None}
        found = segments.replace_strict(list(known), list(known.values()), default=-1, return_dtype=pl.Int64)
        return found.fill_null(-1).to_numpy()
