"""Reads calendar dates, a column at a time.

A date stays the day that the source wrote: no zone ever shifts it. Read are ISO dates and date-times
(2026-01-31, 2026-01-31T23:30:00.000+0000, 20260131), milliseconds since 1970 (HubSpot: midnight UTC) and day-first
dates with dots (31.01.2026). 01/02/2026 is January in one office and February in the next, so it is not read.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from connectors.canonical.cells import Column, once, reasons, text

_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}.*)?$"
_ISO_BASIC = r"^([0-9]{8})$"
_DOTTED = r"^([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4})$"
# Eleven digits and more: March 1973 on. Ten digits would be seconds, which no CRM writes, or early 1970.
_MILLISECONDS = r"^([0-9]{11,14})$"
# Excel's day zero is 1899-12-30, and 0202 is a mistyped 2022; 9999-12-31 is a customary "for ever".
_FIRST = date(1900, 1, 1)
_LAST = date(9999, 12, 31)
_NOT_A_DATE = "not a date (write it as 2026-01-31)"


def dates(cells: pl.Series) -> Column:
    if cells.dtype == pl.Date:
        return _judged(cells, cells.is_not_null())
    if cells.dtype == pl.Datetime:
        return _judged(cells.dt.date(), cells.is_not_null())
    return once(cells, _in_words)


def _in_words(cells: pl.Series) -> Column:
    words = text(cells)
    return _judged(_written(words), words.is_not_null())


def _judged(written: pl.Series, given: pl.Series) -> Column:
    beyond = ~written.is_between(_FIRST, _LAST).fill_null(value=True)
    values = written.set(beyond, None) if beyond.any() else written
    unreadable = reasons(given & written.is_null(), _NOT_A_DATE)
    absurd = reasons(beyond, "before 1900 or after 9999")
    return Column(values, unreadable.zip_with(unreadable.is_not_null(), absurd))


def _written(words: pl.Series) -> pl.Series:
    cell = pl.lit(words)
    day = pl.when(cell.str.contains(_ISO)).then(cell.str.slice(0, 10))
    iso = day.str.to_date("%Y-%m-%d", strict=False, cache=False)
    read = pl.select(iso.alias("date")).to_series()
    if (read.is_null() & words.is_not_null()).any():
        milliseconds = cell.str.extract(_MILLISECONDS).cast(pl.Int64, strict=False)
        others = (
            cell.str.extract(_ISO_BASIC).str.to_date("%Y%m%d", strict=False),
            cell.str.extract(_DOTTED).str.to_date("%d.%m.%Y", strict=False),
            pl.from_epoch(milliseconds, time_unit="ms").dt.date(),
        )
        read = pl.select(pl.coalesce(pl.lit(read), *others).alias("date")).to_series()
    return read
