"""Alerts, their story, and what people decided about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date

from sqlalchemy import Connection, and_, func, or_, select

from cssync.model.alert import Alert, AlertState, Transition
from cssync.model.decision import Decision, DecisionKind
from cssync.store.database import insert_into
from cssync.store.schema import alert, alert_transition, decision

_COLUMNS = (
    "fingerprint", "incident", "rule", "subject_id", "state", "severity", "opened_on", "changed_on", "resolved_on",
)  # fmt: skip
_OVER = (AlertState.RESOLVED, AlertState.PASSED)
_DECISION = tuple(field.name for field in fields(Decision))
# These hold for an alert whatever becomes of its incidents, until they are revoked or end.
_LASTING = (DecisionKind.EXCEPTED, DecisionKind.UNEXCEPTED)


def latest(connection: Connection, tenant_id: int) -> tuple[Alert, ...]:
    """The latest incident of every fingerprint."""
    newest = (
        select(alert.c.fingerprint, func.max(alert.c.incident).label("incident"))
        .where(alert.c.tenant_id == tenant_id)
        .group_by(alert.c.fingerprint)
        .subquery()
    )
    query = (
        select(alert.c.document)
        .join(newest, (alert.c.fingerprint == newest.c.fingerprint) & (alert.c.incident == newest.c.incident))
        .where(alert.c.tenant_id == tenant_id)
        .order_by(alert.c.opened_on, alert.c.fingerprint)
    )
    return tuple(connection.execute(query).scalars())


def incidents(connection: Connection, tenant_id: int, since: date) -> tuple[Alert, ...]:
    """Every incident that was not over before *since*."""
    query = (
        select(alert.c.document)
        .where(alert.c.tenant_id == tenant_id, or_(alert.c.state.not_in(_OVER), alert.c.changed_on >= since))
        .order_by(alert.c.opened_on, alert.c.fingerprint, alert.c.incident)
    )
    return tuple(connection.execute(query).scalars())


def story(connection: Connection, tenant_id: int, fingerprint: str) -> tuple[Transition, ...]:
    """All that happened to one alert, oldest first."""
    query = (
        select(alert_transition.c.document)
        .where(alert_transition.c.tenant_id == tenant_id, alert_transition.c.fingerprint == fingerprint)
        .order_by(alert_transition.c.id)
    )
    return tuple(connection.execute(query).scalars())


def transitions(connection: Connection, tenant_id: int, since: date) -> tuple[Transition, ...]:
    """All that happened on *since* and later, oldest first."""
    query = (
        select(alert_transition.c.document)
        .where(alert_transition.c.tenant_id == tenant_id, alert_transition.c.on_date >= since)
        .order_by(alert_transition.c.id)
    )
    return tuple(connection.execute(query).scalars())


def decisions(connection: Connection, tenant_id: int) -> tuple[Decision, ...]:
    """Those that may still hold: of every incident that is not over, and all that concern exceptions; oldest first."""
    still = select(alert.c.fingerprint, alert.c.incident).where(
        alert.c.tenant_id == tenant_id, alert.c.state.not_in(_OVER)
    )
    open_ = still.subquery()
    query = (
        select(*(decision.c[name] for name in _DECISION))
        .join(
            open_,
            and_(decision.c.fingerprint == open_.c.fingerprint, decision.c.incident == open_.c.incident),
            isouter=True,
        )
        .where(
            decision.c.tenant_id == tenant_id,
            or_(open_.c.fingerprint.is_not(None), decision.c.kind.in_(_LASTING)),
        )
        .order_by(decision.c.position)
    )
    return tuple(Decision(*row) for row in connection.execute(query))


def exceptions(connection: Connection, tenant_id: int) -> tuple[Decision, ...]:
    """All that was ever decided about exceptions, oldest first."""
    query = (
        select(*(decision.c[name] for name in _DECISION))
        .where(decision.c.tenant_id == tenant_id, decision.c.kind.in_(_LASTING))
        .order_by(decision.c.position)
    )
    return tuple(Decision(*row) for row in connection.execute(query))


def decided(connection: Connection, tenant_id: int, fingerprint: str) -> tuple[Decision, ...]:
    """All that was ever decided about one alert, oldest first."""
    query = (
        select(*(decision.c[name] for name in _DECISION))
        .where(decision.c.tenant_id == tenant_id, decision.c.fingerprint == fingerprint)
        .order_by(decision.c.position)
    )
    return tuple(Decision(*row) for row in connection.execute(query))


def decide(connection: Connection, tenant_id: int, taken: Decision) -> None:
    """Write a decision down; one whose id is known already was taken already."""
    values = {"tenant_id": tenant_id, **asdict(taken)}
    connection.execute(insert_into(connection, decision).values(values).on_conflict_do_nothing())


def write(connection: Connection, tenant_id: int, alerts: Iterable[Alert]) -> None:
    rows = [
        {"tenant_id": tenant_id, "document": one} | {name: getattr(one, name) for name in _COLUMNS} for one in alerts
    ]
    if not rows:
        return
    fresh = insert_into(connection, alert)
    key = ("tenant_id", "fingerprint", "incident")
    others = {name: fresh.excluded[name] for name in (*_COLUMNS, "document") if name not in key}
    connection.execute(fresh.on_conflict_do_update(index_elements=key, set_=others), rows)


def write_story(connection: Connection, tenant_id: int, run_id: str, happened: Iterable[Transition]) -> None:
    """What happened in the night of this run, in place of what it may have written before."""
    same_run = and_(alert_transition.c.tenant_id == tenant_id, alert_transition.c.run_id == run_id)
    connection.execute(alert_transition.delete().where(same_run))
    rows = [
        {
            "tenant_id": tenant_id,
            "run_id": run_id,
            "fingerprint": one.fingerprint,
            "incident": one.incident,
            "on_date": one.on,
            "cause": one.cause.value,
            "document": one,
        }
        for one in happened
    ]
    if rows:
        connection.execute(alert_transition.insert(), rows)
