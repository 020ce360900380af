"""Writes down what people decide about alerts, whoever else is at work on the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from cssync.alerts.decide import Case
from cssync.errors import DecisionError
from cssync.model.alert import Alert, Incident
from cssync.model.decision import Decision, DecisionKind
from cssync.model.text import line, name
from cssync.model.wording import day, listed
from cssync.store.base import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision as it is written down, and what it is about."""

    alert: Alert
    decision: Decision


def take(
    store: Store, about: Iterable[Alert], decide: Callable[[Case], Decision], *, at: datetime, today: date
) -> tuple[Taken, ...]:
    """Decide about each alert. All are looked at before any is written: either all is decided, or nothing.

    Raises DecisionError where it does not fit one of them, StoreError.
    """
    cases = [Case(alert, store.decided(alert.fingerprint), at, today) for alert in about]
    taken = tuple(Taken(case.alert, decide(case)) for case in cases)
    for one in taken:
        store.decide(one.decision)
        log.info("decided", alert=one.alert.fingerprint, incident=one.alert.incident, kind=one.decision.kind.value)
    return taken


def by_incident(alerts: Iterable[Alert], incidents: Iterable[Incident]) -> tuple[Alert, ...]:
    """Those of *alerts*, the latest of each, that *incidents* name and that are still open.

    Raises DecisionError where none is: what was shown is over.
    """
    wanted = set(incidents)
    found = tuple(alert for alert in alerts if alert.key in wanted and alert.state.is_open)
    if not found:
        raise DecisionError("this alert has ended", remedy="there is nothing to decide any more")
    return found


def by_name(alerts: Iterable[Alert], reference: str) -> tuple[Alert, ...]:
    """The alert whose id begins like *reference*, or all of the book that is called so. Raises DecisionError."""
    known = tuple(alerts)
    wanted = reference.strip().casefold()
    of_book = tuple(alert for alert in known if wanted in _names(alert))
    if of_book:
        return tuple(alert for alert in of_book if alert.state.is_open) or of_book[-1:]
    by_id = tuple(alert for alert in known if alert.fingerprint.startswith(wanted)) if wanted else ()
    if not by_id:
        raise DecisionError(
            f"no alert is called '{line(reference)}'", remedy="see the ids and names in `cssync alerts`"
        )
    if len(by_id) > 1:
        raise DecisionError(f"{len(by_id)} alerts begin with '{line(reference)}'", remedy="give more of the id")
    return by_id


def confirmation(taken: Collection[Taken]) -> str:
    """What was decided, about whom, and how to take it back."""
    decision = next(one.decision for one in taken)
    about = whom(one.alert for one in taken)
    id_ = decision.key.short
    until = day(decision.until) if decision.until else ""
    match decision.kind:
        case DecisionKind.ACKNOWLEDGED:
            return f"Acknowledged: no reminders about {about} until it gets worse."
        case DecisionKind.SNOOZED:
            return (
                f"Snoozed: nothing more about {about} until {until}, unless it gets worse. "
                f"To take it back: cssync alerts unsnooze {id_}"
            )
        case DecisionKind.EXCEPTED:
            return (
                f"Exception made: nothing more about {about} until {until}. {decision.owner} answers for it. "
                f"To take it back: cssync alerts unexcept {id_}"
            )
        case DecisionKind.UNSNOOZED:
            return f"No longer snoozed: {about}."
        case DecisionKind.UNEXCEPTED:
            return f"No longer an exception: {about}."


def whom(alerts: Iterable[Alert]) -> str:
    """The names of their books."""
    return listed(list(dict.fromkeys(name(alert.subject_name) for alert in alerts)))


def _names(alert: Alert) -> frozenset[str]:
    email = alert.finding.subject.email if alert.finding else None
    return frozenset(each.casefold() for each in (alert.subject_name, alert.subject_id, email) if each)
