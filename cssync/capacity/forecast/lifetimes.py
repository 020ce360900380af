"""From when to when each account was a customer, and which of its renewals came up meanwhile."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from cssync.books.history import History

TERM_DAYS = 365
_LOOK_BACK_DAYS = 2 * TERM_DAYS
# A customer that goes from so many days before its renewal to so many after it was lost at that renewal.
_BEFORE_DAYS, _AFTER_DAYS = 30, 60


def lifetimes(history: History) -> pl.DataFrame:
    """``account_id, segment, anchor, watched_from, ends, renewals, lost_at_renewal, lost_between``.

    One row an account that is a customer or was one in the last two years, with what was seen of it since
    *watched_from*. *anchor*: a day of renewal; null where neither a renewal nor a start is known. *ends*: the first
    day after it, today for a customer of today.
    """
    timeline, table = history.timeline, history.snapshot.table
    as_of = timeline.as_of
    held = timeline.spells.filter("is_customer").group_by("account_id").agg(
        first=pl.min("valid_from"), last=pl.col("valid_to").max(), open=pl.col("valid_to").is_null().any()
    )  # fmt: skip
    seen_to_begin = pl.when(pl.col("first") > timeline.history_since).then("first")
    seen_to_end = pl.when(~pl.col("open")).then("last")
    columns = ("account_id", "segment", "is_customer", "renewal_on", "customer_since", "created_on", "churned_on")
    rows = table.select(columns).join(held, on="account_id", how="left").with_columns(
        starts=pl.coalesce("customer_since", seen_to_begin, "created_on"),
        ends=pl.when("is_customer").then(pl.lit(as_of)).otherwise(pl.coalesce(seen_to_end, "churned_on")),
    )  # fmt: skip
    told = rows.filter(~pl.col("is_customer"))["churned_on"].is_not_null().any()
    since = as_of - timedelta(days=_LOOK_BACK_DAYS) if told else timeline.customers_since
    watched = pl.max_horizontal(pl.col("starts").fill_null(since), pl.lit(since))
    rows = rows.with_columns(watched_from=watched, anchor=pl.coalesce("renewal_on", "starts"))
    return _renewed(rows.filter(pl.col("ends") > pl.col("watched_from")))


def _renewed(rows: pl.DataFrame) -> pl.DataFrame:
    lost = ~pl.col("is_customer")
    off = _days("ends", "anchor")
    # Days from the nearest renewal, -182..182.
    offset = (off + TERM_DAYS // 2) % TERM_DAYS - TERM_DAYS // 2
    at_renewal = (lost & offset.is_between(-_BEFORE_DAYS, _AFTER_DAYS) & _old_enough()).fill_null(value=False)
    # Renewals after the first day watched, up to the last; the very start of a contract is none.
    begun = pl.max_horizontal("watched_from", pl.col("starts") + timedelta(days=TERM_DAYS // 2))
    passed = off // TERM_DAYS - _days(begun, "anchor") // TERM_DAYS
    early = at_renewal & (offset < 0)
    counted = rows.with_columns(
        renewals=pl.max_horizontal(passed.fill_null(0), pl.lit(0)) + early.cast(pl.Int64),
        lost_at_renewal=at_renewal,
        lost_between=lost & ~at_renewal,
    )
    return counted.select(
        "account_id", "segment", "anchor", "watched_from", "ends", "renewals", "lost_at_renewal", "lost_between"
    )


def _old_enough() -> pl.Expr:
    """Nobody comes up for renewal in the first half of the first term."""
    return pl.col("starts").is_null() | (_days("ends", "starts") > TERM_DAYS // 2)


def _days(later: str | pl.Expr, earlier: str) -> pl.Expr:
    day = pl.col(later) if isinstance(later, str) else later
    return (day - pl.col(earlier)).dt.total_days()
