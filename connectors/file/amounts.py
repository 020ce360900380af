"""Doubts whether a file's amounts are written with the decimal mark that the settings say."""

from __future__ import annotations

import re

import polars as pl


def doubt(cells: pl.Series, decimal_mark: str) -> str:
    """A sentence where every amount that uses the mark reads like thousands ("12.500"), else "".

    Such a file is read without complaint, and a thousandth of its ARR comes out.
    """
    if cells.dtype != pl.String:
        return ""
    mark = re.escape(decimal_mark)
    marked = cells.filter(cells.str.contains(mark).fill_null(value=False))
    if marked.is_empty() or not marked.str.contains(rf"^\D*[1-9][0-9]{{0,2}}{mark}[0-9]{{3}}\D*$").all():
        return ""
    other = "," if decimal_mark == "." else "."
    return (
        f'every amount in "{cells.name}" that has a "{decimal_mark}" has three digits after it, like {marked[0]}: '
        f"if that is thousands, set source.decimal_mark: '{other}'"
    )
