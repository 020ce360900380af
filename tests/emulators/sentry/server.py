"""Sentry over a real socket: takes envelopes as https://develop.sentry.dev/sdk/envelopes/ describes them."""

from __future__ import annotations

import gzip
import json
import re
import ssl
from typing import Any

from tests.emulators.collector import Collector, Told
from tests.emulators.slack.faults import Answer

_KEY = "0123456789abcdef0123456789abcdef"
_PROJECT = "42"


class SentryServer(Collector):
    """*events*: those taken in; *raw*: every envelope as text, unzipped."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._take, tls=tls)
        self.events: list[dict[str, Any]] = []
        self.raw: list[str] = []

    @property
    def dsn(self) -> str:
        return self.url.replace("://", f"://{_KEY}@") + f"/{_PROJECT}"

    def _take(self, told: Told) -> Answer:
        if told.path != f"/api/{_PROJECT}/envelope/":
            return Answer(404)
        if not re.search(rf"\bsentry_key={_KEY}\b", told.headers.get("x-sentry-auth", "")):
            return Answer(403, b'{"detail":"missing authorization information"}')
        body = gzip.decompress(told.body) if told.headers.get("content-encoding") == "gzip" else told.body
        try:
            header, items = _parsed(body)
        except ValueError:
            return Answer(400, b'{"detail":"invalid envelope"}')
        self.raw.append(body.decode())
        self.events += items
        return Answer(200, json.dumps({"id": header.get("event_id")}).encode(), {"Content-Type": "application/json"})


def _parsed(body: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Header and events of an envelope. Raises ValueError."""
    first, _, rest = body.partition(b"\n")
    events = []
    while rest:
        head, _, rest = rest.partition(b"\n")
        item = json.loads(head)
        length = item.get("length", rest.find(b"\n") if b"\n" in rest else len(rest))
        if len(rest) < length:
            raise ValueError("the item is shorter than it says")
        payload, rest = rest[:length], rest[length:].removeprefix(b"\n")
        if item["type"] == "event":
            events.append(json.loads(payload))
    return json.loads(first), events
