"""A digest arrives exactly once by bot and at most once by webhook, whatever goes wrong and however often it is run."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from pydantic import SecretStr

from cssync.errors import DeliveryError, ExitCode
from cssync.model.delivery import Attempt, Delivery, DeliveryState, Outcome, Outgoing
from cssync.notify.base import Notifier
from cssync.notify.delivery import Delivered, deliver
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import SlackWebhookNotifier
from tests.emulators.slack import chat
from tests.emulators.slack.faults import (
    NOT_JSON,
    UNAVAILABLE,
    Answer,
    Cut,
    Fault,
    accepted_then,
    error,
    lost,
    slow_down,
)
from tests.emulators.slack.server import WEBHOOK, SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import NIGHT, Clock, MemoryOutbox, delivery, notice, outgoing
from tests.notify.conftest import make_bot

POST = "chat.postMessage"

SEQUENCES: dict[str, list[Fault]] = {
    "accepted, then closed": [accepted_then(Cut.CLOSE)],
    "accepted, then reset": [accepted_then(Cut.RESET)],
    "accepted, then silent": [accepted_then(Cut.SILENCE)],
    "accepted, half a body": [accepted_then(Cut.HALF)],
    "accepted, then 503": [accepted_then(UNAVAILABLE)],
    "accepted, then no JSON": [accepted_then(NOT_JSON)],
    "accepted, then fatal_error": [accepted_then(error("fatal_error"))],
    "lost before Slack": [lost()],
    "lost, reset": [lost(Cut.RESET)],
    "503 before accepting": [lost(UNAVAILABLE)],
    "lost twice": [lost(), lost(Cut.RESET)],
    "lost, then accepted and closed": [lost(), accepted_then(Cut.CLOSE)],
    "503 before, then 503 after": [lost(UNAVAILABLE), accepted_then(UNAVAILABLE)],
    "slow down for 2 s": [slow_down("2")],
    "slow down until a date": [slow_down("Sun, 22 Nov 2026 04:00:20 GMT")],
    "slow down, no word how long": [slow_down(None)],
    "slow down for 0 s": [slow_down("0"), slow_down("0")],
    "slow down for an hour": [slow_down("3600")],
    "lost, slow down, accepted and reset": [lost(), slow_down("1"), accepted_then(Cut.RESET)],
    "never reached in the first run": [lost(), lost(), lost()],
}


@pytest.mark.parametrize("faults", SEQUENCES.values(), ids=SEQUENCES)
def test_by_bot_exactly_one_message_arrives(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, faults: list[Fault]
) -> None:
    slack.inject(POST, *faults)
    outbox = MemoryOutbox(delivery())

    run(outbox, bot, clock)
    clock.sleep(24 * 3600)
    run(outbox, bot, clock)
    run(outbox, bot, clock)

    (message,) = slack.messages()
    (row,) = outbox.rows.values()
    assert row.state is DeliveryState.SENT
    assert row.receipt == f"C0CAPACITY:{message['ts']}"


@pytest.mark.parametrize("faults", SEQUENCES.values(), ids=SEQUENCES)
def test_by_webhook_at_most_one_message_arrives(
    slack: SlackServer, webhook: SlackWebhookNotifier, clock: Clock, faults: list[Fault]
) -> None:
    slack.inject(WEBHOOK, *faults)
    outbox = MemoryOutbox(delivery())

    run(outbox, webhook, clock)
    clock.sleep(24 * 3600)
    run(outbox, webhook, clock)

    arrived = len(slack.messages())
    assert arrived <= 1
    assert set(outbox.states) <= {DeliveryState.SENT, DeliveryState.DEAD}
    assert arrived == 1 or outbox.states == [DeliveryState.DEAD]


def test_a_webhook_of_unknown_fate_is_given_up_and_says_where_to_look(
    slack: SlackServer, webhook: SlackWebhookNotifier, clock: Clock
) -> None:
    slack.inject(WEBHOOK, accepted_then(Cut.CLOSE))

    delivered = run(MemoryOutbox(delivery()), webhook, clock)

    assert (delivered.dead, delivered.pending) == (1, 0)
    assert delivered.errors == (
        (
            "the answer to posting it was lost, and a webhook cannot be read back: look for 'ref 5d41402a' in the "
            "channel; notify.slack.via: bot does that by itself"
        ),
    )


def test_the_attempt_is_on_record_before_it_is_made(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    outbox = MemoryOutbox(delivery())

    run(outbox, bot, clock)

    begun, ended = outbox.written
    assert (begun.state, begun.attempts, begun.first_attempt_at) == (DeliveryState.SENDING, 1, NIGHT)
    assert (ended.state, ended.attempts, ended.error) == (DeliveryState.SENT, 1, None)


class KilledError(Exception):
    """Stands for a process that dies at this very line."""


class DyingOutbox(MemoryOutbox):
    """Fails for good at the n-th write, like a disk that is full or a process that is killed."""

    def __init__(self, lives: int, *deliveries: Delivery) -> None:
        super().__init__(*deliveries)
        self.lives = lives

    def record(self, delivery: Delivery) -> None:
        if not self.lives:
            raise KilledError
        self.lives -= 1
        super().record(delivery)


@pytest.mark.parametrize("writes_before_death", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("fault", [None, accepted_then(Cut.CLOSE), lost()], ids=["none", "accepted", "lost"])
def test_a_run_that_dies_anywhere_is_completed_by_the_next_one(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, writes_before_death: int, fault: Fault | None
) -> None:
    slack.inject(POST, *([fault] if fault else []))
    dying = DyingOutbox(writes_before_death, delivery())
    with contextlib.suppress(KilledError):
        run(dying, bot, clock)

    outbox = MemoryOutbox(*dying.rows.values())
    clock.sleep(60)
    run(outbox, bot, clock)

    assert len(slack.messages()) == 1
    assert outbox.states == [DeliveryState.SENT]


def test_a_token_revoked_in_mid_batch_pauses_the_sink_and_keeps_every_row(
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
def test_a_channel_out_of_reach_keeps_its_own_rows_and_lets_others_go(
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


def test_a_late_copy_is_swept_away_and_the_earliest_kept(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    """Slack commits the first post only after it was looked for twice and sent again."""
    slack.inject(POST, lost())
    outbox = MemoryOutbox(delivery())
    late = LateCommit(bot, slack)

    run(outbox, late, clock)

    (message,) = slack.messages()
    (row,) = outbox.rows.values()
    assert message["text"] == "the late one"
    assert row.receipt == f"C0CAPACITY:{message['ts']}"


class LateCommit:
    """A bot whose first post appears, with its early timestamp, once the second one was sent."""

    name = "slack"
    edits = True

    def __init__(self, bot: SlackBotNotifier, slack: SlackServer) -> None:
        self.check, self.edit, self.find = bot.check, bot.edit, bot.find
        self._bot = bot
        self._slack = slack

    def send(self, message: Outgoing, now: object) -> Attempt:
        attempt = self._bot.send(message, NIGHT)
        if message.delivery.attempts == 2:
            channel = self._slack.workspace.channels["C0CAPACITY"]
            copy = {**channel.messages[0], "ts": f"{NIGHT.timestamp():.6f}", "text": "the late one"}
            channel.messages.insert(0, copy)
        return attempt


def test_reading_back_turns_every_page(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    slack.workspace.page_size = 2
    slack.inject(POST, accepted_then(Cut.CLOSE))
    outbox = MemoryOutbox(delivery())
    busy = BusyChannel(bot, slack, clock)

    run(outbox, busy, clock)

    assert outbox.states == [DeliveryState.SENT]
    assert len(slack.messages()) == 8
    assert slack.calls.count(POST) == 1


class BusyChannel:
    """A bot in a channel where people write on while it posts."""

    name = "slack"
    edits = True

    def __init__(self, bot: SlackBotNotifier, slack: SlackServer, clock: Clock) -> None:
        self.check, self.edit, self.find = bot.check, bot.edit, bot.find
        self._bot, self._slack, self._clock = bot, slack, clock

    def send(self, message: Outgoing, now: object) -> Attempt:
        attempt = self._bot.send(message, NIGHT)
        for number in range(7):
            self._clock.sleep(1)
            workspace = self._slack.workspace
            chat.post(workspace, workspace.channels["C0CAPACITY"], {"text": f"talk {number}"})
        return attempt


def test_slack_s_clock_may_be_two_minutes_behind_ours(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    slack.workspace.clock = lambda: clock.seconds() - 110
    slack.inject(POST, accepted_then(Cut.CLOSE))

    run(MemoryOutbox(delivery()), bot, clock)

    assert len(slack.messages()) == 1


def test_without_the_history_scope_an_unknown_fate_waits_and_the_rest_goes_out(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.scopes = frozenset({"chat:write"})
    slack.inject(POST, accepted_then(Cut.CLOSE))
    outbox = MemoryOutbox(delivery(id="one"), delivery(id="two"))

    delivered = run(outbox, bot, clock)

    assert outbox.states == [DeliveryState.UNKNOWN, DeliveryState.SENT]
    assert "add channels:history" in delivered.errors[0]
    slack.workspace.scopes |= {"channels:history"}
    assert run(outbox, bot, clock).sent == 1
    assert len(slack.messages()) == 2


def test_a_channel_given_by_name_is_read_back_too(slack: SlackServer, clock: Clock) -> None:
    slack.workspace.page_size = 1
    slack.workspace.add(Channel("G0PRIVATE", "leads", is_private=True))
    slack.inject(POST, accepted_then(Cut.CLOSE))
    outbox = MemoryOutbox(delivery(address="#leads"))

    run(outbox, make_bot(slack, clock), clock)

    assert outbox.states == [DeliveryState.SENT]
    assert len(slack.messages("G0PRIVATE")) == 1


@pytest.mark.parametrize(
    "fault", [lost(), lost(UNAVAILABLE), lost(NOT_JSON), slow_down("1"), lost(error("fatal_error"))]
)
def test_a_look_that_fails_leaves_the_fate_unknown_and_sends_nothing(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, fault: Fault
) -> None:
    slack.inject(POST, accepted_then(Cut.CLOSE))
    slack.inject("conversations.history", *[fault] * 3)
    outbox = MemoryOutbox(delivery())

    delivered = run(outbox, bot, clock)

    assert (delivered.pending, outbox.states) == (1, [DeliveryState.UNKNOWN])
    assert slack.calls.count(POST) == 1
    clock.sleep(3600)
    assert run(outbox, bot, clock).sent == 1
    assert len(slack.messages()) == 1


def test_history_that_leads_in_a_circle_settles_nothing(slack: SlackServer, bot: SlackBotNotifier) -> None:
    page = b'{"ok":true,"messages":[],"response_metadata":{"next_cursor":"again"}}'
    slack.inject("conversations.history", *[lost(Answer(200, page))] * 2)

    assert bot.find(outgoing(first_attempt_at=NIGHT), NIGHT).outcome is Outcome.UNKNOWN


def test_a_sink_that_is_switched_off_holds_its_messages_without_failing_the_run(
    bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(delivery(sink="pager"))

    delivered = run(outbox, bot, clock)

    assert delivered == Delivered(held=1)
    assert delivered.failure is None
    assert outbox.states == [DeliveryState.PENDING]


def test_patience_ends_and_the_message_is_due_when_slack_said(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, slow_down("600"))
    outbox = MemoryOutbox(delivery())

    delivered = run(outbox, bot, clock)

    (row,) = outbox.rows.values()
    assert clock.slept == []
    assert (delivered.pending, row.not_before) == (1, NIGHT + timedelta(seconds=600))


def test_a_backlog_does_not_wait_for_a_dead_slack_message_by_message(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, *[lost(UNAVAILABLE)] * 90)
    outbox = MemoryOutbox(*(delivery(id=f"id-{number}") for number in range(30)))

    delivered = run(outbox, bot, clock)

    assert (delivered.sent, delivered.pending) == (0, 30)
    assert clock.now() - NIGHT < timedelta(minutes=3)
    assert slack.calls.count(POST) < 30


def test_a_long_backlog_goes_out_in_one_run_where_slack_is_well(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(*(delivery(id=f"id-{number}") for number in range(200)))

    assert run(outbox, SlowBot(bot, clock), clock).sent == 200
    assert len(slack.messages()) == 200


class SlowBot:
    """A bot that takes ten seconds for each message."""

    name = "slack"
    edits = True

    def __init__(self, bot: SlackBotNotifier, clock: Clock) -> None:
        self.check, self.edit, self.find = bot.check, bot.edit, bot.find
        self._bot, self._clock = bot, clock

    def send(self, message: Outgoing, now: object) -> Attempt:
        self._clock.sleep(10)
        return self._bot.send(message, NIGHT)


def test_a_message_that_can_never_go_out_is_dead_and_the_others_go_on(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, lost(error("invalid_blocks")), lost(error("msg_too_long")))
    outbox = MemoryOutbox(delivery(id="one"), delivery(id="two"))

    delivered = run(outbox, bot, clock)

    assert outbox.states == [DeliveryState.DEAD, DeliveryState.SENT]
    assert (delivered.dead, delivered.sent) == (1, 1)


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


def test_a_message_sent_as_plain_text_is_noted(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    slack.inject(POST, lost(error("invalid_blocks")))

    delivered = run(MemoryOutbox(delivery()), bot, clock)

    assert (delivered.sent, delivered.failure) == (1, None)
    assert delivered.notes == ("sent as plain text; Slack refused: invalid_blocks",)


def test_slack_s_pace_of_a_message_a_second_is_kept(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    slack.workspace.paced = True
    outbox = MemoryOutbox(*(delivery(id=f"id-{number}") for number in range(5)))

    assert run(outbox, bot, clock).sent == 5
    assert len(slack.messages()) == 5


def test_a_token_from_a_file_may_end_with_a_line_break(slack: SlackServer, clock: Clock) -> None:
    token = SecretStr(slack.workspace.token + "\n")
    bot = SlackBotNotifier(token, api_url=slack.api_url, timeout_seconds=5, sleep=clock.sleep)

    assert run(MemoryOutbox(delivery()), bot, clock).sent == 1


def run(outbox: MemoryOutbox, notifier: Notifier, clock: Clock) -> Delivered:
    return deliver(outbox, [notifier], now=clock.now, sleep=clock.sleep)


def test_pauses_between_tries_grow_and_are_drawn_by_lot(slack: SlackServer, bot: SlackBotNotifier) -> None:
    drawn = set()
    for _ in range(5):
        clock = Clock()
        slack.inject(POST, *[lost(error("an_error_of_next_year"))] * 3)
        run(MemoryOutbox(delivery()), bot, clock)
        first, second = clock.slept
        assert 1 <= first <= 2 <= second <= 4
        drawn |= {first, second}
    assert len(drawn) == 10
