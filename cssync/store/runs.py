"""Runs: one row for each attempt at a night."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from datetime import date

from sqlalchemy import Connection, select, update

from cssync.model.night import Run, RunStatus
from cssync.store.database import insert_into
from cssync.store.schema import run as table

_FIELDS = tuple(field.name for field in fields(Run))
_COLUMNS = tuple(table.c[name] for name in _FIELDS)
_DIED = "it was killed, or its host went down"


def bury_the_dead(connection: Connection, tenant_id: int, living: Run) -> None:
    """Mark FAILED what still says RUNNING: whoever holds the lock knows that nobody else is at work."""
    connection.execute(
        update(table)
        .where(table.c.tenant_id == tenant_id, table.c.status == RunStatus.RUNNING, table.c.id != living.id)
        .values(status=RunStatus.FAILED, reason=_DIED)
    )


def note(connection: Connection, tenant_id: int, run: Run) -> None:
    """Write *run* as it stands; an accepted night stays accepted, whatever comes after it."""
    values = asdict(run)
    fresh = insert_into(connection, table).values(tenant_id=tenant_id, **values)
    connection.execute(
        fresh.on_conflict_do_update(
            index_elements=[table.c.tenant_id, table.c.id],
            set_={name: fresh.excluded[name] for name in _FIELDS if name != "id"},
            where=table.c.status != RunStatus.ACCEPTED,
        )
    )


def accept(connection: Connection, tenant_id: int, run: Run) -> None:
    """Make *run* the one accepted run of its date, in place of an earlier one."""
    connection.execute(
        table.delete().where(
            table.c.tenant_id == tenant_id, table.c.as_of == run.as_of, table.c.status == RunStatus.ACCEPTED
        )
    )
    note(connection, tenant_id, replace(run, status=RunStatus.ACCEPTED))


def accepted_before(connection: Connection, tenant_id: int, day: date, limit: int) -> tuple[Run, ...]:
    """The nights before *day*, newest first."""
    query = (
        select(*_COLUMNS)
        .where(table.c.tenant_id == tenant_id, table.c.status == RunStatus.ACCEPTED, table.c.as_of < day)
        .order_by(table.c.as_of.desc())
        .limit(limit)
    )
    return tuple(Run(*row) for row in connection.execute(query))


def accepted_on(connection: Connection, tenant_id: int, day: date) -> Run | None:
    query = select(*_COLUMNS).where(
        table.c.tenant_id == tenant_id, table.c.status == RunStatus.ACCEPTED, table.c.as_of == day
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Run(*row)


def newest(connection: Connection, tenant_id: int, limit: int) -> tuple[Run, ...]:
    """Runs of any status, newest first."""
    query = (
        select(*_COLUMNS)
        .where(table.c.tenant_id == tenant_id)
        .order_by(table.c.started_at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return tuple(Run(*row) for row in connection.execute(query))
