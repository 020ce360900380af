"""How each deal got to where it is, stage by stage, with other amounts at first and close dates that were pushed."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from cssync.demo.accounts import on
from cssync.demo.opportunities import LOST, PROBABILITIES, STAGES, WON

_WITHIN_DAYS = 365
_PUSH_DAYS = 35
_MOST_PUSHES = 4
_DAY_OF_LAST_MOVE = 3


def export(deals: pl.DataFrame, as_of: date, rng: np.random.Generator) -> pl.DataFrame:
    """``opportunity_id, valid_from, stage, amount, probability, close_on``: what each deal held from a day on.

    Of every deal that is open, or was decided in the last year; the last row of each is the deal as it is today.
    """
    told = deals.filter((pl.col("stage") < WON) | (pl.col("closes") <= _WITHIN_DAYS))
    count = told.height
    stage = told["stage"].to_numpy()
    # How many stages it was in while it was open.
    passed = np.where(stage == WON, WON, np.where(stage == LOST, 1 + rng.integers(0, WON, count), stage + 1))
    moves = told.with_columns(
        passed=pl.Series(passed),
        pace=pl.Series(rng.uniform(0.7, 1.5, count)),
        pushes=pl.Series(rng.integers(0, _MOST_PUSHES, count)),
        first_ratio=pl.Series(rng.choice(np.array([80, 100, 125]), count)),
        # The deal's last move: the day on which it was decided, or some day since.
        last=pl.when(pl.col("stage") < WON).then(pl.min_horizontal("opened", _DAY_OF_LAST_MOVE)).otherwise("closes"),
    )
    steps = pl.int_ranges(0, pl.col("passed") + (pl.col("stage") >= WON).cast(pl.Int64))
    rows = moves.with_columns(step=steps).explode("step")
    is_last = pl.col("step") == pl.col("step").max().over("opportunity_id")
    shown = pl.when(is_last).then("stage").otherwise("step")
    rows = rows.with_columns(day=_day(), shown=shown, is_last=is_last)
    # Of two moves on one day only the later one is seen in the evening.
    rows = rows.unique(["opportunity_id", "day"], keep="last", maintain_order=True)
    return rows.select(
        "opportunity_id",
        on(as_of, pl.col("day")).alias("valid_from"),
        pl.col("shown").replace_strict(range(len(STAGES)), STAGES, return_dtype=pl.String).alias("stage"),
        _amount().cast(pl.Decimal(38, 2)).alias("amount"),
        pl.col("shown").replace_strict(range(len(STAGES)), PROBABILITIES).alias("probability"),
        on(as_of, _close()).alias("close_on"),
    )


def _day() -> pl.Expr:
    """Days before today of each move: the first as it was opened, the last as it was decided."""
    most = pl.max_horizontal(pl.col("step").max().over("opportunity_id"), 1)
    share = (pl.col("step") / most) ** pl.col("pace")
    return (pl.col("opened") - (pl.col("opened") - pl.col("last")) * share).round().cast(pl.Int64)


def _amount() -> pl.Expr:
    asked = pl.col("deal") * pl.col("first_ratio") // 100
    return pl.when(pl.col("is_last") | (pl.col("step") > 0)).then("deal").otherwise(asked)


def _close() -> pl.Expr:
    """When it was expected to be decided: too early at first, and always after the day itself."""
    early = pl.max_horizontal(pl.col("pushes") - pl.col("step"), 0) * _PUSH_DAYS
    hoped = pl.min_horizontal(pl.col("closes") + early, pl.col("day") - 5)
    return pl.when("is_last").then("closes").otherwise(hoped)
