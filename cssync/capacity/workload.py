"""What the customers of a book take of a month, beside what its CSM has: the load, and what makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import polars as pl

from cssync.books.history import runs
from cssync.capacity.effort import Effort, Worked
from cssync.capacity.hours import HOURS, exact
from cssync.capacity.person import CsmCapacity
from cssync.capacity.staff import Staff
from cssync.model.book import Book, Books
from cssync.settings.model import Settings

NOTHING = Decimal(0)
_KNOWN = "hours that are known"


@dataclass(frozen=True, slots=True)
class SegmentLoad:
    """*hours*: before complexity and modifiers. *guessed*: no setting says what an account of *segment* takes."""

    segment: str | None
    accounts: int
    hours: Decimal
    guessed: bool


@dataclass(frozen=True, slots=True)
class Extra:
    """What complexity, or a modifier by its *name*, adds (+) or takes away (-), on so many accounts."""

    name: str
    accounts: int
    hours: Decimal


@dataclass(frozen=True)
class BookLoad:
    """*hours* a month == the sum over *segments* and *extras*, always. *known*: those of them that are not guessed."""

    hours: Decimal
    known: Decimal
    capacity: CsmCapacity
    segments: tuple[SegmentLoad, ...] = ()
    extras: tuple[Extra, ...] = ()

    @property
    def guessed(self) -> int:
        """Accounts of segments that are in no setting."""
        return sum(part.accounts for part in self.segments if part.guessed)

    @cached_property
    def utilisation(self) -> Decimal | None:
        """Load by capacity, to the ten-thousandth: 1.25 is 125%. None where there is no capacity, or none known."""
        has = self.capacity.hours
        return exact(Fraction(self.hours) / Fraction(has)) if has else None

    @property
    def free(self) -> Decimal | None:
        """Hours left, negative when overloaded."""
        return None if self.capacity.hours is None else self.capacity.hours - self.hours

    @property
    def has_time(self) -> bool:
        """Whether hours are left, as far as is known."""
        return self.capacity.hours is None or self.known < self.capacity.hours

    @property
    def fits(self) -> bool:
        """Whether the hours are known to be there; what is guessed is not known."""
        return self.capacity.hours is not None and not self.guessed and self.hours <= self.capacity.hours


@dataclass(frozen=True)
class Workload:
    """The load of every book on one day. *customers*: ``SNAPSHOT`` rows of customers only, by book."""

    customers: pl.DataFrame
    effort: Effort
    staff: Staff
    as_of: date

    @property
    def hours(self) -> pl.DataFrame:
        """Of every customer: see ``Worked.accounts``."""
        return self._worked.accounts

    def of(self, book: Book) -> BookLoad:
        """Of today's customers, against today's capacity."""
        found = self._loads.get(book.id)
        if found is None:
            found = self._loads[book.id] = self._load(book.id)
        return found

    def of_book(self, book_id: str) -> pl.DataFrame:
        """The rows of ``hours`` of the customers in one book."""
        first, count = self._extents.get(book_id, (0, 0))
        return self.hours.slice(first, count)

    def with_parts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """*rows* of ``hours`` with the parts that make them, in place of their case."""
        return rows.join(self._worked.cases, on="case", how="left", maintain_order="left").drop("case")

    @cached_property
    def parts(self) -> Mapping[int, Mapping[str, Decimal]]:
        """By case, the parts of its hours."""
        return {row["case"]: row for row in self._worked.cases.iter_rows(named=True)}

    def account(self, account_id: str) -> Mapping[str, object]:
        """The row of ``hours`` of one customer, with its parts, by column."""
        return self.with_parts(self.hours.filter(pl.col("account_id") == account_id)).row(0, named=True)

    def new_account_hours(self, segment: str | None) -> Decimal:
        """The mean over the customers of *segment* won in the last year, else over all of them, else what its
        setting says; onboarding, risks and renewals included as they came.
        """
        mean = self._new_account_hours.get(segment)
        if mean is not None:
            return mean
        known = self.effort.segment_hours(segment)
        return self.effort.capacity.hours_per_account.of_others if known is None else known

    @cached_property
    def _loads(self) -> dict[str, BookLoad]:
        """Those that were asked for: rules, plan and proposal ask for the same ones."""
        return {}

    def _load(self, book_id: str) -> BookLoad:
        capacity = self.staff.capacity(book_id, self.as_of)
        table, rows = self._sums
        if book_id not in rows:
            return BookLoad(NOTHING, NOTHING, capacity)
        sums = table.row(rows[book_id], named=True)
        return BookLoad(sums["hours"], sums[_KNOWN], capacity, self._segments.get(book_id, ()), self._extras(sums))

    @cached_property
    def _extents(self) -> Mapping[str, tuple[int, int]]:
        return runs(self.customers["book_id"])

    @cached_property
    def _new_account_hours(self) -> Mapping[str | None, Decimal]:
        """By segment, those of which there are customers: of the recent ones, where there are any."""
        sums = self.hours.filter(pl.col("hours") > 0).group_by("segment", "recent").agg(pl.sum("hours"), pl.len())
        # Who is not recent first, so that the mean of the recent takes the place of that of the others.
        rows = sums.sort("recent").select("segment", "hours", "len").iter_rows()
        return {segment: exact(Fraction(hours) / number) for segment, hours, number in rows}

    @cached_property
    def _worked(self) -> Worked:
        return self.effort.hours(self.customers, self.as_of)

    @cached_property
    def _counted(self) -> pl.DataFrame:
        """``book_id, segment, guessed, times`` and the parts: how many customers take the same for the same reasons."""
        return self.with_parts(self.hours.group_by("book_id", "segment", "guessed", "case").agg(times=pl.len()))

    @cached_property
    def _sums(self) -> tuple[pl.DataFrame, Mapping[str, int]]:
        """A row for every book that has customers, and which it is."""
        extras = self.effort.parts[1:]
        hours = pl.sum_horizontal(_all(part) for part in self.effort.parts)
        sums = self._counted.group_by("book_id").agg(
            hours.sum().alias("hours"),
            hours.filter(~pl.col("guessed")).sum().alias(_KNOWN),
            *(_all(name).sum() for name in extras),
            *(pl.col("times").filter(pl.col(name) != 0).sum().alias(_counted(name)) for name in extras),
        )
        return sums, {book_id: row for row, book_id in enumerate(sums["book_id"])}

    def _extras(self, sums: Mapping[str, Decimal]) -> tuple[Extra, ...]:
        named = ((name, int(sums[_counted(name)]), sums[name]) for name in self.effort.parts[1:])
        return tuple(Extra(name, accounts, hours) for name, accounts, hours in named if accounts)

    @cached_property
    def _segments(self) -> Mapping[str, tuple[SegmentLoad, ...]]:
        """The segments of each book, the most work first."""
        counted = (
            self._counted.group_by("book_id", "segment", "guessed")
            .agg(pl.col("times").filter(pl.col("base") > 0).sum().alias("accounts"), _all("base").sum())
            .sort(["book_id", "base", "segment"], descending=[False, True, False])
        )
        found: dict[str, list[SegmentLoad]] = {}
        for book_id, segment, guessed, accounts, hours in counted.iter_rows():
            found.setdefault(book_id, []).append(SegmentLoad(segment, accounts, hours, guessed))
        return {book_id: tuple(parts) for book_id, parts in found.items()}


def _all(part: str) -> pl.Expr:
    """*part*, of all customers that take as much."""
    return (pl.col(part) * pl.col("times")).cast(HOURS)


def _counted(name: str) -> str:
    return f"{name} of accounts"


def workload_of(books: Books, settings: Settings, staff: Staff) -> Workload:
    return Workload(books.customers, Effort(settings.capacity, settings.limits.complexity), staff, books.as_of)
