"""The time before the first night, as far as the CRM itself remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select

from cssync.model.history import Backfill, History
from cssync.store import runs, spells
from cssync.store.bulk import Bulk
from cssync.store.database import insert_into
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


def replace(connection: Connection, bulk: Bulk, tenant_id: int, backfill: Backfill, before: date) -> None:
    """Let *backfill* be all that is known of the days before *before*; later days stay as they are."""
    if night := runs.accepted_before(connection, tenant_id, before, 1):
        raise ValueError(f"{night[0].as_of} is an accepted night: what is known of that day stays")
    spells.ACCOUNTS.lay_before(connection, bulk, tenant_id, backfill.spells, before)
    spells.PIPELINE.lay_before(connection, bulk, tenant_id, backfill.pipeline, before)
