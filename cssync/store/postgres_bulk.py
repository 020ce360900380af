"""Bulk work on PostgreSQL: COPY, through a temporary table where rows may be there already."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from sqlalchemy import Column, Connection, MetaData, Select, Table, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.schema import CreateTable, DropTable

from cssync.store.bulk import from_stored, key_of, raw_kind, slices, written_out

# Text is always quoted, so a name that reads \N is not taken for an empty field.
_NULL = r"\N"


class PostgresBulk:
    def insert(self, connection: Connection, table: Table, tenant_id: int, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        owned = rows.with_columns(tenant_id=pl.lit(tenant_id, dtype=pl.Int32))
        if not connection.execute(select(exists().where(table.c.tenant_id == tenant_id))).scalar_one():
            _copy_in(connection, table, owned)
            return
        key = ("tenant_id", *key_of(table))
        with _staged(connection, table, owned) as staged:
            fresh = insert(table).from_select(owned.columns, select(staged))
            others = {name: fresh.excluded[name] for name in owned.columns if name not in key}
            connection.execute(fresh.on_conflict_do_update(index_elements=key, set_=others))

    def update(
        self, connection: Connection, table: Table, tenant_id: int, rows: pl.DataFrame, key: Sequence[str]
    ) -> int:
        if rows.is_empty():
            return 0
        with _staged(connection, table, rows) as staged:
            same = [table.c[name] == staged.c[name] for name in key]
            values = {name: staged.c[name] for name in rows.columns if name not in key}
            return connection.execute(
                table.update().where(table.c.tenant_id == tenant_id, *same).values(values)
            ).rowcount

    def delete(self, connection: Connection, table: Table, tenant_id: int, keys: pl.DataFrame) -> None:
        if keys.is_empty():
            return
        with _staged(connection, table, keys) as staged:
            same = [table.c[name] == staged.c[name] for name in keys.columns]
            connection.execute(table.delete().where(table.c.tenant_id == tenant_id, *same))

    def read(self, connection: Connection, query: Select[Any], schema: pl.Schema) -> pl.DataFrame:
        copying = f"COPY ({written_out(query, connection.dialect)}) TO STDOUT (FORMAT csv)"
        taken = io.BytesIO()
        with _driver(connection).cursor() as cursor, cursor.copy(copying.encode()) as copy:
            for block in copy:
                taken.write(block)
        if not taken.tell():
            return pl.DataFrame(schema=schema)
        taken.seek(0)
        raw = {name: pl.String() if kind == pl.Boolean else raw_kind(kind) for name, kind in schema.items()}
        rows = pl.read_csv(taken, has_header=False, schema=raw)
        truths = (pl.col(name) == "t" for name, kind in schema.items() if kind == pl.Boolean)
        return from_stored(rows.with_columns(truths), schema)


@contextmanager
def _staged(connection: Connection, table: Table, rows: pl.DataFrame) -> Iterator[Table]:
    """A temporary table with *rows*, shaped like those columns of *table*; gone with the transaction at the latest."""
    staged = Table(
        "staged",
        MetaData(),
        *(Column(name, table.c[name].type) for name in rows.columns),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    connection.execute(CreateTable(staged))
    _copy_in(connection, staged, rows)
    yield staged
    connection.execute(DropTable(staged))


def _copy_in(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    copying = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL {})").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, rows.columns)), sql.Literal(_NULL)
    )
    with _driver(connection).cursor() as cursor, cursor.copy(copying) as copy:
        for part in slices(rows, rows.columns[0]):
            written = io.BytesIO()
            part.write_csv(written, include_header=False, quote_style="non_numeric", null_value=_NULL)
            copy.write(written.getvalue())


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"COPY needs psycopg, not {type(driver).__name__}")
    return driver
