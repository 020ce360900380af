"""What can go wrong between a client and Slack, as a script for the emulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias


class Cut(Enum):
    """How an answer fails to come."""

    CLOSE = auto()  # the connection ends without a byte
    RESET = auto()
    SILENCE = auto()  # nothing, until the client gives up
    HALF = auto()  # headers and half of the body


@dataclass(frozen=True)
class Answer:
    """Something else in place of Slack's own answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


Ending: TypeAlias = Cut | Answer


@dataclass(frozen=True)
class Fault:
    """*accepted*: Slack did what it was asked for before *ending* went wrong."""

    accepted: bool
    ending: Ending


def accepted_then(ending: Ending) -> Fault:
    return Fault(accepted=True, ending=ending)


def lost(ending: Ending = Cut.CLOSE) -> Fault:
    return Fault(accepted=False, ending=ending)


def slow_down(retry_after: str | None) -> Fault:
    """429, as Slack answers it: the reason in JSON, how long to wait in a header."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return lost(Answer(429, b'{"ok":false,"error":"ratelimited"}', {"Content-Type": "application/json", **headers}))


UNAVAILABLE = Answer(503, b"<html>upstream connect error</html>", {"Content-Type": "text/html"})
NOT_JSON = Answer(200, b"<html>Log in to the guest Wi-Fi</html>", {"Content-Type": "text/html"})


def error(code: str) -> Answer:
    return Answer(200, b'{"ok":false,"error":"%s"}' % code.encode(), {"Content-Type": "application/json"})
