"""Asks for whole objects in SOQL and reads them to the end, however often Salesforce breaks off.

Rows come in the order of their ids. When Salesforce loses its place (a locator that expired, or that leads round in
circles) or finds the query too long, the rest is asked for anew: what comes after the last id. An answer counts as
whole only when as many rows came as Salesforce counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from connectors.base import Progress
from connectors.salesforce.client import Client
from connectors.salesforce.refusals import NOT_UNDERSTOOD, TRY_LATER, LocatorLostError, QueryTimeoutError
from cssync.errors import TransientError

# Field types that arrive as JSON numbers; all others but booleans arrive as text.
NUMBERS = frozenset({"currency", "double", "percent", "int", "long"})
_LARGEST_PART, _SMALLEST_PART = 20_000, 500  # rows asked for at once, after a query took too long
_RESTARTS_WITHOUT_PROGRESS = 2
_CLOCKS_APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Selection:
    """*fields*: path ("Name", "Parent.Name") -> Salesforce's type of it. *where*: a condition, "" for all rows.

    *changed*: the datetime field that tells which rows may have entered the selection while it was read.
    """

    sobject: str
    fields: dict[str, str]
    where: str = ""
    changed: str = "CreatedDate"

    def rows_after(self, last: str | None, part: int | None) -> str:
        after = f"Id > {quoted(last)}" if last else ""
        paths = dict.fromkeys(("Id", *self.fields))
        limit = f"LIMIT {part}" if part else ""
        return _clauses(
            "SELECT", ", ".join(paths), "FROM", self.sobject, _where(self.where, after), "ORDER BY Id", limit
        )

    def newest(self, limit: int) -> str:
        paths = ", ".join(self.fields)
        return _clauses("SELECT", paths, "FROM", self.sobject, _where(self.where), "ORDER BY Id DESC", f"LIMIT {limit}")

    def count(self, *conditions: str) -> str:
        return _clauses("SELECT COUNT() FROM", self.sobject, _where(self.where, *conditions))


def quoted(text: str) -> str:
    """*text* as a SOQL string."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def moment(when: datetime) -> str:
    """*when* (aware) as a SOQL datetime."""
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def read(client: Client, selection: Selection, started: datetime, stage: str, progress: Progress) -> pl.DataFrame:
    """All rows, a column a path. Raises TransientError when they cannot all be read.

    *started*: when the reading began, aware, UTC: rows that came or went since may be missing.
    """
    expected = _counted(client, selection.count())
    progress(stage, 0, expected)
    rows = _Rows(selection)
    for page in _pages(client, selection, rows):
        rows.take(page)
        progress(stage, len(rows.seen), expected)
    if len(rows.seen) != expected:
        _forgive_changes(client, selection, started, read_rows=len(rows.seen), before=expected)
    return rows.table()


