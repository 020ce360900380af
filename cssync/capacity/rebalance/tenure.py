"""Says how long customers have been with the CSM whose book they are in, and who of them changed hands to get there."""

from __future__ import annotations

from datetime import date

import polars as pl

from cssync.books.history import History


def tenure(history: History, customers: pl.LazyFrame) -> pl.LazyFrame:
    """``account_id, since, handed_on`` of *customers*, ``SNAPSHOT`` rows, in their order.

    *since*: first day in the book it is in; where history does not reach back so far, the day it became a customer,
    null if that is not known either. *handed_on*: the same where another book had it before, else null.
    """
    known = history.timeline.history_since
    spells = (
        history.timeline.spells.lazy()
        .select("account_id", "book_id", "valid_from")
        .join(customers.select("account_id"), on="account_id", how="semi")
        .sort("account_id", "valid_from")
    )
    same = pl.col("account_id") == pl.col("account_id").shift()
    changed = spells.with_columns(
        other=(same & (pl.col("book_id") != pl.col("book_id").shift())).fill_null(value=False),
        first=(~same).fill_null(value=True),
    ).filter(pl.col("other") | pl.col("first"))
    last = changed.group_by("account_id", maintain_order=True).agg(pl.last("valid_from"), pl.last("other"))
    begun = pl.coalesce("customer_since", "created_on")
    return (
        customers.select("account_id", begun.alias("begun"))
        .join(last, on="account_id", how="left", maintain_order="left")
        .select(
            "account_id",
            since=pl.when(pl.col("other") | (pl.col("valid_from") > known)).then("valid_from").otherwise("begun"),
            handed_on=pl.when(pl.col("other")).then("valid_from"),
        )
    )


def handed_over_since(history: History, start: date) -> int:
    """How many customers have changed hands between two CSMs at work from *start* on."""
    working = [book.id for book in history.books.books if book.kind.is_working]
    spells = history.timeline.spells.lazy().select("account_id", "book_id", "is_customer", "valid_from")
    changed = spells.filter(pl.col("valid_from") >= start).select("account_id")
    at_work = pl.col("book_id").is_in(working) & pl.col("is_customer")
    moved = (
        (pl.col("account_id") == pl.col("account_id").shift())
        & (pl.col("book_id") != pl.col("book_id").shift())
        & at_work
        & at_work.shift()
        & (pl.col("valid_from") >= start)
    )
    touched = spells.join(changed, on="account_id", how="semi").sort("account_id", "valid_from")
    return int(touched.select(moved.sum()).collect().item())
