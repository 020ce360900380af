"""Counts what the store holds, for those who operate it: small queries, whatever the size of the company."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, func, or_, select

from cssync.alerts.standing import in_force
from cssync.model.alert import AlertState
from cssync.model.book import BookKind
from cssync.model.delivery import UNDONE, DeliveryState
from cssync.model.night import Run, RunStatus
from cssync.model.overview import Firing, Overview, Sink, Undelivered
from cssync.store import alerts, runs
from cssync.store.database import Database
from cssync.store.schema import alert, book_day, outbox, run
from cssync.store.upgrade import revision

_RECENT_RUNS = 50
_OPEN = tuple(state for state in AlertState if state.is_open)


def overview(database: Database, connection: Connection, tenant_id: int) -> Overview:
    recent = runs.newest(connection, tenant_id, _RECENT_RUNS)
    accepted = next(iter(runs.accepted_before(connection, tenant_id, date.max, 1)), None)
    return Overview(
        runs=recent,
        accepted=accepted,
        csms=_csms(connection, tenant_id, accepted.as_of) if accepted else 0,
        ended=_ended(connection, tenant_id),
        firing=_firing(connection, tenant_id),
        exceptions=in_force(alerts.exceptions(connection, tenant_id)),
        deliveries=_deliveries(connection, tenant_id),
        undelivered=_undelivered(connection, tenant_id, recent),
        where=database.where,
        revision=revision(connection) or "",
        size=database.size(connection),
    )


def _csms(connection: Connection, tenant_id: int, as_of: date) -> int:
    query = select(func.count()).where(
        book_day.c.tenant_id == tenant_id, book_day.c.as_of == as_of, book_day.c.kind == BookKind.CSM
    )
    return int(connection.execute(query).scalar_one())


def _ended(connection: Connection, tenant_id: int) -> dict[RunStatus, int]:
    query = (
        select(run.c.status, func.count())
        .where(run.c.tenant_id == tenant_id, run.c.status != RunStatus.RUNNING)
        .group_by(run.c.status)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _firing(connection: Connection, tenant_id: int) -> dict[Firing, int]:
    query = (
        select(alert.c.severity, alert.c.rule, func.count())
        .where(alert.c.tenant_id == tenant_id, alert.c.state.in_(_OPEN))
        .group_by(alert.c.severity, alert.c.rule)
    )
    return {Firing(severity, rule): number for severity, rule, number in connection.execute(query)}


def _deliveries(connection: Connection, tenant_id: int) -> dict[Sink, int]:
    query = (
        select(outbox.c.sink, outbox.c.state, func.count())
        .where(outbox.c.tenant_id == tenant_id)
        .group_by(outbox.c.sink, outbox.c.state)
    )
    return {Sink(sink, state): number for sink, state, number in connection.execute(query)}


def _undelivered(connection: Connection, tenant_id: int, recent: tuple[Run, ...]) -> tuple[Undelivered, ...]:
    """What is still to go out, and what was given up since the first run of the newest date.

    An answer whose message is not out counts as one with it.
    """
    began = {one.id: one.started_at for one in recent}
    given_up = outbox.c.state == DeliveryState.DEAD
    if newest := _first_of_the_newest_date(recent):
        given_up &= outbox.c.first_attempt_at >= newest
    root = outbox.alias("root")
    query = (
        select(
            outbox.c.sink, outbox.c.address, outbox.c.state, outbox.c.attempts, outbox.c.first_attempt_at,
            outbox.c.not_before, outbox.c.error, outbox.c.payload,
        )
        .outerjoin(root, (root.c.tenant_id == outbox.c.tenant_id) & (root.c.id == outbox.c.reply_to))
        .where(
            outbox.c.tenant_id == tenant_id,
            or_(outbox.c.state.in_(UNDONE), given_up),
            or_(outbox.c.reply_to.is_(None), root.c.state == DeliveryState.SENT),
        )
        .order_by(outbox.c.position)
    )  # fmt: skip
    return tuple(
        Undelivered(
            sink=row.sink,
            address=row.address,
            state=row.state,
            attempts=row.attempts,
            since=row.first_attempt_at or began.get(row.payload.run_id),
            not_before=row.not_before,
            error=row.error or "",
        )
        for row in connection.execute(query)
    )


def _first_of_the_newest_date(recent: tuple[Run, ...]) -> datetime | None:
    newest = max((one.as_of for one in recent), default=None)
    return min((one.started_at for one in recent if one.as_of == newest), default=None)
