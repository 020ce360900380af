"""Which of the decisions that people took about an alert hold on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from cssync.model.alert import Alert
from cssync.model.decision import Decision, DecisionKind

_EXCEPTIONS = (DecisionKind.EXCEPTED, DecisionKind.UNEXCEPTED)


@dataclass(frozen=True, slots=True)
class Standing:
    """*ack*: no reminders. *snooze*: nothing until its day. *exception*: nothing at all. The latest of each kind.

    *lapsed*: the last decision about an exception, where by it none holds: one whose day has come, or its end by hand.
    """

    ack: Decision | None = None
    snooze: Decision | None = None
    exception: Decision | None = None
    lapsed: Decision | None = None


def standing(alert: Alert, decisions: Iterable[Decision], on: date) -> Standing:
    """What holds for *alert* on the day *on*; decisions about other alerts may be among *decisions*.

    A rise breaks what was decided before it, except an exception, which holds whatever the incident.
    """
    about = sorted((d for d in decisions if d.fingerprint == alert.fingerprint), key=lambda d: d.at)
    of_incident = [d for d in about if d.key == alert.key and d.rises == alert.rises]
    last = _last(about, *_EXCEPTIONS)
    exception = _holds(last, DecisionKind.EXCEPTED, on)
    return Standing(
        ack=_last(of_incident, DecisionKind.ACKNOWLEDGED),
        snooze=_holds(_last(of_incident, DecisionKind.SNOOZED, DecisionKind.UNSNOOZED), DecisionKind.SNOOZED, on),
        exception=exception,
        lapsed=last if exception is None else None,
    )


def in_force(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The exceptions that nobody has ended by hand, the latest of each alert, the one that ends first before others."""
    last: dict[str, Decision] = {}
    for decision in sorted((d for d in decisions if d.kind in _EXCEPTIONS), key=lambda d: d.at):
        last[decision.fingerprint] = decision
    kept = (decision for decision in last.values() if decision.kind is DecisionKind.EXCEPTED)
    return tuple(sorted(kept, key=lambda d: (d.until or date.max, d.fingerprint)))


def excepted(alerts: Iterable[Alert], decisions: Iterable[Decision], on: date) -> frozenset[tuple[str, str]]:
    """(rule, subject id) of those of *alerts* for which an exception holds on the day *on*, open or not."""
    holding = {one.fingerprint for one in in_force(decisions) if _holds(one, DecisionKind.EXCEPTED, on)}
    return frozenset((alert.rule, alert.subject_id) for alert in alerts if alert.fingerprint in holding)


def _last(decisions: Iterable[Decision], *kinds: DecisionKind) -> Decision | None:
    found: Iterator[Decision] = (d for d in decisions if d.kind in kinds)
    return max(found, key=lambda d: d.at, default=None)


def _holds(decision: Decision | None, kind: DecisionKind, on: date) -> Decision | None:
    if decision is None or decision.kind is not kind or (decision.until is not None and decision.until <= on):
        return None
    return decision
