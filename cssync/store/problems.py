"""The records that could not be read in full on the last accepted night."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, select

from cssync.model.tables import PROBLEMS
from cssync.store.bulk import Bulk
from cssync.store.schema import problem as table


def replace(connection: Connection, bulk: Bulk, tenant_id: int, problems: pl.DataFrame) -> None:
    """Let *problems* (``PROBLEMS``) be those that are known."""
    connection.execute(table.delete().where(table.c.tenant_id == tenant_id))
    bulk.insert(connection, table, tenant_id, problems.select(PROBLEMS.names()).with_row_index("position"))


def known(connection: Connection, bulk: Bulk, tenant_id: int) -> pl.DataFrame:
    """``PROBLEMS``, in the order in which they were found."""
    columns = select(*(table.c[name] for name in PROBLEMS)).where(table.c.tenant_id == tenant_id)
    return bulk.read(connection, columns.order_by(table.c.position), PROBLEMS)
