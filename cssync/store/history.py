"""The time before the first night, as far as the CRM itself remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from sqlalchemy import Connection, or_, select, update

from cssync.model.history import History
from cssync.store import runs
from cssync.store.bulk import Bulk
from cssync.store.database import insert_into
from cssync.store.schema import account_spell
from cssync.store.schema import history as table


def tracked(connection: Connection, tenant_id: int) -> Mapping[str, date] | None:
    """What the CRM kept a history of and since when; None where it was never asked."""
    known: Mapping[str, date] | None = connection.execute(
        select(table.c.since).where(table.c.tenant_id == tenant_id)
    ).scalar_one_or_none()
    return known


def note(connection: Connection, tenant_id: int, history: History) -> None:
    """Write down what *history* covers, in place of what was known before."""
    fresh = insert_into(connection, table).values(
        tenant_id=tenant_id, since=dict(history.since), notes=tuple(history.notes)
    )
    others = {name: fresh.excluded[name] for name in ("since", "notes")}
    connection.execute(fresh.on_conflict_do_update(index_elements=["tenant_id"], set_=others))


def replace(connection: Connection, bulk: Bulk, tenant_id: int, spells: pl.DataFrame, before: date) -> None:
    """Let *spells* be all that is known of the days before *before*; later days stay as they are."""
    if spells.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > before)).height:
        raise ValueError(f"a spell of the time before {before} does not end by then")
    if night := runs.accepted_before(connection, tenant_id, before, 1):
        raise ValueError(f"{night[0].as_of} is an accepted night: what is known of that day stays")
    of_old = (account_spell.c.tenant_id == tenant_id, account_spell.c.valid_from < before)
    reaches_across = or_(account_spell.c.valid_to.is_(None), account_spell.c.valid_to > before)
    connection.execute(update(account_spell).where(*of_old, reaches_across).values(valid_from=before))
    connection.execute(account_spell.delete().where(*of_old))
    bulk.insert(connection, account_spell, tenant_id, spells)
