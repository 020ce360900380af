"""Slack is asked no faster than it likes, and waited for no longer than a night can bear."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cssync.model.delivery import Attempt, DeliveryState, Outcome, Outgoing
from cssync.notify.slack.web import SlackBotNotifier
from tests.emulators.slack.faults import (
    UNAVAILABLE,
    error,
    lost,
    slow_down,
)
from tests.emulators.slack.server import SlackServer
from tests.notify.builders import NIGHT, Clock, MemoryOutbox, delivery, run

POST = "chat.postMessage"


def test_alert_case_04_patience_ends_and_the_message_is_due_when_slack_said(
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
    seconds_apart = 0.0

    def __init__(self, bot: SlackBotNotifier, clock: Clock) -> None:
        self.check, self.edit, self.find, self.withdraw = bot.check, bot.edit, bot.find, bot.withdraw
        self._bot, self._clock = bot, clock

    def send(self, message: Outgoing, now: object) -> Attempt:
        self._clock.sleep(10)
        return self._bot.send(message, NIGHT)


def test_alert_case_04_a_digest_with_45_answers_runs_into_no_429(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    """Slack takes a message a second in one channel."""
    slack.workspace.paced = True
    root = delivery(id="root", as_of=NIGHT.date(), revisable=True)
    outbox = MemoryOutbox(root, *(replace(root, id=f"id-{number}", reply_to="root") for number in range(45)))

    assert run(outbox, bot, clock).sent == 46
    assert slack.calls.count(POST) == 46


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


def test_looking_again_for_many_in_a_dead_slack_ends_with_the_patience(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    twice: dict[str, Any] = {"state": DeliveryState.SENT, "attempts": 2, "first_attempt_at": NIGHT}
    outbox = MemoryOutbox(*(delivery(id=f"id-{n}", receipt=f"C0CAPACITY:{n}.000000", **twice) for n in range(60)))
    looking = BlindBot(bot, clock)

    run(outbox, looking, clock)

    assert clock.now() - NIGHT < timedelta(minutes=3)


class BlindBot:
    """A bot whose looks all end after fifteen seconds without an answer."""

    name = "slack"
    edits = True
    seconds_apart = 0.0

    def __init__(self, bot: SlackBotNotifier, clock: Clock) -> None:
        self.check, self.edit, self.send, self.withdraw = bot.check, bot.edit, bot.send, bot.withdraw
        self._clock = clock

    def find(self, message: Outgoing, now: object) -> Attempt:
        self._clock.sleep(15)
        return Attempt(Outcome.UNKNOWN)
