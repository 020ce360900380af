"""Reads a page of Bulk API results: CSV, every cell in quotes, whatever people have typed between them."""

from __future__ import annotations

import polars as pl

from connectors.salesforce.refusals import TRY_LATER, BusyError
from connectors.salesforce.soql import Selection


def table(body: bytes, selection: Selection) -> pl.DataFrame:
    """A column a path, equal to what the same rows are as JSON: an empty cell is null, a time ends in +0000.

    Raises BusyError where a column is missing or holds what describe does not announce: the page may be cut short.
    """
    if body.startswith(b'"') and not body[-4:].rstrip(b"\r\n").endswith(b'"'):
        # Of a row that lacks its last cells Polars would make nulls.
        raise BusyError(
            f"Salesforce's bulk results of {selection.sobject} end in the middle of a row", remedy=TRY_LATER
        )
    schema = selection.schema
    named = _header(body)
    if missing := [path for path in schema if path not in named]:
        raise BusyError(f"Salesforce's bulk results of {selection.sobject} lack {', '.join(missing)}", remedy=TRY_LATER)
    try:
        rows = pl.read_csv(body, schema={name: schema.get(name, pl.String()) for name in named}, null_values="")
    except pl.exceptions.PolarsError as mixed:
        raise BusyError(
            f"Salesforce's bulk results of {selection.sobject} are not of the types that describe announces",
            remedy=TRY_LATER,
        ) from mixed
    times = [_with_offset(path) for path, kind in selection.columns.items() if kind == "datetime"]
    return rows.select(schema.names()).with_columns(times)


def _with_offset(path: str) -> pl.Expr:
    moment = pl.col(path)
    return pl.when(moment.str.ends_with("Z")).then(moment.str.strip_suffix("Z") + "+0000").otherwise(moment)


def _header(body: bytes) -> list[str]:
    """Names of fields hold neither quotes nor commas."""
    line = body[: body.find(b"\n") if b"\n" in body else len(body)]
    return [name.strip('"') for name in line.decode(errors="replace").rstrip("\r").split(",")]
