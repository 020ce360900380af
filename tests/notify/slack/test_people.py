"""People are found by e-mail address, written to alone, called by name; whoever is not found stops nobody."""

from __future__ import annotations

import pytest

from cssync.model.delivery import DeliveryState, Outcome
from cssync.notify.delivery import deliver
from cssync.notify.slack.web import SlackBotNotifier
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import User
from tests.notify.builders import NIGHT, Clock, MemoryOutbox, delivery, digest, outgoing
from tests.notify.conftest import make_bot

MAYA = User("U0MAYA", "maya", "Maya Chen", "maya@acme.test")


@pytest.fixture
def maya(slack: SlackServer) -> User:
    return slack.workspace.join(MAYA)


def alone_with(slack: SlackServer, user: User) -> list[str]:
    """The texts of the direct messages with *user*."""
    return [message["text"] for message in slack.workspace.direct(user).messages]


def test_someone_is_written_to_alone(slack: SlackServer, bot: SlackBotNotifier, maya: User) -> None:
    attempt = bot.send(outgoing(address="maya@acme.test"), NIGHT)

    assert attempt.outcome is Outcome.SENT
    (text,) = alone_with(slack, maya)
    assert text.startswith("CS capacity, 22 Nov: 1 critical")
    assert slack.messages() == []


def test_alert_case_28_someone_whom_slack_does_not_know_is_noted_and_all_others_are_told(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, maya: User
) -> None:
    outbox = MemoryOutbox(
        delivery(id="1", address="gone@acme.test"), delivery(id="2", address="maya@acme.test"), delivery(id="3")
    )

    delivered = deliver(outbox, [bot], now=clock.now, sleep=clock.sleep)

    assert delivered.sent == 2
    assert any("Slack knows nobody as gone@acme.test" in error for error in delivered.errors)
    assert outbox.rows["1"].state is not DeliveryState.SENT
    assert len(alone_with(slack, maya)) == len(slack.messages()) == 1


def test_alert_case_28_whoever_is_to_be_called_is_called_by_their_id_and_whoever_has_none_is_noted(
    slack: SlackServer, bot: SlackBotNotifier, maya: User
) -> None:
    attempt = bot.send(outgoing(digest(mention=("maya@acme.test", "gone@acme.test"))), NIGHT)

    assert (attempt.outcome, attempt.error) == (Outcome.SENT, "Slack knows nobody as gone@acme.test")
    (message,) = slack.messages()
    assert f"<@{maya.id}>" in message["text"]
    assert f"<@{maya.id}>" in str(message["blocks"])


@pytest.mark.usefixtures("maya")
def test_without_the_scopes_only_what_needs_them_is_left_out(slack: SlackServer, clock: Clock) -> None:
    slack.workspace.scopes = frozenset(slack.workspace.scopes) - {"users:read.email"}
    bot = make_bot(slack, clock)

    called = bot.send(outgoing(digest(mention=("maya@acme.test",))), NIGHT)
    alone = bot.send(outgoing(id="2", address="maya@acme.test"), NIGHT)

    assert (called.outcome, called.error) == (Outcome.SENT, "may not look up maya@acme.test in Slack")
    assert alone.outcome is Outcome.ADDRESS_DOWN
    assert "users:read.email" in alone.remedy
