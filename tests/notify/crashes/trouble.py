"""What goes wrong at Slack while a process may die: each fault by name, and where it strikes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.emulators.slack import threads
from tests.emulators.slack.faults import (
    NOT_JSON,
    UNAVAILABLE,
    Cut,
    Meanwhile,
    Mishap,
    accepted_then,
    error,
    late,
    lost,
    revoked,
    slow_down,
)
from tests.emulators.slack.workspace import Workspace
from tests.notify.crashes.morning import CHANNELS, copies_of

POST, UPDATE = "chat.postMessage", "chat.update"
TARGETS = ("post", "reply", "update")


class Fault(NamedTuple):
    """*news*: the second run after it has something new to say, by which it learns what people did in Slack.

    *timeout_seconds*: long, so that a busy machine is not taken for a silent Slack, save where silence is the point.
    """

    mishap: Mishap
    news: bool = False
    timeout_seconds: float = 60


def _delete(workspace: Workspace, delivery_id: str) -> None:
    channel = workspace.channels[CHANNELS[0]]
    for message in copies_of(channel, delivery_id):
        threads.remove(channel, message)


def _deleted(delivery_id: str) -> Meanwhile:
    return Meanwhile(lambda workspace: _delete(workspace, delivery_id))


FAULTS: Mapping[str, Fault] = {
    "nothing": Fault(None),
    "accepted, then closed": Fault(accepted_then(Cut.CLOSE)),
    "accepted, then reset": Fault(accepted_then(Cut.RESET)),
    "accepted, then silent": Fault(accepted_then(Cut.SILENCE), timeout_seconds=2),
    "accepted, half a body": Fault(accepted_then(Cut.HALF)),
    "accepted, then 503": Fault(accepted_then(UNAVAILABLE)),
    "accepted, then no JSON": Fault(accepted_then(NOT_JSON)),
    "accepted, then fatal_error": Fault(accepted_then(error("fatal_error"))),
    "lost": Fault(lost()),
    "lost, 503": Fault(lost(UNAVAILABLE)),
    "429, 2 s": Fault(slow_down("2")),
    "429, a date": Fault(slow_down("Sun, 22 Nov 2026 04:00:20 GMT")),
    "429, no word": Fault(slow_down(None)),
    "429, an hour": Fault(slow_down("3600")),
    "seen two calls late": Fault(late(2)),
    "seen four calls late": Fault(late(4)),
    "root deleted": Fault(_deleted(f"root-{CHANNELS[0]}"), news=True),
    "answer deleted": Fault(_deleted(f"dana-{CHANNELS[0]}"), news=True),
    "token revoked": Fault(revoked()),
}

# Which call of its method it strikes: the first root, the first answer under it, the first edit. What is deleted has
# to stand before.
STRIKES: Mapping[str, tuple[str, int]] = {"post": (POST, 0), "reply": (POST, 1), "update": (UPDATE, 0)}


def script(fault: str, target: str) -> tuple[str, list[Mishap]]:
    """The method, and how its calls go."""
    method, number = STRIKES[target]
    if fault == "root deleted" and target != "update":
        number += 1
    if fault == "answer deleted" and target != "update":
        number = 2
    return method, [*[None] * number, FAULTS[fault].mishap]
