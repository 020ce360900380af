"""An alert as people look at it: as nights have left it, with what people decided about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo

from cssync.alerts.remarks import remarks
from cssync.alerts.standing import Standing, standing
from cssync.alerts.story import Line
from cssync.model.alert import Alert
from cssync.model.decision import Decision


@dataclass(frozen=True, slots=True)
class Known:
    """*standing*: the decisions that hold. *remark*: what has become of it since leadership was last told, or ""."""

    alert: Alert
    standing: Standing
    remark: str


@dataclass(frozen=True, slots=True)
class Told:
    """*lines*: its whole life, oldest first."""

    alert: Alert
    lines: tuple[Line, ...]


def known(alerts: Iterable[Alert], decisions: Iterable[Decision], on: date, zone: tzinfo) -> tuple[Known, ...]:
    listed, taken = tuple(alerts), tuple(decisions)
    remarked = remarks(listed, taken, on, zone)
    return tuple(
        Known(alert, standing(alert, taken, on), remarked[alert.key].text if alert.key in remarked else "")
        for alert in listed
    )
