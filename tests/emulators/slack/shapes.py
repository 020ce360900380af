"""Blocks as an app would post them, for the tests of the emulator."""

from __future__ import annotations

from typing import Any


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}


ACTIONS = {
    "type": "actions",
    "block_id": "of-dana",
    "elements": [
        {"type": "button", "action_id": "ack", "text": plain("Acknowledge"), "value": "incident-7"},
        {"type": "overflow", "action_id": "more", "options": [option("Snooze", "snooze"), option("Mute", "mute")]},
    ],
}
