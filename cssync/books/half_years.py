"""Who left, half a year at a time: the direction of churn says more than its level (seed 24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from cssync.books.spells import Timeline

HALF_A_YEAR = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Lost:
    """*arr*: what these customers paid last."""

    accounts: int = 0
    arr: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Direction:
    """Of one segment: what was lost in the last half-year, and in the one before."""

    now: Lost
    before: Lost

    @property
    def rising(self) -> bool:
        return self.now.arr > self.before.arr

    @property
    def falling(self) -> bool:
        return self.now.arr < self.before.arr


def directions(timeline: Timeline) -> dict[str | None, Direction] | None:
    """By segment of the account as it was; None where history does not reach back over both halves."""
    middle = timeline.as_of - HALF_A_YEAR
    start = middle - HALF_A_YEAR
    if max(timeline.customers_since, timeline.history_since) > start:
        return None
    now, before = _lost(timeline, middle, timeline.as_of), _lost(timeline, start, middle)
    return {
        segment: Direction(now.get(segment, Lost()), before.get(segment, Lost()))
        for segment in now.keys() | before.keys()
    }


def _lost(timeline: Timeline, after: date, until: date) -> dict[str | None, Lost]:
    columns = ("account_id", "segment", "arr", "is_customer", "valid_from", "valid_to")
    in_time = (pl.col("valid_to") > after) & (pl.col("valid_to") <= until)
    every = timeline.spells.lazy().select(columns)
    touched = every.filter(in_time).select("account_id")
    spells = every.join(touched, on="account_id", how="semi").sort("account_id", "valid_from")
    follows = (pl.col("account_id") == pl.col("account_id").shift(-1)) & (
        pl.col("valid_to") == pl.col("valid_from").shift(-1)
    )
    stays = (follows & pl.col("is_customer").shift(-1)).fill_null(value=False)
    left = spells.filter(pl.col("is_customer") & ~stays & in_time)
    sums = left.group_by("segment").agg(pl.len(), pl.col("arr").sum()).collect()
    return {segment: Lost(number, arr or Decimal(0)) for segment, number, arr in sums.iter_rows()}
