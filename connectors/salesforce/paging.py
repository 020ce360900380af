"""Reads rows through the REST API to the end, however often Salesforce breaks off.

Rows come in the order of their ids. When Salesforce loses its place (a locator that expired, or that leads round in
circles) or finds the query too long, the rest is asked for anew: what comes after the last id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from connectors.salesforce.client import Client
from connectors.salesforce.refusals import NOT_UNDERSTOOD, TRY_LATER, LocatorLostError, QueryTimeoutError
from connectors.salesforce.soql import KEY, Selection, dtype
from cssync.errors import TransientError

_LARGEST_PART, _SMALLEST_PART = 20_000, 500  # rows asked for at once, after a query took too long
_RESTARTS_WITHOUT_PROGRESS = 2

Record = dict[str, Any]


def pages(
    client: Client, selection: Selection, *, last: str | None = None, first: Any = None
) -> Iterator[pl.DataFrame]:
    """Yield what comes after the id *last*; a row may come twice. *first*: the first page, if it is there already.

    Raises QueryTimeoutError where even a small part takes Salesforce too long.
    """
    part: int | None = None
    idle = 0
    while True:
        before, rows = last, 0
        try:
            for records in _walk(client, selection, last, part, first):
                first = None
                frame = table(records, selection)
                if records:
                    last = str(frame[KEY][-1])
                    rows += len(records)
                yield frame
        except QueryTimeoutError:
            if part == _SMALLEST_PART:
                raise
            part = max(_SMALLEST_PART, part // 2) if part else _LARGEST_PART
        except LocatorLostError as lost:
            idle = 0 if last != before else idle + 1
            if idle > _RESTARTS_WITHOUT_PROGRESS:
                raise TransientError(
                    f"Salesforce keeps losing its place in {selection.sobject}: {lost.message}", remedy=TRY_LATER
                ) from lost
        else:
            if part is None or rows < part:
                return


def table(records: Sequence[Record], selection: Selection) -> pl.DataFrame:
    """A column a path, as *selection* has them."""
    try:
        columns = selection.columns.items()
        return pl.DataFrame([pl.Series(path, _cells(records, path, kind), dtype=dtype(kind)) for path, kind in columns])
    except KeyError as malformed:
        raise TransientError(
            f"Salesforce's {selection.sobject} rows lack a field asked for", remedy=TRY_LATER
        ) from malformed
    except TypeError as mixed:
        raise TransientError(
            f"Salesforce's {selection.sobject} rows are not of the types that describe announces", remedy=TRY_LATER
        ) from mixed


def counted(page: Any) -> int:
    """How many rows there are, in the words of a query's first page or of COUNT()."""
    total = page.get("totalSize") if isinstance(page, dict) else None
    if not isinstance(total, int):
        raise TransientError("Salesforce answered a query without a count", remedy=NOT_UNDERSTOOD)
    return total


def _cells(records: Sequence[Record], path: str, kind: str) -> list[Any]:
    if kind == "anyType":  # a number here, a text there: all as text, as Bulk gives them
        return [None if record[path] is None else str(record[path]) for record in records]
    if "." not in path:
        return [record[path] for record in records]
    cells: list[Any] = list(records)
    for name in path.split("."):
        cells = [None if cell is None else cell[name] for cell in cells]
    return cells


def _walk(
    client: Client, selection: Selection, last: str | None, part: int | None, first: Any
) -> Iterator[list[Record]]:
    """The pages of one query, on the word of ``done`` alone: their size is Salesforce's affair."""
    page = first or client.get(f"{selection.resource}/", {"q": selection.rows_after(last, part)})
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


def _parts(page: Any) -> tuple[list[Record], bool, str | None]:
    if not isinstance(page, dict) or not isinstance(page.get("records"), list) or "done" not in page:
        raise TransientError(
            "Salesforce answered a query with something that is no page of rows", remedy=NOT_UNDERSTOOD
        )
    onward = page.get("nextRecordsUrl")
    return page["records"], bool(page["done"]), onward if isinstance(onward, str) else None
