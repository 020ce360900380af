"""Follows accounts that were merged away to the one that took their place.

Salesforce moves what hung on them, but not everything that it moves gets a new SystemModstamp.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.canonical.merged import followed
from connectors.salesforce.soql import KEY, MASTER


def winners(accounts: pl.DataFrame) -> dict[str, str]:
    """Id of each account that was merged away -> id of the one that stands for it now, through any chain of merges."""
    if MASTER not in accounts.columns:
        return {}
    merged = accounts.filter(pl.col(MASTER).is_not_null())
    return followed(dict(zip(merged[KEY], merged[MASTER], strict=True)))


def living(accounts: pl.DataFrame) -> pl.DataFrame:
    """Those that were not merged away."""
    if MASTER not in accounts.columns:
        return accounts
    # Most nights none was, and a filter copies.
    anyone = accounts[MASTER].null_count() < accounts.height
    return (accounts.filter(pl.col(MASTER).is_null()) if anyone else accounts).drop(MASTER)


def repointed(rows: pl.DataFrame, path: str | None, into: Mapping[str, str]) -> pl.DataFrame:
    """*rows* whose column *path* names winners where it named losers; a winner that hung on its loser hangs on none."""
    if not into or path is None or rows.schema.get(path) != pl.String:
        return rows
    now = pl.col(path).replace(into)
    return rows.with_columns(pl.when((now == pl.col(path)) | (now != pl.col(KEY))).then(now))
