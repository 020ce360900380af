"""A workspace with one channel, on a socket, and the notifiers that post to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from cssync.notify.base import Notifier
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import SlackWebhookNotifier
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import Clock

# Long enough for a loopback answer on a busy machine, short enough to wait for in vain.
TIMEOUT_SECONDS = 1.5

Making = Callable[[SlackServer, Clock], Notifier]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[SlackServer]:
    with SlackServer(clock=clock.seconds) as server:
        server.workspace.add(Channel("C0CAPACITY", "capacity"))
        yield server


def make_bot(slack: SlackServer, clock: Clock, *channels: str) -> SlackBotNotifier:
    return SlackBotNotifier(
        SecretStr(slack.workspace.token),
        api_url=slack.api_url,
        timeout_seconds=TIMEOUT_SECONDS,
        channels=channels or ("C0CAPACITY",),
        sleep=clock.sleep,
    )


def make_webhook(slack: SlackServer, clock: Clock) -> SlackWebhookNotifier:
    return SlackWebhookNotifier(SecretStr(slack.webhook_url), timeout_seconds=TIMEOUT_SECONDS)


@pytest.fixture
def bot(slack: SlackServer, clock: Clock) -> SlackBotNotifier:
    return make_bot(slack, clock)


@pytest.fixture
def webhook(slack: SlackServer, clock: Clock) -> SlackWebhookNotifier:
    return make_webhook(slack, clock)


@pytest.fixture(params=[make_bot, make_webhook], ids=["bot", "webhook"])
def notifier(request: pytest.FixtureRequest, slack: SlackServer, clock: Clock) -> Notifier:
    making: Making = request.param
    return making(slack, clock)
