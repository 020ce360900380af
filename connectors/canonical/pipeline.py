"""Puts what a CRM recorded of deals together: their stage, amount, close date and probability, change by change.

What a deal held is its *states*, each from the close of a day on. Of several on one day the last one counts, as it
would for a nightly snapshot.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl

from cssync.model.spells import joined
from cssync.model.tables import MONEY, OPPORTUNITY_FACTS, OPPORTUNITY_SPELLS

# What a source may have recorded, as ``OPPORTUNITIES`` calls it.
RECORDED = ("stage", "amount", "probability", "close_on")
STATES = pl.Schema(
    {
        "opportunity_id": pl.String(),
        "day": pl.Date(),
        "stage": pl.String(),
        "amount": MONEY,
        "probability": pl.Float64(),
        "close_on": pl.Date(),
    }
)


def spells(
    states: pl.DataFrame, opportunities: pl.DataFrame, recorded: Collection[str], as_of: date, since: date
) -> pl.DataFrame:
    """``OPPORTUNITY_SPELLS`` from *since* on, of those *opportunities* (of today) of which there are *states*.

    *states*: ``STATES``, in the order in which they came about. *recorded*: those of ``RECORDED`` that they hold; of
    the others, an amount is taken as it is today, a probability from the stage, and a close date is unknown. A stage
    that no deal is at today counts as open. What no history tells (owner, kind, ...) is taken as it is today.
    """
    known = states.filter(pl.col("day") <= as_of).unique(["opportunity_id", "day"], keep="last", maintain_order=True)
    ordered = known.sort("opportunity_id", "day", maintain_order=True)
    dated = ordered.with_columns(valid_to=pl.col("day").shift(-1).over("opportunity_id"))
    dated = dated.with_columns(valid_from=pl.max_horizontal("day", pl.lit(since)))
    lasting = dated.filter(pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to")))
    told = lasting.select("opportunity_id", "valid_from", "valid_to", *recorded)
    today = opportunities.drop("name", "is_closed", "is_won", *recorded)
    if "close_on" not in recorded:
        # The day on which it was decided was not known before.
        today = today.with_columns(close_on=pl.lit(None, pl.Date))
    if "probability" not in recorded:
        today = today.drop("probability")
    both = told.join(today, on="opportunity_id", how="inner", maintain_order="left")
    staged = both.join(_stages(opportunities), on="stage", how="left", maintain_order="left")
    rows = staged.with_columns(
        pl.coalesce("is_closed", pl.lit(value=False)),
        pl.coalesce("is_won", pl.lit(value=False)),
        probability=pl.col("probability" if "probability" in recorded else "usual"),
    )
    rows = rows.select(OPPORTUNITY_SPELLS.names()).match_to_schema(OPPORTUNITY_SPELLS)
    return joined(rows, "opportunity_id", OPPORTUNITY_FACTS)


def _stages(opportunities: pl.DataFrame) -> pl.DataFrame:
    """``stage, is_closed, is_won, usual`` (its probability), as most of the deals that are at it have them."""
    counted = (
        opportunities.filter(pl.col("stage").is_not_null())
        .group_by("stage", "is_closed", "is_won", usual="probability")
        .len()
    )
    # The order among equals must not hang on chance.
    ranked = counted.sort("stage", "len", "is_closed", "is_won", "usual", descending=[False, True, False, False, False])
    return ranked.unique("stage", keep="first", maintain_order=True).drop("len")
