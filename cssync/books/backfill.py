"""Turns the CRM's own history of ownership into the same spells that nightly snapshots leave."""

from __future__ import annotations

import polars as pl

from cssync.books.owners import with_book
from cssync.books.rates import converted
from cssync.books.snapshot import Snapshot
from cssync.model.tables import SPELLS


def spells_of(ownership: pl.DataFrame, snapshot: Snapshot) -> pl.DataFrame:
    """``SPELLS`` up to the snapshot's day from ``OWNERSHIP``; empty where the source has no history.

    Unknown amounts, lifecycles and customer flags are taken as they are today, and so are the segment and the
    parent, which histories do not carry. An account without history is taken as unchanged since it became a
    customer or, failing that, was created, but not from before the history as a whole begins.
    """
    if ownership.is_empty():
        return pl.DataFrame(schema=SPELLS)
    today = pl.lit(snapshot.as_of)
    facts = snapshot.table.select("account_id", "arr", "is_customer", "lifecycle", "segment", "unit_id", "book_id",
                                  begun=pl.coalesce("customer_since", "created_on"))  # fmt: skip
    rows = with_book(converted(ownership, snapshot.rates, snapshot.crm_currency), snapshot.owners)
    told = (
        rows.join(facts.drop("book_id"), on="account_id", how="inner", suffix="_now")
        .with_columns(
            arr=pl.coalesce("converted", "arr"),
            is_customer=pl.coalesce("is_customer", "is_customer_now"),
            lifecycle=pl.coalesce("lifecycle", "lifecycle_now"),
        )
        .filter(pl.col("valid_from") <= today)
        .unique(["account_id", "valid_from"], keep="last", maintain_order=True)
        .sort("account_id", "valid_from")
    )
    # A row ends where the next begins, even where the source lets them overlap.
    following = pl.col("valid_from").shift(-1).over("account_id")
    told = told.with_columns(valid_to=pl.min_horizontal("valid_to", following))
    told = told.with_columns(valid_to=pl.when(pl.col("valid_to") <= today).then("valid_to"))
    horizon = told["valid_from"].min()
    begun = pl.when(pl.col("begun") <= today).then("begun").when(pl.col("begun") > today).then(today)
    silent = facts.join(told.select("account_id"), on="account_id", how="anti").with_columns(
        valid_from=pl.max_horizontal(begun, pl.lit(horizon, pl.Date)), valid_to=pl.lit(None, pl.Date)
    )
    parts = [part.select(list(SPELLS)).match_to_schema(SPELLS) for part in (told, silent)]
    return pl.concat(parts).filter(pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to")))
