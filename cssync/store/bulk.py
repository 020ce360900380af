"""How whole tables of the night reach the database and come back, and what one of their values looks like inside.

A million accounts pass through here, so nothing is an ORM object: each database gets the fastest way it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import polars as pl
from sqlalchemy import Connection, Dialect, Select, Table
from sqlalchemy.sql.elements import ClauseElement

from cssync.errors import StoreError
from cssync.model.tables import MONEY

_MINOR_UNITS = 100
_ROWS_A_SLICE = 50_000


class Bulk(Protocol):
    """Frames hold canonical columns of one tenant; each call happens inside the caller's transaction."""

    def insert(self, connection: Connection, table: Table, tenant_id: int, rows: pl.DataFrame) -> None:
        """Insert *rows*; one whose key exists already overwrites what is there."""
        ...

    def update(
        self, connection: Connection, table: Table, tenant_id: int, rows: pl.DataFrame, key: Sequence[str]
    ) -> int:
        """Set every column of *rows* outside *key* where *key* matches; answer how many rows were found."""
        ...

    def delete(self, connection: Connection, table: Table, tenant_id: int, keys: pl.DataFrame) -> None:
        """Delete the rows that *keys* name; those that do not exist are none to delete."""
        ...

    def read(self, connection: Connection, query: Select[Any], schema: pl.Schema) -> pl.DataFrame:
        """Answer the rows of *query*, whose columns are those of *schema* in the same order."""
        ...


def key_of(table: Table) -> tuple[str, ...]:
    """The primary key without the tenant."""
    return tuple(column.name for column in table.primary_key if column.name != "tenant_id")


def written_out(query: ClauseElement, dialect: Dialect) -> str:
    """*query* as text with its values in it: only dates, numbers and words of ours ever are."""
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def slices(rows: pl.DataFrame, by: str) -> Iterator[pl.DataFrame]:
    """Yield *rows* as they are stored, in the order of *by*, never all of them at once.

    In order, because a clustered table is then appended to instead of being torn open everywhere.
    """
    order = rows.get_column(by).arg_sort()
    for start in range(0, rows.height, _ROWS_A_SLICE):
        yield to_stored(rows[order.slice(start, _ROWS_A_SLICE)])


def to_stored(rows: pl.DataFrame) -> pl.DataFrame:
    """Money as minor units, unsigned numbers as the signed ones of the same bits, text without NUL characters."""
    try:
        return rows.select(_stored(name, kind) for name, kind in rows.schema.items())
    except pl.exceptions.InvalidOperationError as error:
        raise StoreError(
            "An amount is too large to be stored (over 92 quadrillion).",
            remedy="mend the account or opportunity in the CRM; amounts are in whole units of its currency",
        ) from error


def _stored(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Decimal):
        return (column.cast(MONEY) * _MINOR_UNITS).cast(pl.Int64)
    if kind == pl.UInt64:
        return column.reinterpret(signed=True)
    if kind == pl.String:
        # PostgreSQL cannot hold them in text, and no name needs one.
        return column.str.replace_all("\x00", "", literal=True)
    return column


def from_stored(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The way back from ``to_stored``; dates come as ISO text, booleans perhaps as numbers."""
    return rows.select(_canonical(name, kind) for name, kind in schema.items())


def _canonical(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Decimal):
        return (column.cast(MONEY) / _MINOR_UNITS).cast(MONEY)
    if kind == pl.UInt64:
        return column.reinterpret(signed=False)
    if kind == pl.Date:
        return column.str.to_date("%Y-%m-%d")
    return column.cast(kind)


def raw_kind(kind: pl.DataType) -> pl.DataType:
    """What a value of *kind* is as it leaves the database."""
    if isinstance(kind, pl.Decimal) or kind == pl.UInt64:
        return pl.Int64()
    return pl.String() if kind == pl.Date else kind
