"""A workspace with one channel and two people, on a socket, and slack_sdk's own client for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.emulators.slack.app import App
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.shapes import ACTIONS
from tests.emulators.slack.workspace import Channel, User

CHANNEL = "C0CAPACITY"
ANA = User("U0ANA", "ana", "Ana Diaz", "ana@acme.test")
SAM = User("U0SAM", "sam", "Sam Ito", "sam@acme.test", tz="America/New_York")


@dataclass
class Clock:
    """Time that passes when a test says so."""

    seconds: float = 1_795_316_400.0  # 22 Nov 2026, 03:00 UTC

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[SlackServer]:
    with SlackServer(clock=clock) as server:
        server.workspace.add(Channel(CHANNEL, "capacity"))
        server.workspace.join(ANA)
        server.workspace.join(SAM)
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return WebClient(slack.workspace.token, base_url=slack.api_url)


@pytest.fixture
def app(slack: SlackServer) -> Iterator[App]:
    with App(slack) as found:
        yield found


@pytest.fixture
def ts(client: WebClient) -> str:
    """A message with something to press, and with what only its app reads."""
    metadata = {"event_type": "greeting", "event_payload": {"id": "1"}}
    return str(client.chat_postMessage(channel=CHANNEL, text="x", blocks=[ACTIONS], metadata=metadata)["ts"])


def pressed(slack: SlackServer, app: App, ts: str) -> dict[str, Any]:
    """The payload of a button that Ana presses, acknowledged."""
    slack.interactions.press(ANA.id, "ack", ts=ts).answer()
    return app.requests.get(timeout=30).payload


def refusal(call: Callable[[], object]) -> str:
    """The error that Slack names when it refuses *call*."""
    with pytest.raises(SlackApiError) as refused:
        call()
    return str(refused.value.response["error"])
