"""The windows that open in Slack: the form of an exception, and the evidence of an alert."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from cssync.alerts.decide import OWNER, REASON, UNTIL
from cssync.desk.presses import EXCEPTION, Spot
from cssync.model.alert import Incident
from cssync.model.decision import PERSON_LONGEST, REASON_LONGEST
from cssync.notify.slack.escape import plain

_TITLE = 24  # characters
_USUALLY_DAYS = 90

View = dict[str, Any]


def exception(who: str, incidents: Sequence[Incident], spot: Spot, *, owner: str, today: date) -> View:
    """Asks why it is right as it is, who answers for that, and until when (seed 7)."""
    kept = {"incidents": incidents, "channel": spot.channel, "thread": spot.thread}
    return {
        "type": "modal",
        "callback_id": EXCEPTION,
        "private_metadata": json.dumps(kept),
        "title": _text("Make an exception", _TITLE),
        "submit": _text("Make it", _TITLE),
        "close": _text("Cancel", _TITLE),
        "blocks": [
            {
                "type": "section",
                "text": _text(f"{who}: nothing more is said about these limits until the day you name.", 3_000),
            },
            _input(
                REASON,
                "Why is it right as it is?",
                {"type": "plain_text_input", "multiline": True, "min_length": 3, "max_length": REASON_LONGEST},
            ),
            _input(
                OWNER,
                "Who answers for it?",
                {"type": "plain_text_input", "initial_value": owner, "max_length": PERSON_LONGEST},
            ),
            _input(
                UNTIL,
                "Until which day?",
                {"type": "datepicker", "initial_date": str(today + timedelta(days=_USUALLY_DAYS))},
            ),
        ],
    }


def evidence(blocks: Sequence[Any]) -> View:
    """What was found, laid out as in its thread."""
    return {
        "type": "modal",
        "title": _text("Evidence", _TITLE),
        "close": _text("Close", _TITLE),
        "blocks": list(blocks),
    }


def _input(name: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": _text(label, 2_000),
        "element": {**element, "action_id": name},
    }


def _text(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": plain(text, most), "emoji": False}