@dataclass(slots=True)
class _Rows:
    """What has come so far, column by column; a row that comes twice counts once."""

    selection: Selection
    seen: set[str] = field(default_factory=set)
    last: str | None = None
    columns: dict[str, list[object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = {path: [] for path in self.selection.fields}

    def take(self, records: Sequence[dict[str, Any]]) -> None:
        try:
            ids = [record["Id"] for record in records]
            if self.seen.isdisjoint(ids):
                fresh = records
            else:
                fresh = [record for record in records if record["Id"] not in self.seen]
            for path, cells in self.columns.items():
                cells.extend(_cells(fresh, path))
        except (KeyError, TypeError) as malformed:
            raise TransientError(
                f"Salesforce's {self.selection.sobject} rows lack a field asked for", remedy=TRY_LATER
            ) from malformed
        self.seen.update(ids)
        self.last = ids[-1] if ids else self.last

    def table(self) -> pl.DataFrame:
        try:
            return pl.DataFrame(
                [
                    pl.Series(path, cells, dtype=_dtype(self.selection.fields[path]))
                    for path, cells in self.columns.items()
                ]
            )
        except TypeError as mixed:
            raise TransientError(
                f"Salesforce's {self.selection.sobject} rows are not of the types that describe announces",
                remedy=TRY_LATER,
            ) from mixed


def _cells(records: Sequence[dict[str, Any]], path: str) -> list[Any]:
    if "." not in path:
        return [record[path] for record in records]
    cells: list[Any] = list(records)
    for name in path.split("."):
        cells = [None if cell is None else cell[name] for cell in cells]
    return cells


def _dtype(kind: str) -> pl.DataType:
    if kind == "boolean":
        return pl.Boolean()
    return pl.Float64() if kind in NUMBERS else pl.String()


def _pages(client: Client, selection: Selection, rows: _Rows) -> Iterator[list[dict[str, Any]]]:
    """Yield pages until none is left; *rows* is filled by the caller between two of them."""
    part: int | None = None
    idle = 0
    while True:
        before = len(rows.seen)
        try:
            yield from _walk(client, selection.rows_after(rows.last, part))
        except QueryTimeoutError as slow:
            if part == _SMALLEST_PART:
                raise TransientError(
                    f"Salesforce takes too long to list {_SMALLEST_PART} rows of {selection.sobject}",
                    remedy="map fewer formula fields and lookups, or ask Salesforce support for an index",
                ) from slow
            part = max(_SMALLEST_PART, part // 2) if part else _LARGEST_PART
        except LocatorLostError as lost:
            idle = 0 if len(rows.seen) > before else idle + 1
            if idle > _RESTARTS_WITHOUT_PROGRESS:
                raise TransientError(
                    f"Salesforce keeps losing its place in {selection.sobject}: {lost.message}", remedy=TRY_LATER
                ) from lost
        else:
            if part is None or len(rows.seen) < before + part:
                return


def _walk(client: Client, soql: str) -> Iterator[list[dict[str, Any]]]:
    """The pages of one query, on the word of ``done`` alone: their size is Salesforce's affair."""
    page = client.query(soql)
    visited: set[str] = set()
    while True:
        records, done, onward = _parts(page)
        yield records
        if done:
            return
        if onward is None or onward in visited:
            raise LocatorLostError("the link to the next page leads nowhere new")
        visited.add(onward)
        page = client.get(onward)


def _parts(page: Any) -> tuple[list[dict[str, Any]], bool, str | None]:
    if not isinstance(page, dict) or not isinstance(page.get("records"), list) or "done" not in page:
        raise TransientError(
            "Salesforce answered a query with something that is no page of rows", remedy=NOT_UNDERSTOOD
        )
    onward = page.get("nextRecordsUrl")
    return page["records"], bool(page["done"]), onward if isinstance(onward, str) else None


def _counted(client: Client, soql: str) -> int:
    page = client.query(soql)
    total = page.get("totalSize") if isinstance(page, dict) else None
    if not isinstance(total, int):
        raise TransientError("Salesforce answered COUNT() without a count", remedy=NOT_UNDERSTOOD)
    return total


def _forgive_changes(client: Client, selection: Selection, started: datetime, *, read_rows: int, before: int) -> None:
    """Raise TransientError unless rows that came or went meanwhile explain the difference."""
    after = _counted(client, selection.count())
    came = _counted(client, selection.count(f"{selection.changed} >= {moment(started - _CLOCKS_APART)}"))
    if abs(read_rows - after) > abs(after - before) + came:
        raise TransientError(
            f"Salesforce counts {after:,} rows of {selection.sobject} but gave {read_rows:,}: the answer is not whole",
            remedy="run again; if it stays, check the sharing rules of the integration user (View All is best)",
        )


def _clauses(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _where(*conditions: str) -> str:
    given = [condition for condition in conditions if condition]
    if not given:
        return ""
    return "WHERE " + " AND ".join(f"({each})" if len(given) > 1 else each for each in given)
