"""What people can press beside an alert, and what a press says.

A control's value names the incidents it was shown for, so a press on an old message is never taken for one on a new
incident of the same alert.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cssync.model.alert import Incident
from cssync.notify.slack.kit import Block, Part, context

MENU = "cssync_menu"
_PREFIX = "cssync_press_"
_INCIDENT = re.compile(r"[0-9a-z]{1,64}:[0-9]{1,9}")
_VALUE, _OPTION_VALUE = 2_000, 150  # characters that Slack allows


class Control(StrEnum):
    ACKNOWLEDGE = "ack"
    SNOOZE_A_WEEK = "week"
    SNOOZE_A_MONTH = "month"
    EXCEPT = "except"
    EVIDENCE = "evidence"


_LABELS = {
    Control.ACKNOWLEDGE: "Acknowledge",
    Control.SNOOZE_A_WEEK: "Snooze 7 days",
    Control.SNOOZE_A_MONTH: "Snooze 30 days",
    Control.EXCEPT: "Make an exception",
    Control.EVIDENCE: "Show evidence",
}
# In its thread the evidence is on the screen already.
_IN_THREAD = tuple(control for control in Control if control is not Control.EVIDENCE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody pressed, and for which incidents."""

    control: Control
    incidents: tuple[Incident, ...]


class Controls(Protocol):
    """How a message says what can be decided about its alerts, and where."""

    def beside(self, incidents: Sequence[Incident]) -> Block | None:
        """What stands at the side of an entry of a digest."""
        ...

    def below(self, incidents: Sequence[Incident]) -> tuple[Part, ...]:
        """What stands under the evidence in its thread."""
        ...


class _NothingToPress:
    """Where nothing is said of it: in windows."""

    def beside(self, incidents: Sequence[Incident]) -> Block | None:  # noqa: ARG002 - named by the contract
        return None

    def below(self, incidents: Sequence[Incident]) -> tuple[Part, ...]:  # noqa: ARG002 - named by the contract
        return ()


class Commands(_NothingToPress):
    """Where nobody listens to Slack: the thread names the command."""

    def below(self, incidents: Sequence[Incident]) -> tuple[Part, ...]:
        if not incidents:
            return ()
        return context(
            f"To decide: cssync alerts ack {incidents[0].short} (or snooze, except: see cssync alerts --help)"
        )


class Pressable:
    """Where the schedule listens: a menu and buttons."""

    def beside(self, incidents: Sequence[Incident]) -> Block | None:
        return menu(incidents)

    def below(self, incidents: Sequence[Incident]) -> tuple[Part, ...]:
        row = buttons(incidents)
        return () if row is None else (Part(" ".join(_LABELS[control] for control in _IN_THREAD), row),)


NOTHING_TO_PRESS: Controls = _NothingToPress()


def menu(incidents: Sequence[Incident]) -> Block | None:
    """For the side of an entry; None where there is nothing to decide, or more than fits."""
    values = {control: _value(control, incidents) for control in Control}
    if not incidents or max(map(len, values.values())) > _OPTION_VALUE:
        return None
    options = [{"text": _plain(_LABELS[control]), "value": value} for control, value in values.items()]
    return {"type": "overflow", "action_id": MENU, "options": options}


def buttons(incidents: Sequence[Incident]) -> Block | None:
    """A row of buttons for the thread; None where there is nothing to decide, or more than fits."""
    if not incidents or len(_value(Control.ACKNOWLEDGE, incidents)) > _VALUE:
        return None
    elements = [
        {
            "type": "button",
            "action_id": f"{_PREFIX}{control}",
            "text": _plain(_LABELS[control]),
            "value": _value(control, incidents),
        }
        for control in _IN_THREAD
    ]
    return {"type": "actions", "elements": elements}


def wish(action_id: str, value: str) -> Wish | None:
    """What a press says; None where it is not one of ours."""
    if action_id != MENU and not action_id.startswith(_PREFIX):
        return None
    said, *named = value.split(" ")
    try:
        return Wish(Control(said), tuple(map(_incident, named))) if named else None
    except ValueError:
        return None


def _value(control: Control, incidents: Sequence[Incident]) -> str:
    return " ".join([control.value, *(f"{incident.fingerprint}:{incident.number}" for incident in incidents)])


def _incident(text: str) -> Incident:
    if not _INCIDENT.fullmatch(text):
        raise ValueError("no incident of ours")
    fingerprint, _, number = text.partition(":")
    return Incident(fingerprint, int(number))


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
