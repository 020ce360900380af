"""What is meant for a place or a sink that is down goes elsewhere or waits, and the rest goes out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cssync.errors import DeliveryError, ExitCode
from cssync.model.delivery import Address, DeliveryState
from cssync.notify.delivery import Delivered, Fallbacks
from cssync.notify.slack.web import SlackBotNotifier
from tests.emulators.slack.faults import (
    error,
    lost,
)
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import NIGHT, Clock, MemoryOutbox, delivery, digest, entry, notice, run

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


def test_alert_case_13_a_renamed_channel_is_known_by_its_id_and_not_by_its_old_name(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.channels["C0CAPACITY"].name = "cs-capacity"
    outbox = MemoryOutbox(delivery(id="by id", address="C0CAPACITY"), delivery(id="by name", address="#capacity"))

    delivered = run(outbox, bot, clock)

    assert (delivered.sent, delivered.pending) == (1, 1)
    (said,) = delivered.errors
    assert said.startswith("Slack refused: channel_not_found: set notify.slack.channel to one that exists")
    slack.workspace.channels["C0CAPACITY"].name = "capacity"
    assert run(outbox, bot, clock).sent == 1


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


OPS = Address("slack", "C0OPS")
CAPACITY = Address("slack", "C0CAPACITY")
FALLBACKS = Fallbacks(CAPACITY, (OPS,), "acme")


@pytest.fixture
def operations(slack: SlackServer) -> Channel:
    return slack.workspace.add(Channel("C0OPS", "ops"))


def fates(outbox: MemoryOutbox) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in outbox.rows.values():
        found.setdefault(row.address, []).append(row.state.value)
    return found


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("is_archived", "unarchive the channel, or set notify.slack.channel to another"),
        ("channel_not_found", "set notify.slack.channel to one that exists; a private one must have the bot in it"),
        ("not_in_channel", "invite the bot: type /invite and its name in the channel"),
    ],
)
@pytest.mark.usefixtures("operations")
def test_alert_case_13_what_cannot_go_to_the_default_channel_goes_to_operations_who_are_told_once(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, code: str, remedy: str
) -> None:
    slack.inject(POST, lost(error(code)))
    outbox = MemoryOutbox(delivery(id="one"), delivery(id="two"))

    delivered = run(outbox, bot, clock, fallbacks=FALLBACKS)

    assert fates(outbox) == {"C0CAPACITY": ["dead", "dead"], "C0OPS": ["sent", "sent", "sent"]}
    texts = [message["text"] for message in slack.messages("C0OPS")]
    (notice,) = [text for text in texts if "nothing can be posted to C0CAPACITY" in text]
    assert f"To do: {remedy}" in notice
    assert "What is meant for it goes to C0OPS meanwhile" in notice
    assert (delivered.dead, delivered.sent) == (2, 3)
    assert delivered.errors == (f"Slack refused: {code}: {remedy}; it went to C0OPS instead",)


@pytest.mark.usefixtures("operations")
def test_alert_case_13_operations_are_told_of_an_address_once_a_day(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.channels["C0CAPACITY"].is_archived = True
    outbox = MemoryOutbox(delivery(id="one"))
    for identity in ("two", "three"):
        run(outbox, bot, clock, fallbacks=FALLBACKS)
        outbox.rows[identity] = delivery(id=identity)
        clock.sleep(3600)
    assert len([m for m in slack.messages("C0OPS") if "nothing can be posted" in m["text"]]) == 1

    clock.sleep(24 * 3600)
    run(outbox, bot, clock, fallbacks=FALLBACKS)

    assert len([m for m in slack.messages("C0OPS") if "nothing can be posted" in m["text"]]) == 2


@pytest.mark.usefixtures("operations")
def test_alert_case_13_of_another_channel_nothing_is_redirected_since_the_default_one_holds_the_same(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(delivery(id="all"), delivery(id="emea", address="C0GONE"))

    delivered = run(outbox, bot, clock, fallbacks=FALLBACKS)

    assert fates(outbox) == {"C0CAPACITY": ["sent"], "C0GONE": ["dead"], "C0OPS": ["sent"]}
    assert delivered.errors[0].endswith("; the default channel holds the same")
    assert "The default channel holds the same meanwhile" in slack.messages("C0OPS")[0]["text"]


def test_alert_case_13_where_operations_read_the_same_channel_its_messages_wait_for_it(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.channels["C0CAPACITY"].is_archived = True
    outbox = MemoryOutbox(delivery())
    alone = Fallbacks(CAPACITY, (CAPACITY,), "acme")

    assert run(outbox, bot, clock, fallbacks=alone).pending == 1
    slack.workspace.channels["C0CAPACITY"].is_archived = False

    assert run(outbox, bot, clock, fallbacks=alone).sent == 1


def test_alert_case_13_where_operations_are_down_too_everything_waits_for_them(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, operations: Channel
) -> None:
    slack.workspace.channels["C0CAPACITY"].is_archived = operations.is_archived = True
    outbox = MemoryOutbox(delivery())

    run(outbox, bot, clock, fallbacks=FALLBACKS)
    run(outbox, bot, clock, fallbacks=FALLBACKS)

    assert fates(outbox) == {"C0CAPACITY": ["dead"], "C0OPS": ["pending", "pending"]}
    operations.is_archived = False
    assert run(outbox, bot, clock, fallbacks=FALLBACKS).sent == 2


@pytest.mark.usefixtures("operations")
def test_alert_case_13_news_for_a_digest_that_was_redirected_is_told_where_it_went(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.channels["C0CAPACITY"].is_archived = True
    root = delivery(id="root", revisable=True, as_of=NIGHT.date())
    outbox = MemoryOutbox(root)
    run(outbox, bot, clock, fallbacks=FALLBACKS)

    since = digest(entry(facts="91 accounts (limit 50)"))
    outbox.record(outbox.rows["root"], [replace(root, payload=since)])
    run(outbox, bot, clock, fallbacks=FALLBACKS)

    (told,) = [m for m in slack.messages("C0OPS") if "nothing can be posted" not in m["text"]]
    assert "91 accounts (limit 50)" in told["text"]
