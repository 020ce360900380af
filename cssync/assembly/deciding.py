"""What people ask about alerts and decide about them, at the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cssync.alerts.decide import Case
from cssync.alerts.known import Known, Told, known
from cssync.alerts.story import story
from cssync.assembly.lines import night
from cssync.assembly.parts import dry_store, now, store, today
from cssync.desk.decisions import Taken, by_name, take
from cssync.errors import BusyError
from cssync.model.decision import Decision
from cssync.notify.delivery import Delivered
from cssync.report.order import in_order
from cssync.run import deliver_due
from cssync.settings.loaded import Loaded
from rules.engine import RULES

if TYPE_CHECKING:
    from rich.console import Console


def known_alerts(loaded: Loaded) -> tuple[Known, ...]:
    """Every alert of the store, the worst book first, and of its alerts the one whose action counts."""
    memory = dry_store(loaded)
    try:
        alerts = in_order(memory.alerts(), [rule.id for rule in RULES])
        return known(alerts, memory.decisions(), today(loaded), loaded.settings.zone)
    finally:
        memory.close()


def stories(loaded: Loaded, which: str) -> tuple[Told, ...]:
    """The lives of the alerts that *which* names. Raises DecisionError where it names none."""
    memory = dry_store(loaded)
    try:
        return tuple(
            Told(
                alert,
                story(memory.transitions(alert.fingerprint), memory.decided(alert.fingerprint), loaded.settings.zone),
            )
            for alert in by_name(memory.alerts(), which)
        )
    finally:
        memory.close()


def decide(loaded: Loaded, which: str, choose: Callable[[Case], Decision]) -> tuple[Taken, ...]:
    """Decide about the alerts that *which* names, and write it down. Raises DecisionError."""
    memory = store(loaded)
    try:
        return take(memory, by_name(memory.alerts(), which), choose, at=now(), today=today(loaded))
    finally:
        memory.close()


def bring_up_to_date(loaded: Loaded, screen: Console) -> Delivered | None:
    """Let the messages that are there tell what was decided; None where a run is at work, which will do it itself."""
    try:
        with night(loaded, screen) as line:
            return deliver_due(line)
    except BusyError:
        return None
