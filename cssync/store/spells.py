"""Records through time: one row from each change of an account, or of an opportunity, to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, Table, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from cssync.errors import StoreError
from cssync.model.night import SpellChanges
from cssync.model.tables import OPPORTUNITIES, PAST_OPPORTUNITY_SPELLS, PAST_SPELLS, SNAPSHOT
from cssync.store.bulk import Bulk
from cssync.store.schema import account_spell, opportunity_spell


@dataclass(frozen=True, slots=True)
class Spells:
    """One table of spells: *past*, what a night needs of them; *current*, all that is kept of the open ones."""

    table: Table
    past: pl.Schema
    current: pl.Schema

    def known(self, connection: Connection, bulk: Bulk, tenant_id: int, since: date) -> pl.DataFrame:
        """*past*: every open spell, and those closed after *since*."""
        # Asked for in a way that no index answers: to look up a million rows takes longer than to walk through all.
        lasts = func.coalesce(self.table.c.valid_to, date.max) > since
        return self._read(connection, bulk, tenant_id, lasts, self.past)

    def as_of_last_night(self, connection: Connection, bulk: Bulk, tenant_id: int) -> pl.DataFrame:
        """*current* as of the last accepted night."""
        return self._read(connection, bulk, tenant_id, self._is_open, self.current)

    def first_day(self, connection: Connection, tenant_id: int) -> date | None:
        """The first day that spells cover."""
        earliest: date | None = connection.execute(
            select(func.min(self.table.c.valid_from)).where(self.table.c.tenant_id == tenant_id)
        ).scalar_one()
        return earliest

    def change(self, connection: Connection, bulk: Bulk, tenant_id: int, changes: SpellChanges) -> None:
        """Apply *changes*; the same ones a second time change nothing."""
        bulk.delete(connection, self.table, tenant_id, changes.removed.select(self._key))
        self._update(connection, bulk, tenant_id, changes.closed, "to close")
        bulk.insert(connection, self.table, tenant_id, self._columns(changes.opened))
        self._update(connection, bulk, tenant_id, self._columns(changes.refreshed), "to refresh")

    def lay_before(
        self, connection: Connection, bulk: Bulk, tenant_id: int, spells: pl.DataFrame, first_night: date
    ) -> None:
        """Let *spells*, all over by *first_night*, be all that is known of the days before; a stored one that reaches
        across that day begins there from now on.
        """
        if spells.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > first_night)).height:
            raise ValueError(f"a spell of the time before {first_night} does not end by then")
        of_old = (self.table.c.tenant_id == tenant_id, self.table.c.valid_from < first_night)
        reaches_across = or_(self._is_open, self.table.c.valid_to > first_night)
        connection.execute(update(self.table).where(*of_old, reaches_across).values(valid_from=first_night))
        connection.execute(self.table.delete().where(*of_old))
        bulk.insert(connection, self.table, tenant_id, spells)

    @property
    def _key(self) -> tuple[str, str]:
        return (self.past.names()[0], "valid_from")

    @property
    def _is_open(self) -> ColumnElement[bool]:
        return self.table.c.valid_to.is_(None)

    def _read(
        self, connection: Connection, bulk: Bulk, tenant_id: int, which: ColumnElement[bool], schema: pl.Schema
    ) -> pl.DataFrame:
        query = select(*(self.table.c[name] for name in schema)).where(self.table.c.tenant_id == tenant_id, which)
        return bulk.read(connection, query, schema)

    def _update(self, connection: Connection, bulk: Bulk, tenant_id: int, rows: pl.DataFrame, what: str) -> None:
        found = bulk.update(connection, self.table, tenant_id, rows, self._key)
        if found != rows.height:
            raise StoreError(
                f"{rows.height - found} of {rows.height} spells {what} are not in the store; nothing was changed.",
                remedy="run again: the night was reckoned from something else than what is stored",
            )

    def _columns(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.select(column.name for column in self.table.columns if column.name in rows.columns)


ACCOUNTS = Spells(account_spell, PAST_SPELLS, SNAPSHOT)
PIPELINE = Spells(opportunity_spell, PAST_OPPORTUNITY_SPELLS, OPPORTUNITIES)
