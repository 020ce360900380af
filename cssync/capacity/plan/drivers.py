"""Which customers and deals make a segment need another CSM: the newest customers, and what may be won next."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from cssync.capacity.company import Company
from cssync.capacity.plan.spelling import labelled_as, of_segment
from cssync.model.finding import Driver
from cssync.model.wording import day

_MOST = 5
_NEW_FOR_DAYS = 90


def newest(company: Company, segment: str | None) -> tuple[Driver, ...]:
    """The customers won in the last 90 days that are most work, the most of it first."""
    today = company.as_of
    since = pl.coalesce("customer_since", "created_on").alias("since")
    won = (pl.col("since") > today - timedelta(days=_NEW_FOR_DAYS)) & (pl.col("since") <= today)
    rows = company.books.customers.lazy().select("account_id", "name", "arr", "book_id", since).filter(won)
    held = pl.col("book_id").is_in(_books(company, segment))
    work = company.workload.hours.lazy().filter(held).select("account_id", "hours")
    top = (
        rows.filter(held)
        .join(work, on="account_id", how="left")
        .sort(["hours", "arr", "account_id"], descending=[True, True, False], nulls_last=True)
        .head(_MOST)
        .collect()
    )
    return tuple(
        Driver(id_, name or id_, arr, f"customer since {day(on)}, {hours or 0:.1f} hours a month")
        for id_, name, arr, on, hours in top.select("account_id", "name", "arr", "since", "hours").iter_rows()
    )


def deals(company: Company, segment: str | None, until: date) -> tuple[Driver, ...]:
    """Open deals, renewals left out, that are to close by *until*, the largest first."""
    held = pl.col("book_id").is_in(_books(company, segment))
    labelled = labelled_as(segment)
    # A customer counts where it is looked after; whoever is none yet, where it will be.
    mine = pl.when(pl.col("is_customer") | pl.col("segment").is_null()).then(held).otherwise(labelled)
    accounts = company.history.snapshot.table.lazy().filter(mine).select("account_id", account="name")
    renewal = pl.col("kind").str.to_lowercase().str.contains("renew").fill_null(value=False)
    open_ = ~pl.col("is_closed") & ~renewal & pl.col("close_on").is_between(company.as_of, until)
    rows = company.history.snapshot.opportunities.lazy().filter(open_).join(accounts, on="account_id", how="inner")
    top = rows.sort(["value", "opportunity_id"], descending=[True, False], nulls_last=True).head(_MOST).collect()
    return tuple(
        Driver(id_, account or name or id_, value, f"open deal, {stage or 'stage unknown'}, closes {day(close_on)}")
        for id_, account, name, value, stage, close_on in top.select(
            "account_id", "account", "name", "value", "stage", "close_on"
        ).iter_rows()
    )


def _books(company: Company, segment: str | None) -> list[str]:
    return [book.id for book in of_segment(company.books.books, segment)]
