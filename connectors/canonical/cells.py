"""Reads text, booleans and probabilities, a column at a time."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "0", "0.0")
# Beyond this a float no longer holds every whole number, so it cannot have been an id.
_LARGEST_EXACT_FLOAT = 2**53
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Column:
    """What came out of one column: *reasons* is null where the cell was read, or was empty."""

    values: pl.Series
    reasons: pl.Series


def text(cells: pl.Series) -> pl.Series:
    """Strip, drop NUL (PostgreSQL takes none), make empty null. A whole float loses its ".0": it was an id."""
    if cells.dtype.is_float():
        whole = cells.is_finite() & (cells == cells.round()) & (cells.abs() <= _LARGEST_EXACT_FLOAT)
        as_float = cells.cast(pl.String)
        cells = cells.set(~whole, None).cast(pl.Int64).cast(pl.String).zip_with(whole, as_float)
    words = cells.cast(pl.String, strict=False)
    # Hardly a column has any: to look for them is cheaper than to write every cell anew.
    if words.str.contains("\0", literal=True).any():
        words = words.str.replace_all("\0", "", literal=True)
    stripped = words.str.strip_chars()
    empty = stripped == ""
    return stripped.set(empty, None) if empty.any() else stripped


def code(cells: pl.Series) -> pl.Series:
    """A currency code, in capitals."""
    return text(cells).str.to_uppercase()


def boolean(cells: pl.Series) -> Column:
    if cells.dtype == pl.Boolean:
        return _read(cells)
    words = text(cells).str.to_lowercase()
    values = words.replace_strict(
        {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}, default=None, return_dtype=pl.Boolean
    )
    return Column(values, reasons(words.is_not_null() & values.is_null(), "neither yes nor no"))


def probability(cells: pl.Series) -> Column:
    """0..1. A column with any value over 1 (up to 100) is in percent as a whole, so that its 1 means 1%."""
    words = text(cells)
    in_percent = words.str.ends_with("%").fill_null(value=False)
    numbers = words.str.strip_suffix("%").str.strip_chars_end().cast(pl.Float64, strict=False)
    bare = numbers.set(in_percent, None)
    if bare.is_between(1, _PERCENT, closed="right").any():
        in_percent = in_percent | bare.is_not_null()
    scaled = (numbers / _PERCENT).zip_with(in_percent, numbers)
    believable = scaled.is_between(0, 1).fill_null(value=False) & scaled.is_not_nan().fill_null(value=False)
    values = scaled.set(~believable, None)
    return Column(values, reasons(words.is_not_null() & values.is_null(), "not a probability"))


def reasons(where: pl.Series, why: str) -> pl.Series:
    """*why* in the rows *where* is true, null in all others."""
    if not where.any():
        return _none(len(where))
    return pl.select(
        pl.when(where.fill_null(value=False)).then(pl.lit(why)).otherwise(None).alias("reason")
    ).to_series()


def _read(values: pl.Series) -> Column:
    return Column(values, _none(len(values)))


def _none(height: int) -> pl.Series:
    return pl.Series("reason", [None], dtype=pl.String).new_from_index(0, height)
