"""Where the ids of merged records lead to: the winner names its losers, and nothing else names the winner.

HubSpot answers for a loser's id with the winner, but what refers to the loser (a child's parent, a deal of a list that
was read before the merge) may go on doing so.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.canonical.merged import followed
from connectors.hubspot.mapping import RECORD_ID
from connectors.hubspot.records import MERGED


def winners(table: pl.DataFrame) -> dict[str, str]:
    """The record that each merged one became, by the id it had; whoever won and then lost leads on to the last."""
    if MERGED not in table.columns:
        return {}
    named = table.select(RECORD_ID, MERGED).drop_nulls().filter(pl.col(MERGED) != "")
    led: dict[str, str] = {}
    for winner, losers in named.iter_rows():
        led |= {loser: winner for each in losers.split(";") if (loser := each.strip()) and loser != winner}
    return followed(led)


def repointed(table: pl.DataFrame, column: str | None, led: Mapping[str, str]) -> pl.DataFrame:
    """*table*, *column* of which refers to no loser any more."""
    if column is None or column not in table.columns or not led:
        return table
    return table.with_columns(pl.col(column).replace(led))
