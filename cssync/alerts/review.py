"""Which exceptions are to be looked at again tonight: those that end soon, have ended, or have nothing left to except.

Each is asked about once. When an exception ends while its alert is open, the alert itself says so
(``cssync.alerts.speech``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta, tzinfo

from cssync.alerts.standing import in_force
from cssync.model.alert import Alert, AlertState
from cssync.model.decision import Decision
from cssync.model.review import Review, ReviewKind
from cssync.settings.alerts import AlertPolicy


def reviews(
    alerts: Mapping[str, Alert],
    decisions: Iterable[Decision],
    *,
    after: date | None,
    on: date,
    zone: tzinfo,
    policy: AlertPolicy,
) -> Iterator[Review]:
    """*alerts*: the latest incident of each, by fingerprint. *after*: the last accepted night before that of *on*.

    *zone*: where days begin and end.
    """
    last = after or on - timedelta(days=1)
    for exception in in_force(decisions):
        alert = alerts.get(exception.fingerprint)
        if alert is None or exception.until is None:
            continue
        made = exception.at.astimezone(zone).date()
        over = alert.state in (AlertState.RESOLVED, AlertState.PASSED)
        within_since = max(alert.resolved_on or alert.changed_on, made) if over else None
        for kind, due in _dates(exception.until, made, within_since, policy):
            if last < due <= on:
                yield Review(kind, alert, exception, exception.until, within_since)
                break


def _dates(
    until: date, made: date, within_since: date | None, policy: AlertPolicy
) -> Iterator[tuple[ReviewKind, date]]:
    """When what is due, the most telling first."""
    if within_since is not None:
        yield ReviewKind.ENDED, until
    # Of one that is shorter than the notice, half is enough.
    yield ReviewKind.ENDING, max(until - timedelta(days=policy.review_exceptions_days), made + (until - made) // 2)
    idle = policy.idle_exceptions_days
    if within_since is not None and idle is not None and within_since + timedelta(days=idle) < until:
        yield ReviewKind.IDLE, within_since + timedelta(days=idle)
