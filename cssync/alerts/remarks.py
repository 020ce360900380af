"""What has become of each incident since leadership was last told of it, in a few words beside the message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, tzinfo

from cssync.alerts.level import as_told
from cssync.alerts.standing import Standing, standing
from cssync.model.alert import Alert, AlertState, Cause, Level
from cssync.model.decision import Decision
from cssync.model.remark import Remark, Remarks, Telling
from cssync.model.wording import count, day


def remarks(alerts: Iterable[Alert], decisions: Iterable[Decision], on: date, zone: tzinfo) -> Remarks:
    """What is to be said beside messages that told of *alerts*; *on* is today, *zone* where days begin and end."""
    taken: dict[str, list[Decision]] = {}
    for decision in decisions:
        taken.setdefault(decision.fingerprint, []).append(decision)
    found = ((alert, _remark(alert, taken.get(alert.fingerprint, []), on, zone)) for alert in alerts)
    return {alert.key: remark for alert, remark in found if remark is not None}


def _remark(alert: Alert, decisions: Iterable[Decision], on: date, zone: tzinfo) -> Remark | None:
    match alert.state:
        case AlertState.RESOLVED:
            return Remark(_end(alert), ended=True)
        case AlertState.FIRING | AlertState.RECOVERING:
            parts = (*_moved(alert), *_decided(standing(alert, decisions, on), zone))
            told = Telling(alert.told_on, alert.notified_severity.value) if alert.told_on else None
            return Remark("; ".join(parts), told=told) if parts or told else None
        case _:
            return None


def _end(alert: Alert) -> str:
    if alert.resolved_on is None:
        return f"resolved: {alert.ending}"
    days = (alert.resolved_on - alert.opened_on).days
    how = "" if alert.ending == Cause.RECOVERED.value else f": {alert.ending}"
    return f"resolved {day(alert.resolved_on)} after {count(days, 'day')}{how}"


def _moved(alert: Alert) -> Iterator[str]:
    if alert.state is AlertState.RECOVERING:
        yield f"within its limit since {day(alert.changed_on)}, not yet for good"
    elif alert.untold is not None:
        yield f"{_direction(alert, alert.untold)}, {day(alert.untold.on)}: {alert.untold.words}"


def _direction(alert: Alert, untold: Level) -> str:
    told = as_told(alert)
    worse = (untold.severity.rank, untold.value) > (told.severity.rank, told.value)
    return "worsened" if worse else "eased"


def _decided(holds: Standing, zone: tzinfo) -> Iterator[str]:
    if (ack := holds.ack) is not None:
        yield f"acknowledged by {ack.by}, {day(ack.at.astimezone(zone).date())}{_because(ack)}"
    if (snooze := holds.snooze) is not None and snooze.until is not None:
        yield f"snoozed until {day(snooze.until)} by {snooze.by}{_because(snooze)}"
    if (exception := holds.exception) is not None and exception.until is not None:
        yield f"exception until {day(exception.until)} (owner {exception.owner}){_because(exception)}"


def _because(decision: Decision) -> str:
    return f": {decision.reason}" if decision.reason else ""
