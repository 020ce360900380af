"""Whether an alert has clearly moved from where it was."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cssync.model.alert import Alert, Level


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Two levels differ clearly where the severity does, or the value by *share* of the limit.

    Where nothing is allowed at all, a share of it would be nothing: then of the value that is compared with.
    """

    share: Decimal

    def worse(self, now: Alert, than: Level) -> bool:
        rise = now.value - than.value
        return now.severity.rank > than.severity.rank or (rise > 0 and rise >= self._step(now, than))

    def better(self, now: Alert, than: Level) -> bool:
        fall = than.value - now.value
        return now.severity.rank < than.severity.rank or (fall > 0 and fall >= self._step(now, than))

    def differs(self, now: Alert, than: Level) -> bool:
        return self.worse(now, than) or self.better(now, than)

    def _step(self, now: Alert, than: Level) -> Decimal:
        return (now.limit_value or than.value) * self.share


def as_told(alert: Alert) -> Level:
    """What leadership was last told, or would have been when it opened."""
    return Level(alert.notified_severity, alert.notified_value, alert.told_on or alert.opened_on, "")


def as_noted(alert: Alert) -> Level:
    """Where it stood when its record last told of a move."""
    return alert.untold or as_told(alert)


def as_is(alert: Alert) -> Level:
    return Level(alert.severity, alert.value, alert.changed_on, headline(alert))


def headline(alert: Alert) -> str:
    return alert.finding.headline if alert.finding else ""
