"""Messages on their way out, from the transaction that made them until they have arrived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, case, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from cssync.errors import StoreError
from cssync.model.delivery import UNDONE, Address, Delivery, DeliveryState
from cssync.model.outbox import Kept
from cssync.store.database import insert_into
from cssync.store.schema import outbox as table
from cssync.store.schema import run

_FIELDS = tuple(field.name for field in fields(Delivery))
_COLUMNS = tuple(table.c[name] for name in _FIELDS)
# What an attempt may change; what is announced, and where, was settled with the night.
_OF_ATTEMPTS = ("state", "attempts", "first_attempt_at", "not_before", "receipt", "error", "shown")


def add(connection: Connection, tenant_id: int, deliveries: Iterable[Delivery]) -> None:
    """Put *deliveries* in as PENDING; one whose id is known gets the new payload if it is revisable.

    With it comes a new chance where the old one was given up.
    """
    rows = [_row(replace(delivery, state=DeliveryState.PENDING)) | {"tenant_id": tenant_id} for delivery in deliveries]
    if rows:
        fresh = insert_into(connection, table)
        revived = case((table.c.state == DeliveryState.DEAD, fresh.excluded.state), else_=table.c.state)
        revised = fresh.on_conflict_do_update(
            index_elements=[table.c.tenant_id, table.c.id],
            set_={"payload": fresh.excluded.payload, "state": revived},
            where=table.c.revisable,
        )
        connection.execute(revised, rows)


def due(connection: Connection, tenant_id: int, now: datetime) -> tuple[Delivery, ...]:
    """Deliveries whose fate is open and whose time has come, oldest first."""
    its_time_has_come = or_(table.c.not_before.is_(None), table.c.not_before <= now)
    return _read(connection, tenant_id, table.c.state.in_(UNDONE), its_time_has_come)


def posted(connection: Connection, tenant_id: int, since: date) -> tuple[Delivery, ...]:
    """Revisable deliveries of *since* and later that have arrived, oldest first."""
    return _read(connection, tenant_id, table.c.state == DeliveryState.SENT, table.c.revisable, table.c.as_of >= since)


def sent_again(connection: Connection, tenant_id: int, since: datetime) -> tuple[Delivery, ...]:
    """Deliveries that have arrived, by more than one attempt, the first of them at *since* or later."""
    arrived = table.c.state == DeliveryState.SENT
    return _read(connection, tenant_id, arrived, table.c.attempts > 1, table.c.first_attempt_at >= since)


def replies(connection: Connection, tenant_id: int, delivery_id: str) -> tuple[Delivery, ...]:
    return _read(connection, tenant_id, table.c.reply_to == delivery_id)


def kept(connection: Connection, tenant_id: int, sent_since: datetime) -> tuple[Kept, ...]:
    """All that is not out, and what was first tried at *sent_since* or later; oldest first."""
    found = _read(
        connection, tenant_id, or_(table.c.state != DeliveryState.SENT, table.c.first_attempt_at >= sent_since)
    )
    runs = select(run.c.id, run.c.started_at).where(run.c.tenant_id == tenant_id)
    began = {identity: started_at for identity, started_at in connection.execute(runs)}  # noqa: C416 - a row is no pair
    return tuple(Kept(each, each.first_attempt_at or began.get(each.payload.run_id)) for each in found)


def one(connection: Connection, tenant_id: int, delivery_id: str) -> Delivery | None:
    return next(iter(_read(connection, tenant_id, table.c.id == delivery_id)), None)


def addresses(connection: Connection, tenant_id: int) -> frozenset[Address]:
    """Every address that a message was ever meant for."""
    query = select(table.c.sink, table.c.address).where(table.c.tenant_id == tenant_id).distinct()
    return frozenset(Address(*row) for row in connection.execute(query))


def record(connection: Connection, tenant_id: int, delivery: Delivery) -> None:
    row = _row(delivery)
    done = connection.execute(
        update(table)
        .where(table.c.tenant_id == tenant_id, table.c.id == delivery.id)
        .values({name: row[name] for name in _OF_ATTEMPTS})
    )
    if not done.rowcount:
        raise StoreError(
            f"The outbox holds no delivery {delivery.id}.",
            remedy="run again: what was not recorded as sent is looked up at its destination first",
        )


def _read(connection: Connection, tenant_id: int, *which: ColumnElement[bool]) -> tuple[Delivery, ...]:
    query = select(*_COLUMNS).where(table.c.tenant_id == tenant_id, *which).order_by(table.c.position)
    return tuple(Delivery(*row) for row in connection.execute(query))


def _row(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in _FIELDS}
