"""What Slack hands to the app over Socket Mode, and whether the app has said that it has it."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any, TypeAlias

ACKNOWLEDGE_WITHIN_SECONDS = 3

Payload: TypeAlias = dict[str, Any]


@dataclass
class Envelope:
    """*kind*: ``interactive``, for whatever people press; *heard*: what Slack does with the payload of the answer.

    *heard* returns what the person who acted is told went wrong, None where nothing did; it is kept as *trouble*.
    *deliveries*: how often it was sent.
    """

    kind: str
    payload: Payload
    accepts_response_payload: bool = False
    heard: Callable[[Payload], str | None] = lambda _: None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    deliveries: int = 0
    trouble: str | None = None
    _answer: Payload | None = None
    _by: object = None
    _sent_at: float = 0.0
    _unheard: object = None
    _acknowledged: threading.Event = field(default_factory=threading.Event)

    @property
    def is_acknowledged(self) -> bool:
        return self._acknowledged.is_set()

    def answer(self, timeout_seconds: float = 30) -> Payload | None:
        """What the app acknowledged it with, None where it said no more than that; waits for it."""
        assert self._acknowledged.wait(timeout_seconds), f"not acknowledged: {self.payload.get('type')}"
        return self._answer

    def is_due(self, now: float, connections: Container[object]) -> bool:
        """Never sent, or sent in vain: in time nothing was heard, or the connection that it went by is gone."""
        if self.is_acknowledged:
            return False
        return self._by not in connections or now - self._sent_at > ACKNOWLEDGE_WITHIN_SECONDS

    def goes(self, by: object, now: float) -> None:
        self.deliveries += 1
        self._by, self._sent_at = by, now

    def on_the_wire(self) -> str:
        again = self.deliveries - 1
        retry = {"retry_attempt": again, "retry_reason": "timeout"} if again else {}
        return json.dumps(
            {
                "envelope_id": self.id,
                "type": self.kind,
                "payload": self.payload,
                "accepts_response_payload": self.accepts_response_payload,
                **retry,
            }
        )

    def lose_answer(self, by: object) -> None:
        """The acknowledgement that comes by this connection is not heard, should it come."""
        self._unheard = by

    def acknowledge(self, answer: Payload | None, by: object) -> None:
        if self._unheard is by:
            self._unheard = None
            return
        if self.is_acknowledged:
            return
        self._answer = answer
        # Slack reads an answer only where it said that it would.
        self.trouble = self.heard(answer or {}) if self.accepts_response_payload else None
        self._acknowledged.set()
