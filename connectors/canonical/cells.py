"""Reads text, booleans, numbers and probabilities, a column at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "0", "0.0")
# Beyond this a float no longer holds every whole number, so it cannot have been an id.
_LARGEST_EXACT_FLOAT = 2**53
_PERCENT = 100
# So many cells show whether values recur; where nearly all of these differ, the rest is taken to do so too.
_SAMPLE, _MOST_OF_IT = 1_000, 900


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
    return _mended(cells.cast(pl.String, strict=False), _tidy)


def code(cells: pl.Series) -> pl.Series:
    """A currency code, in capitals."""
    return _mended(text(cells), lambda words: words.str.to_uppercase())


def once(cells: pl.Series, read: Callable[[pl.Series], Column]) -> Column:
    """What *read* makes of *cells*, whose values it judges one by one: of those that recur, each is read once."""
    values = _recurring(cells)
    if values is None:
        return read(cells)
    of_values = read(values)

    def for_all(found: pl.Series) -> pl.Series:
        return cells.replace_strict(values, found, return_dtype=found.dtype)

    clean = of_values.reasons.null_count() == values.len()
    return Column(for_all(of_values.values), _none(len(cells)) if clean else for_all(of_values.reasons))


def boolean(cells: pl.Series) -> Column:
    return _read(cells) if cells.dtype == pl.Boolean else once(cells, _yes_or_no)


def _yes_or_no(cells: pl.Series) -> Column:
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


def number(cells: pl.Series, decimal_mark: str) -> Column:
    """Any finite number. A percentage keeps its digits: 35% is 35. Thousands may be grouped by the other mark."""
    if cells.dtype.is_numeric():
        words, values = cells, cells.cast(pl.Float64, strict=False)
    else:
        words = text(cells)
        values = words.str.strip_suffix("%").str.strip_chars_end().cast(pl.Float64, strict=False)
        if decimal_mark == "," or (values.is_null() & words.is_not_null()).any():
            values = _written_number(words, decimal_mark)
    believable = values.is_finite().fill_null(value=False)
    return Column(values.set(~believable, None), reasons(words.is_not_null() & ~believable, "not a number"))


def _written_number(words: pl.Series, decimal_mark: str) -> pl.Series:
    group = "," if decimal_mark == "." else "."
    bare = words.str.strip_suffix("%").str.strip_chars_end()
    whole = f"(?:[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+|[0-9]*)"
    sound = bare.str.contains(f"^[-+]?{whole}(?:{re.escape(decimal_mark)}[0-9]+)?$").fill_null(value=False)
    plain = bare.str.replace_all(group, "", literal=True).str.replace(decimal_mark, ".", literal=True)
    return plain.set(~sound, None).cast(pl.Float64, strict=False)


def reasons(where: pl.Series, why: str) -> pl.Series:
    """*why* in the rows *where* is true, null in all others."""
    if not where.any():
        return _none(len(where))
    return pl.select(
        pl.when(where.fill_null(value=False)).then(pl.lit(why)).otherwise(None).alias("reason")
    ).to_series()


def _mended(words: pl.Series, mend: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """*words* after *mend*. Most columns need none: where values recur, that is seen without writing every cell."""
    values = _recurring(words)
    return words if values is not None and mend(values).equals(values) else mend(words)


def _tidy(words: pl.Series) -> pl.Series:
    # Hardly a column has any: to look for them is cheaper than to write every cell anew.
    if words.str.contains("\0", literal=True).any():
        words = words.str.replace_all("\0", "", literal=True)
    stripped = words.str.strip_chars()
    empty = stripped == ""
    return stripped.set(empty, None) if empty.any() else stripped


def _recurring(cells: pl.Series) -> pl.Series | None:
    """The distinct values of a text column, null among them; None where there are too many for that to be of use."""
    sample = cells.head(_SAMPLE)
    if cells.dtype != pl.String or sample.len() < _SAMPLE or sample.n_unique() > _MOST_OF_IT:
        return None
    return cells.unique()


def _read(values: pl.Series) -> Column:
    return Column(values, _none(len(values)))


def _none(height: int) -> pl.Series:
    return pl.Series("reason", [None], dtype=pl.String).new_from_index(0, height)
