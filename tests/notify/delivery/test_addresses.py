"""What is meant for a place or a sink that is down goes elsewhere or waits, and the rest goes out."""

from __future__ import annotations

import pytest

from cssync.errors import DeliveryError, ExitCode
from cssync.model.delivery import DeliveryState
from cssync.notify.delivery import Delivered
from cssync.notify.slack.web import SlackBotNotifier
from tests.emulators.slack.faults import (
    error,
    lost,
)
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import Clock, MemoryOutbox, delivery, notice, run

POST = "chat.postMessage"


def test_alert_case_12_a_token_revoked_in_mid_batch_pauses_the_sink_and_keeps_every_row(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, None, lost(error("token_revoked")))
    outbox = MemoryOutbox(*(delivery(id=f"id-{number}") for number in range(4)))

    delivered = run(outbox, bot, clock)

    assert (delivered.sent, delivered.pending) == (1, 3)
    assert outbox.states == [DeliveryState.SENT, *[DeliveryState.PENDING] * 3]
    assert slack.calls == [POST, POST]
    assert delivered.errors == (
        "Slack refused: token_revoked: mend SLACK_BOT_TOKEN: reinstall the Slack app and copy its bot token (xoxb-...)",
    )

    assert run(outbox, bot, clock).sent == 3
    assert len(slack.messages()) == 4


@pytest.mark.parametrize("trouble", ["is_archived", "is_member"])
def test_alert_case_13_a_channel_out_of_reach_keeps_its_own_rows_and_lets_others_go(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, trouble: str
) -> None:
    slack.workspace.add(Channel("C0OPS", "ops"))
    channel = slack.workspace.channels["C0CAPACITY"]
    setattr(channel, trouble, trouble == "is_archived")
    digest_waiting, another = delivery(id="one"), delivery(id="two")
    outbox = MemoryOutbox(digest_waiting, another, delivery(notice(), id="ops", address="C0OPS"))

    delivered = run(outbox, bot, clock)

    assert (delivered.sent, delivered.pending) == (1, 2)
    assert len(slack.messages("C0OPS")) == 1
    assert delivered.failure is not None
    setattr(channel, trouble, trouble == "is_member")
    assert run(outbox, bot, clock).sent == 2


def test_a_sink_that_is_switched_off_holds_its_messages_without_failing_the_run(
    bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(delivery(sink="pager"))

    delivered = run(outbox, bot, clock)

    assert delivered == Delivered(held=1)
    assert delivered.failure is None
    assert outbox.states == [DeliveryState.PENDING]


def test_what_is_left_undelivered_ends_the_run_with_exit_code_5(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.channels["C0CAPACITY"].is_member = False

    failure = run(MemoryOutbox(delivery()), bot, clock).failure

    assert isinstance(failure, DeliveryError)
    assert failure.exit_code is ExitCode.DELIVERY
    assert str(failure) == (
        "1 message not delivered (1 kept in the outbox for the next run)\n"
        "  -> Slack refused: not_in_channel: invite the bot: type /invite and its name in the channel"
    )
