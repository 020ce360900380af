"""What can go wrong between a client and Slack, as a script for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias

from tests.emulators.slack.workspace import Channel, Workspace


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
    """*accepted*: Slack does what it was asked for, though *ending* goes wrong; *late_by*: only so many calls later."""

    accepted: bool
    ending: Ending
    late_by: int = 0


@dataclass(frozen=True)
class Meanwhile:
    """Just before the call somebody changes something in Slack; the call then goes as it goes."""

    change: Callable[[Workspace], object]


Mishap: TypeAlias = Fault | Meanwhile | None


def accepted_then(ending: Ending) -> Fault:
    return Fault(accepted=True, ending=ending)


def lost(ending: Ending = Cut.CLOSE) -> Fault:
    return Fault(accepted=False, ending=ending)


def late(calls: int, ending: Cut | Answer = Cut.CLOSE) -> Fault:
    """Accepted, and not to be seen by the next so many *calls*; with the timestamp of when it was asked for."""
    assert ending is not Cut.HALF, "what was not done yet has no answer to break off"
    return Fault(accepted=True, ending=ending, late_by=calls)


def slow_down(retry_after: str | None) -> Fault:
    """429, as Slack answers it: the reason in JSON, how long to wait in a header."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return lost(Answer(429, b'{"ok":false,"error":"ratelimited"}', {"Content-Type": "application/json", **headers}))


UNAVAILABLE = Answer(503, b"<html>upstream connect error</html>", {"Content-Type": "text/html"})
NOT_JSON = Answer(200, b"<html>Log in to the guest Wi-Fi</html>", {"Content-Type": "text/html"})


def error(code: str) -> Answer:
    return Answer(200, b'{"ok":false,"error":"%s"}' % code.encode(), {"Content-Type": "application/json"})


def revoked() -> Meanwhile:
    """The app's bot token."""
    return Meanwhile(lambda workspace: setattr(workspace, "revoked", True))


def without(*scopes: str) -> Meanwhile:
    """The app is reinstalled with fewer *scopes*."""
    return Meanwhile(lambda workspace: setattr(workspace, "scopes", workspace.scopes - set(scopes)))


def archived(channel_id: str) -> Meanwhile:
    return _of(channel_id, lambda channel: setattr(channel, "is_archived", True))


def renamed(channel_id: str, name: str) -> Meanwhile:
    return _of(channel_id, lambda channel: setattr(channel, "name", name))


def unjoined(channel_id: str) -> Meanwhile:
    """The bot is removed from the channel."""
    return _of(channel_id, lambda channel: setattr(channel, "is_member", False))


def _of(channel_id: str, change: Callable[[Channel], object]) -> Meanwhile:
    return Meanwhile(lambda workspace: change(workspace.channels[channel_id]))
