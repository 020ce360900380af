"""Accounts through time: one row from each change of an account to the next."""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection, func, select
from sqlalchemy.sql.elements import ColumnElement

from cssync.errors import StoreError
from cssync.model.night import SpellChanges
from cssync.model.tables import PAST_SPELLS, SNAPSHOT
from cssync.store.bulk import Bulk
from cssync.store.schema import account_spell as table

_OPEN_SPELLS = pl.Schema({name: kind for name, kind in PAST_SPELLS.items() if name != "valid_to"})
_KEY = ("account_id", "valid_from")


def known(connection: Connection, bulk: Bulk, tenant_id: int, since: date) -> pl.DataFrame:
    """``PAST_SPELLS``: every open spell, and those closed after *since*."""
    # Two queries, as one with OR makes SQLite look up a million rows by index.
    still_open = _read(connection, bulk, tenant_id, table.c.valid_to.is_(None), _OPEN_SPELLS)
    closed = _read(connection, bulk, tenant_id, table.c.valid_to > since, PAST_SPELLS)
    return pl.concat([still_open.match_to_schema(PAST_SPELLS, missing_columns="insert"), closed])


def accounts(connection: Connection, bulk: Bulk, tenant_id: int) -> pl.DataFrame:
    """``SNAPSHOT`` as of the last accepted night."""
    query = select(*(table.c[name] for name in SNAPSHOT)).where(
        table.c.tenant_id == tenant_id, table.c.valid_to.is_(None)
    )
    return bulk.read(connection, query, SNAPSHOT)


def _read(
    connection: Connection, bulk: Bulk, tenant_id: int, which: ColumnElement[bool], schema: pl.Schema
) -> pl.DataFrame:
    query = select(*(table.c[name] for name in schema)).where(table.c.tenant_id == tenant_id, which)
    return bulk.read(connection, query, schema)


def first_day(connection: Connection, tenant_id: int) -> date | None:
    """The first day that spells cover."""
    earliest: date | None = connection.execute(
        select(func.min(table.c.valid_from)).where(table.c.tenant_id == tenant_id)
    ).scalar_one()
    return earliest


def change(connection: Connection, bulk: Bulk, tenant_id: int, changes: SpellChanges) -> None:
    """Apply *changes*; the same ones a second time change nothing."""
    bulk.delete(connection, table, tenant_id, changes.removed.select(_KEY))
    _update(connection, bulk, tenant_id, changes.closed, "to close")
    bulk.insert(connection, table, tenant_id, _columns(changes.opened))
    _update(connection, bulk, tenant_id, _columns(changes.refreshed), "to refresh")


def _update(connection: Connection, bulk: Bulk, tenant_id: int, rows: pl.DataFrame, what: str) -> None:
    found = bulk.update(connection, table, tenant_id, rows, _KEY)
    if found != rows.height:
        raise StoreError(
            f"{rows.height - found} of {rows.height} spells {what} are not in the store; nothing was changed.",
            remedy="run again: the night was reckoned from something else than what is stored",
        )


def _columns(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(column.name for column in table.columns if column.name in rows.columns)
