"""A message of unknown fate is looked for, and looked for again, before anything is sent twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cssync.model.delivery import Attempt, DeliveryState, Outcome, Outgoing
from cssync.notify.slack.web import SlackBotNotifier
from tests.emulators.slack import chat
from tests.emulators.slack.faults import (
    NOT_JSON,
    UNAVAILABLE,
    Answer,
    Cut,
    Fault,
    accepted_then,
    error,
    late,
    lost,
    slow_down,
)
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import (
    DELIVERY_ID,
    NIGHT,
    Clock,
    MemoryOutbox,
    delivery,
    digest,
    entry,
    outgoing,
    run,
)
from tests.notify.conftest import make_bot

POST = "chat.postMessage"


def test_alert_case_05_a_late_copy_is_swept_away_and_the_earliest_kept(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    """Slack commits the first post only after it was looked for twice and sent again."""
    slack.inject(POST, late(3))
    outbox = MemoryOutbox(delivery())

    run(outbox, bot, clock)

    (message,) = slack.messages()
    (row,) = outbox.rows.values()
    assert row.receipt == f"C0CAPACITY:{message['ts']}"
    assert float(message["ts"]) == NIGHT.timestamp()
    assert slack.calls.count(POST) == 2


def test_alert_case_05_a_copy_that_comes_after_the_run_is_swept_away_by_the_next_one(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, late(4))
    outbox = MemoryOutbox(delivery(revisable=True, as_of=NIGHT.date()))

    run(outbox, bot, clock)
    chat.post(slack.workspace, slack.workspace.channels["C0CAPACITY"], {"text": "talk"})
    clock.sleep(24 * 3600)
    run(outbox, bot, clock)

    kept, talk = slack.messages()
    assert (float(kept["ts"]), talk["text"]) == (NIGHT.timestamp(), "talk")
    assert outbox.rows[DELIVERY_ID].receipt == f"C0CAPACITY:{kept['ts']}"


def test_alert_case_05_a_late_copy_that_shows_what_was_true_before_is_brought_up_to_date(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, late(4))
    before, since = digest(), digest(entry(facts="91 accounts (limit 50)"))
    outbox = MemoryOutbox(delivery(before, revisable=True, as_of=NIGHT.date()))
    slack.inject("conversations.history", *[lost()] * 3)
    run(outbox, bot, clock)

    outbox.rows[DELIVERY_ID] = replace(outbox.rows[DELIVERY_ID], payload=since)
    clock.sleep(3600)
    run(outbox, bot, clock)
    run(outbox, bot, clock)

    (message,) = slack.messages()
    assert "91 accounts (limit 50)" in message["text"]
    assert float(message["ts"]) == NIGHT.timestamp()


def test_what_was_sent_by_one_attempt_is_not_looked_for_again(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(delivery())
    run(outbox, bot, clock)
    clock.sleep(3600)

    run(outbox, bot, clock)

    assert slack.calls == [POST]


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
    seconds_apart = 0.0

    def __init__(self, bot: SlackBotNotifier, slack: SlackServer, clock: Clock) -> None:
        self.check, self.edit, self.find, self.withdraw = bot.check, bot.edit, bot.find, bot.withdraw
        self._bot, self._slack, self._clock = bot, slack, clock

    def send(self, message: Outgoing, now: object) -> Attempt:
        attempt = self._bot.send(message, NIGHT)
        for number in range(7):
            self._clock.sleep(1)
            workspace = self._slack.workspace
            chat.post(workspace, workspace.channels["C0CAPACITY"], {"text": f"talk {number}"})
        return attempt


def test_alert_case_31_slack_s_clock_may_be_two_minutes_behind_ours(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.clock = lambda: clock.seconds() - 110
    slack.inject(POST, accepted_then(Cut.CLOSE))

    run(MemoryOutbox(delivery()), bot, clock)

    assert len(slack.messages()) == 1


def test_alert_case_31_a_clock_that_is_hours_ahead_of_slack_s_makes_no_second_copy(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.clock = lambda: clock.seconds() - 5 * 3600
    slack.inject(POST, accepted_then(Cut.CLOSE))

    run(MemoryOutbox(delivery()), bot, clock)

    assert len(slack.messages()) == 1
    assert slack.calls.count(POST) == 1


def test_alert_case_31_a_clock_that_is_hours_behind_slack_s_makes_no_second_copy(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.workspace.clock = lambda: clock.seconds() + 5 * 3600
    slack.inject(POST, accepted_then(Cut.CLOSE))

    run(MemoryOutbox(delivery()), bot, clock)

    assert len(slack.messages()) == 1
    assert slack.calls.count(POST) == 1


def test_alert_case_14_without_the_history_scope_an_unknown_fate_waits_and_the_rest_goes_out(
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
