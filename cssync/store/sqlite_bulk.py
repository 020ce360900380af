"""Bulk work on SQLite: written as plain tuples, a slice at a time, and read a column at once, as JSON.

Nearly all of the time goes into handing over values one by one, so columns that are empty throughout are not written,
and SQLite itself writes down what is read, for Polars to take in: Python sees no single value.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, literal_column, select
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.sql.elements import ClauseElement

from cssync.store.bulk import from_stored, key_of, raw_kind, slices, written_out

_DIALECT = sqlite_dialect(paramstyle="qmark")


def teach(connection: sqlite3.Connection) -> None:
    """Let *connection* answer what ``SqliteBulk`` asks."""
    connection.create_aggregate("floats", 1, _Floats)


class SqliteBulk:
    def insert(self, connection: Connection, table: Table, tenant_id: int, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        key = key_of(table)
        filled = [column.name for column in rows if column.name in key or column.null_count() < rows.height]
        # Inline: otherwise SQLAlchemy asks for the key of every row back, which doubles the time.
        fresh = (
            insert(table)
            .values(tenant_id=literal_column(str(tenant_id)), **{name: bindparam(name) for name in filled})
            .inline()
        )
        others = {name: fresh.excluded[name] for name in rows.columns if name not in key}
        statement = fresh.on_conflict_do_update(index_elements=["tenant_id", *key], set_=others)
        _execute_many(connection, statement, rows.select(filled), key[0])

    def update(
        self, connection: Connection, table: Table, tenant_id: int, rows: pl.DataFrame, key: Sequence[str]
    ) -> int:
        if rows.is_empty():
            return 0
        statement = (
            table.update()
            .where(
                table.c.tenant_id == literal_column(str(tenant_id)), *(table.c[k] == bindparam(f"key_{k}") for k in key)
            )
            .values({name: bindparam(name) for name in rows.columns if name not in key})
        )
        return _execute_many(connection, statement, rows.rename({k: f"key_{k}" for k in key}), f"key_{key[0]}")

    def delete(self, connection: Connection, table: Table, tenant_id: int, keys: pl.DataFrame) -> None:
        if keys.is_empty():
            return
        statement = table.delete().where(
            table.c.tenant_id == literal_column(str(tenant_id)), *(table.c[k] == bindparam(k) for k in keys.columns)
        )
        _execute_many(connection, statement, keys, keys.columns[0])

    def read(self, connection: Connection, query: Select[Any], schema: pl.Schema) -> pl.DataFrame:
        rows = query.subquery()
        columns = (_as_json(column, kind) for column, kind in zip(rows.c, schema.values(), strict=True))
        written = list(connection.exec_driver_sql(written_out(select(*columns), _DIALECT)).one())
        # Each is let go of as soon as it is read: together they are as large as the table.
        raw = [_parsed(written.pop(0), name, kind) for name, kind in schema.items()]
        return from_stored(pl.DataFrame(raw), schema)


class _Floats:
    """Aggregates numbers into one JSON array, every digit of them: SQLite's own ends at the fifteenth."""

    def __init__(self) -> None:
        self._values: list[float | None] = []

    def step(self, value: Any, /) -> None:
        self._values.append(value)

    def finalize(self) -> Any:
        return json.dumps(self._values)


def _as_json(column: ColumnElement[Any], kind: pl.DataType) -> ColumnElement[str]:
    # Of no rows an aggregate of ours is not even asked.
    return func.coalesce(func.floats(column), "[]") if kind == pl.Float64 else func.json_group_array(column)


def _parsed(column: str, name: str, kind: pl.DataType) -> pl.Series:
    values: pl.Series = pl.Series(name, [column]).str.json_decode(pl.List(_raw_kind(kind))).item()
    return values.alias(name)


def _execute_many(connection: Connection, statement: ClauseElement, rows: pl.DataFrame, by: str) -> int:
    """Run *statement* once for each of *rows*; answer how many stored rows it touched."""
    compiled = SQLiteCompiler(_DIALECT, statement)
    touched = 0
    for part in slices(rows, by):
        values = part.select(_bindable(name, part.schema[name]) for name in compiled.positiontup or ())
        touched += connection.exec_driver_sql(str(compiled), values.rows()).rowcount
    return touched


def _bindable(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Date:
        return column.cast(pl.String)
    # Of whole numbers and text the driver knows at once how to hand them over, for all else it looks around.
    return column.cast(pl.Int64) if kind == pl.Boolean else column


def _raw_kind(kind: pl.DataType) -> pl.DataType:
    return pl.Int64() if kind == pl.Boolean else raw_kind(kind)
