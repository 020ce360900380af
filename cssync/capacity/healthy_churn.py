"""Counts who left, and who could have, in books that were within their limits: where the model sees no reason to.

Worked out from spells for all books at once. A book is within its limits on a day where neither its customers nor its
ARR are over them; limits are those of today. A customer who changes hands has not left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import polars as pl

from cssync.books.history import LOOK_BACK_DAYS, QUARTER_DAYS
from cssync.capacity.company import Company
from cssync.model.owner import OwnerKind

_CENTS = 100
_NEVER = date.max
_BEGIN, _END = pl.col("valid_from").alias("begin"), pl.col("valid_to").fill_null(_NEVER).alias("end")


@dataclass(frozen=True, slots=True)
class Churn:
    """What left healthy books after the close of *since* and up to *until*. *lost*: ``account_id, book_id, on, arr``.

    *customer_days*, *arr_days*: what could have left, day by day. A customer of several accounts is one row, under the
    one with the most ARR.
    """

    since: date
    until: date
    lost: pl.DataFrame
    customer_days: int
    arr_days: Decimal

    @property
    def customers(self) -> int:
        return self.lost.height

    @property
    def arr(self) -> Decimal:
        return Decimal(self.lost["arr"].sum() or 0)

    @property
    def a_year(self) -> float:
        """Share of customers lost in a year, at this pace."""
        return self.customers * LOOK_BACK_DAYS / self.customer_days if self.customer_days else 0.0

    @property
    def arr_a_year(self) -> float:
        return float(self.arr * LOOK_BACK_DAYS / self.arr_days) if self.arr_days else 0.0


def churn_within_limits(company: Company) -> tuple[Churn, Churn]:
    """(the last quarter, the year before it as far as it is known), in the books of those who are CSMs today."""
    timeline = company.history.timeline
    turn = timeline.as_of - timedelta(days=QUARTER_DAYS)
    first = max(turn - timedelta(days=LOOK_BACK_DAYS), timeline.customers_since)
    healthy = _Healthy(timeline.spells.lazy().filter("is_customer"), _bounds(company))
    return healthy.churn(max(turn, first), timeline.as_of), healthy.churn(min(first, turn), turn)


@dataclass(frozen=True)
class _Healthy:
    """*held*: ``SPELLS`` of customers, not copied as a whole. *bounds*: ``book_id, most_accounts, most_cents``."""

    held: pl.LazyFrame
    bounds: pl.DataFrame

    def churn(self, since: date, until: date) -> Churn:
        first, last = since + timedelta(days=1), until + timedelta(days=1)
        begin = pl.max_horizontal("day", pl.lit(first))
        end = pl.min_horizontal("until", pl.lit(last))
        days = (end - begin).dt.total_days().clip(lower_bound=0)
        exposed = self._states.filter("healthy").select(
            customers=(pl.col("accounts") * days).sum(), cents=(pl.col("cents").cast(pl.Int128) * days).sum()
        )
        customers, cents = exposed.row(0)
        lost = self._lost.filter((pl.col("on") > since) & (pl.col("on") <= until))
        return Churn(since, until, lost, int(customers or 0), Decimal(int(cents or 0)) / _CENTS)

    @cached_property
    def _parts(self) -> tuple[pl.LazyFrame, pl.LazyFrame]:
        """The spells of customers that are one account, which never overlap, and of those that are several."""
        shared = self.held.filter(pl.col("unit_id") != pl.col("account_id")).select("unit_id").unique().collect()
        if shared.is_empty():
            return self.held.with_columns(_BEGIN, _END), self.held.clear()
        alone = self.held.join(shared.lazy(), on="unit_id", how="anti")
        return alone.with_columns(_BEGIN, _END), self.held.join(shared.lazy(), on="unit_id", how="semi")

    @cached_property
    def _stays(self) -> pl.LazyFrame:
        """``unit_id, book_id, begin, end``: when each customer was in each book; one stay may follow upon another."""
        alone, shared = self._parts
        merged = _merged(shared, "unit_id", "book_id")
        return pl.concat([alone.select("unit_id", "book_id", "begin", "end"), merged])

    @cached_property
    def _ends(self) -> pl.LazyFrame:
        """``unit_id, end``: the days from which a customer was none any more."""
        alone, shared = self._parts
        # Whoever has been there from the first day on goes on from nothing.
        goes_on = alone.filter(pl.col("begin") > pl.col("begin").min()).select("unit_id", end="begin")
        over = alone.filter(pl.col("end") < _NEVER).join(goes_on, on=["unit_id", "end"], how="anti")
        merged = _merged(shared, "unit_id").filter(pl.col("end") < _NEVER)
        return pl.concat([over.select("unit_id", "end"), merged.select("unit_id", "end")])

    @cached_property
    def _states(self) -> pl.DataFrame:
        """``book_id, day, until, accounts, cents, healthy``: every state of every book, half open."""
        stays, held, none = self._stays, self.held, pl.lit(0, pl.Int64)
        changes = (
            stays.select("book_id", day="begin", accounts=1, cents=none),
            stays.select("book_id", day="end", accounts=-1, cents=none),
            held.select("book_id", day="valid_from", accounts=0, cents=_cents()),
            held.select("book_id", day=pl.col("valid_to").fill_null(_NEVER), accounts=0, cents=-_cents()),
        )
        # One after the other, for each comes to little by itself: nearly all begin on the first day, or have no end.
        by_day = _by_day(pl.concat(_by_day(change).collect() for change in changes).lazy()).collect()
        states = by_day.sort("book_id", "day").with_columns(
            pl.col("accounts", "cents").cum_sum().over("book_id"),
            until=pl.col("day").shift(-1).over("book_id").fill_null(_NEVER),
        )
        within = (pl.col("accounts") <= pl.col("most_accounts")) & (pl.col("cents") <= pl.col("most_cents"))
        return states.join(self.bounds, on="book_id", how="inner").with_columns(healthy=within)

    @cached_property
    def _lost(self) -> pl.DataFrame:
        """Every customer who left, with the day and the ARR of the last one, in a book that was healthy then."""
        over = self._stays.filter(pl.col("end") < _NEVER)
        left = self._ends.join(over, on=["unit_id", "end"], how="inner")
        closed = self.held.filter(pl.col("valid_to").is_not_null())
        last = closed.select("account_id", "unit_id", "book_id", "arr", end="valid_to")
        named = left.join(last, on=["unit_id", "book_id", "end"], how="inner").sort(
            ["arr", "account_id"], descending=[True, False], nulls_last=True
        )
        units = named.group_by("unit_id", "book_id", "end", maintain_order=True).agg(
            pl.col("account_id").first(), pl.col("arr").sum()
        )
        # The state of the day before, for on the day itself it is gone.
        events = units.with_columns(before=pl.col("end").dt.offset_by("-1d")).sort("before").collect()
        placed = events.join_asof(
            self._states.sort("day"), left_on="before", right_on="day", by="book_id", check_sortedness=False
        )
        rows = placed.filter(pl.col("healthy").fill_null(value=False))
        return rows.select("account_id", "book_id", on="end", arr="arr").sort("on", "account_id")


def _merged(held: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """*by*, ``begin``, ``end``: the spells of each, which may overlap, as stretches without a break."""
    rows = held.select(*by, _BEGIN, _END).sort(*by, "begin")
    reach = pl.col("end").cum_max().over(by)
    anew = (pl.col("begin") > reach.shift(1).over(by)).fill_null(value=True)
    return (
        rows.with_columns(stretch=anew.cum_sum())
        .group_by(*by, "stretch", maintain_order=True)
        .agg(pl.col("begin").min(), pl.col("end").max())
        .drop("stretch")
    )


def _by_day(changes: pl.LazyFrame) -> pl.LazyFrame:
    return changes.group_by("book_id", "day").agg(pl.col("accounts", "cents").sum())


def _cents() -> pl.Expr:
    return (pl.col("arr").fill_null(0) * _CENTS).cast(pl.Int64)


def _bounds(company: Company) -> pl.DataFrame:
    """Up to what each book counts as within its limits; who has lost every customer is held to the general ones."""
    limits = company.limits
    bounds = {book.id: (limits.limit(book, "accounts"), limits.limit(book, "arr")) for book in company.measured()}
    general = limits.general("accounts"), limits.general("arr")
    having = {book.id for book in company.books.books}
    for owner in company.history.snapshot.owners:
        if owner.active and owner.kind is OwnerKind.PERSON and owner.id not in having:
            bounds[owner.id] = general
    return pl.DataFrame(
        {
            "book_id": list(bounds),
            "most_accounts": [int(accounts.value) for accounts, _ in bounds.values()],
            "most_cents": [int(arr.value * _CENTS) for _, arr in bounds.values()],
        },
        schema={"book_id": pl.String(), "most_accounts": pl.Int64(), "most_cents": pl.Int64()},
    )
