"""From when to when each account was a customer, and which of its renewals came up meanwhile."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from cssync.books.history import History
from cssync.books.spells import Timeline

TERM_DAYS = 365
_LOOK_BACK_DAYS = 2 * TERM_DAYS
# A customer that goes from so many days before its renewal to so many after it was lost at that renewal.
_BEFORE_DAYS, _AFTER_DAYS = 30, 60


def lifetimes(history: History) -> pl.DataFrame:
    """``account_id, segment, anchor, watched_from, ends, renewals, lost_at_renewal, lost_between``.

    One row an account that is a customer or was one in the last two years, with what was seen of it since
    *watched_from*, and one for each time before that it was lost and came back. *anchor*: a day of renewal; null where
    neither a renewal nor a start is known. *ends*: the first day after it, today for a customer of today.
    """
    timeline, table = history.timeline, history.snapshot.table
    as_of = timeline.as_of
    held, lost_before = _stretches(timeline)
    columns = ("account_id", "segment", "is_customer", "renewal_on", "customer_since", "created_on", "churned_on")
    accounts = table.select(columns)
    told = accounts.filter(~pl.col("is_customer"))["churned_on"].is_not_null().any()
    since = as_of - timedelta(days=_LOOK_BACK_DAYS) if told else timeline.customers_since
    rows = accounts.join(held, on="account_id", how="left")
    if not lost_before.is_empty():
        rows = pl.concat([rows, _as_they_were(accounts.join(lost_before, on="account_id")).select(rows.columns)])
    seen_to_begin = pl.when(pl.col("first") > timeline.history_since).then("first")
    seen_to_end = pl.when(~pl.col("open")).then("last")
    rows = rows.with_columns(
        starts=pl.coalesce("customer_since", seen_to_begin, "created_on"),
        ends=pl.when("is_customer").then(pl.lit(as_of)).otherwise(pl.coalesce(seen_to_end, "churned_on")),
    )
    watched = pl.max_horizontal(pl.col("starts").fill_null(since), pl.lit(since), "back_on")
    rows = rows.with_columns(watched_from=watched, anchor=pl.coalesce("renewal_on", "starts"))
    return _renewed(rows.filter(pl.col("ends") > pl.col("watched_from")))


def _stretches(timeline: Timeline) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``account_id, first, last, open, back_on``: (the latest stretch as a customer of each account, those before it).

    *last*: the first day after it; *back_on*: *first*, where it was a customer before.
    """
    customers = timeline.spells.filter("is_customer")
    until = pl.col("valid_to").fill_null(timeline.as_of)
    whole = pl.col("open").any(), pl.min("first"), pl.col("last").max()
    spells = customers.select("account_id", first="valid_from", last="valid_to", open=pl.col("valid_to").is_null(),
                              days=(until - pl.col("valid_from")).dt.total_days())  # fmt: skip
    # Most have one spell, which is open: only where one has ended are there several to be put together.
    ended = pl.col("account_id").is_in(spells.filter(~pl.col("open"))["account_id"].unique().implode())
    several = spells.filter(ended).group_by("account_id").agg(*whole, pl.sum("days"))
    held = pl.concat([spells.filter(~ended).select(several.columns), several])
    span = pl.when("open").then(pl.lit(timeline.as_of)).otherwise("last") - pl.col("first")
    gone_and_back = held.filter(span.dt.total_days() > pl.col("days"))
    columns = ("account_id", "first", "last", "open", "back_on")
    held = held.with_columns(back_on=pl.lit(None, pl.Date)).select(columns)
    if gone_and_back.is_empty():
        return held, held.clear()
    again = (pl.col("first") > pl.col("last").shift()).over("account_id").fill_null(value=False)
    stretches = (
        spells.join(gone_and_back, on="account_id", how="semi")
        .sort("account_id", "first")
        .with_columns(turn=again.cum_sum().over("account_id"))
        .group_by("account_id", "turn", maintain_order=True)
        .agg(*whole)
        .with_columns(back_on=pl.when(pl.col("turn") > 0).then("first"))
    )
    once = held.join(gone_and_back, on="account_id", how="anti")
    latest = pl.col("turn") == pl.col("turn").max().over("account_id")
    return pl.concat([once, stretches.filter(latest).select(columns)]), stretches.filter(~latest).select(columns)


def _as_they_were(rows: pl.DataFrame) -> pl.DataFrame:
    """Accounts joined with a stretch that was lost: what today's record says of the present is not of that time."""
    return rows.with_columns(
        is_customer=pl.lit(value=False),
        renewal_on=pl.lit(None, pl.Date),
        churned_on=pl.lit(None, pl.Date),
        customer_since=pl.when(pl.col("customer_since") < pl.col("last")).then("customer_since"),
    )


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
