"""Finds the ultimate parent of every account, whatever knots the CRM's parents are tied in."""

from __future__ import annotations

import numpy as np
import polars as pl


def ultimate_parents(accounts: pl.DataFrame) -> pl.Series:
    """For each row of *accounts* (``account_id``, ``parent_id``) the id at the top of its hierarchy.

    A parent that is not among the accounts still holds its children together. Accounts in a cycle, and those
    below one, belong to the member of the cycle whose id sorts first. O(n log n), by pointer jumping.
    """
    ids = pl.concat([accounts["account_id"], accounts["parent_id"].drop_nulls()]).unique().sort()
    position = pl.DataFrame({"id": ids, "at": pl.int_range(len(ids), eager=True)})
    own = accounts.select("account_id", "parent_id").join(position, left_on="account_id", right_on="id", how="left")
    own = own.join(
        position.rename({"at": "parent_at"}), left_on="parent_id", right_on="id", how="left", maintain_order="left"
    )
    up = np.arange(len(ids))
    child = own["at"].to_numpy()
    up[child] = own["parent_at"].fill_null(own["at"]).to_numpy()
    lowest = np.minimum(np.arange(len(ids)), up)
    # After k rounds `up` has climbed 2**k steps and `lowest` seen every id on the way: once 2**k exceeds the number
    # of ids, `up` stands on a root (a cycle of one) or inside a cycle, and `lowest` there has gone all the way round.
    for _ in range(max(1, len(ids).bit_length())):
        lowest = np.minimum(lowest, lowest[up])
        up = up[up]
    return ids.gather(lowest[up[child]]).alias("unit_id")
