"""Says of every customer whether it may leave its book, and what the relationship is worth that a move would end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import polars as pl

from cssync.capacity.company import Company
from cssync.capacity.rebalance.skills import TRAITS
from cssync.capacity.rebalance.tenure import tenure

_MOST_YEARS = 4.0
_DAYS_A_YEAR = 365.25


def movables(company: Company, books: Collection[str]) -> pl.DataFrame:
    """What moves as one out of *books*, a row each, by book and id: all accounts of a customer move with it.

    Columns: ``book_id``; ``account_id, name`` and TRAITS, those of its largest account; ``account_ids``; ``arr``, null
    where none is known; ``hours`` a month; ``renewal_on``, the first; ``since``, the first day with its CSM; ``cost``
    of moving it; ``stays``, whether it must not be moved.
    """
    customers = company.books.customers.lazy().filter(pl.col("book_id").is_in(list(books)))
    segments = {book.id: book.segment for book in company.books.books if book.segment is not None}
    place = company.limits.general("arr").value / company.limits.general("accounts").value
    accounts = (
        customers.join(tenure(company.history, customers), on="account_id", how="left", maintain_order="left")
        .join(_known_hours(company, books), on="account_id", how="left")
        .with_columns(
            segment=pl.col("segment").fill_null(pl.col("book_id").replace_strict(segments, default=None)),
            stays=_stays(company),
            cost=_cost(company, float(place)),
        )
    )
    largest = pl.col("arr").fill_null(0).arg_max()
    first = (pl.col(name).get(largest) for name in ("account_id", "name", *TRAITS))
    units = accounts.group_by("book_id", "unit_id", maintain_order=True).agg(
        *first,
        pl.col("account_id").alias("account_ids"),
        pl.col("arr").sum().alias("sum"),
        pl.col("arr").count().alias("known"),
        pl.col("renewal_on").min(),
        pl.col("since").min(),
        pl.col("hours").sum(),
        pl.col("cost").sum() + 1,
        pl.col("stays").any(),
    )
    arr = pl.when(pl.col("known") > 0).then("sum")
    named = pl.coalesce("name", "account_id")
    return (
        units.with_columns(arr=arr, name=named).drop("sum", "known", "unit_id").sort("book_id", "account_id").collect()
    )


def renews_by(company: Company) -> date:
    """The last day of a renewal that is too near for a move."""
    return company.as_of + timedelta(days=company.settings.rebalance.stay_before_renewal_days)


def _known_hours(company: Company, books: Collection[str]) -> pl.LazyFrame:
    """``account_id, hours``: nothing where no setting says how much work an account of its segment is."""
    known = pl.when(~pl.col("guessed")).then("hours")
    hours = company.workload.hours.lazy().filter(pl.col("book_id").is_in(list(books)))
    return hours.select("account_id", hours=known)


def _stays(company: Company) -> pl.Expr:
    settings, today = company.settings.rebalance, company.as_of
    settled = today - timedelta(days=settings.stay_after_move_days)
    return pl.any_horizontal(
        pl.col("renewal_on").is_between(today, renews_by(company)).fill_null(value=False),
        (pl.col("handed_on") > settled).fill_null(value=False),
        pl.col("account_id").is_in(settings.stay),
        pl.sql_expr(settings.stay_where).fill_null(value=False),
    )


def _cost(company: Company, place: float) -> pl.Expr:
    """Beyond that of an ordinary move. *place*: the ARR of an average place in a book."""
    cost, today = company.settings.rebalance.cost, company.as_of
    years = ((pl.lit(today) - pl.col("since")).dt.total_days() / _DAYS_A_YEAR).clip(0.0, _MOST_YEARS).fill_null(0.0)
    soon = pl.col("renewal_on").is_between(today, today + timedelta(days=cost.renewal_soon_days))
    strategic = pl.sql_expr(cost.strategic_where)
    return (
        years * float(cost.tenure_a_year)
        + pl.col("arr").cast(pl.Float64).fill_null(0.0) / place * float(cost.arr)
        + strategic.fill_null(value=False) * float(cost.strategic)
        + soon.fill_null(value=False) * float(cost.renewal_soon)
    )
