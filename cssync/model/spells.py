"""Spells: what held of one thing from a day on and until another, half open, one row a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl


def changed_after(day: date) -> pl.Expr:
    """Whether a spell begins or ends after *day*."""
    return (pl.col("valid_from") > day) | (pl.col("valid_to") > day)


def joined(spells: pl.DataFrame, of: str, facts: Iterable[str]) -> pl.DataFrame:
    """*spells*, sorted by *of* and day, with those made one that follow each other with the same *facts*."""
    same = pl.struct(of, *facts).hash(seed=0)
    goes_on = ((same == same.shift()) & (pl.col("valid_from") == pl.col("valid_to").shift())).fill_null(value=False)
    marked = spells.with_columns(begins=~goes_on)
    last = marked.filter(pl.col("begins").shift(-1, fill_value=True))["valid_to"]
    return marked.filter("begins").drop("begins").with_columns(valid_to=last)
