"""What Slack tells of somebody who pressed or submitted something, as values; whatever makes no sense is None."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cssync.model.alert import Incident
from cssync.notify.slack.controls import Wish, wish

EXCEPTION = "cssync_exception"
REASON, OWNER, UNTIL = "reason", "owner", "until"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """The message at which somebody pressed; *thread*: the root of its thread, if it is in one."""

    channel: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """*trigger*: Slack's leave to open a window for this person, good for three seconds."""

    user: str
    wish: Wish
    spot: Spot
    trigger: str


@dataclass(frozen=True, slots=True)
class Submission:
    """An exception as somebody filled it in."""

    user: str
    incidents: tuple[Incident, ...]
    spot: Spot
    reason: str
    owner: str
    until: date | None


def read(payload: Json) -> Press | Submission | None:
    try:
        match payload.get("type"):
            case "block_actions":
                return _press(payload)
            case "view_submission":
                return _submission(payload)
            case _:
                return None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None


def _press(payload: Json) -> Press | None:
    action = payload["actions"][0]
    value = action["selected_option"]["value"] if action["type"] == "overflow" else action["value"]
    wished = wish(str(action["action_id"]), str(value))
    if wished is None:
        return None
    container = payload["container"]
    spot = Spot(str(container["channel_id"]), container.get("thread_ts") or container.get("message_ts"))
    return Press(str(payload["user"]["id"]), wished, spot, str(payload["trigger_id"]))


def _submission(payload: Json) -> Submission | None:
    view = payload["view"]
    if view["callback_id"] != EXCEPTION:
        return None
    kept = json.loads(view["private_metadata"])
    state = view["state"]["values"]
    until = state[UNTIL][UNTIL].get("selected_date")
    return Submission(
        user=str(payload["user"]["id"]),
        incidents=tuple(Incident(str(fingerprint), int(number)) for fingerprint, number in kept["incidents"]),
        spot=Spot(str(kept["channel"]), kept["thread"]),
        reason=str(state[REASON][REASON].get("value") or ""),
        owner=str(state[OWNER][OWNER].get("value") or ""),
        until=date.fromisoformat(until) if until else None,
    )
