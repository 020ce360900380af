"""What stands in a channel is edited until it shows what is true now, and not a time more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cssync.model.delivery import Delivery, DeliveryState
from cssync.notify.slack.web import SlackBotNotifier
from tests.emulators.slack import chat
from tests.emulators.slack.faults import (
    NOT_JSON,
    UNAVAILABLE,
    Cut,
    Fault,
    accepted_then,
    archived,
    error,
    lost,
    revoked,
    slow_down,
)
from tests.emulators.slack.server import SlackServer
from tests.notify.builders import DELIVERY_ID, NIGHT, Clock, MemoryOutbox, delivery, digest, entry, run

UPDATE = "chat.update"
BEFORE, NOW = digest(), digest(entry(facts="91 accounts (limit 50)"))


def posted(slack: SlackServer, bot: SlackBotNotifier, clock: Clock, *more: Delivery) -> MemoryOutbox:
    """A digest that stands in the channel, and has become another since."""
    outbox = MemoryOutbox(delivery(BEFORE, revisable=True, as_of=NIGHT.date()), *more)
    run(outbox, bot, clock)
    outbox.rows[DELIVERY_ID] = replace(outbox.rows[DELIVERY_ID], payload=NOW)
    clock.sleep(3600)
    return outbox


def shown(slack: SlackServer) -> str:
    (message,) = slack.messages()
    return str(message["text"])


FAULTS = {
    "accepted, then closed": accepted_then(Cut.CLOSE),
    "accepted, then silent": accepted_then(Cut.SILENCE),
    "accepted, half a body": accepted_then(Cut.HALF),
    "accepted, then no JSON": accepted_then(NOT_JSON),
    "lost": lost(),
    "503": lost(UNAVAILABLE),
    "slow down": slow_down("2"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_edit_whose_fate_is_unknown_is_made_again(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, fault: Fault
) -> None:
    outbox = posted(slack, bot, clock)
    slack.inject(UPDATE, fault)

    delivered = run(outbox, bot, clock)

    assert (delivered.edited, delivered.failure) == (1, None)
    assert "91 accounts (limit 50)" in shown(slack)
    assert slack.calls.count(UPDATE) == 2


def test_an_edit_that_fails_all_night_is_made_by_the_next_run(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = posted(slack, bot, clock)
    slack.inject(UPDATE, *[lost(UNAVAILABLE)] * 3)

    failure = run(outbox, bot, clock).failure

    assert failure is not None
    assert failure.message == "1 message not brought up to date yet"
    assert outbox.states == [DeliveryState.SENT]
    assert run(outbox, bot, clock).edited == 1
    assert "91 accounts (limit 50)" in shown(slack)


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
def test_an_edit_that_is_refused_for_good_is_noted_once(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, code: str
) -> None:
    outbox = posted(slack, bot, clock)
    slack.inject(UPDATE, *[lost(error(code))] * 2)

    delivered = run(outbox, bot, clock)

    assert delivered.failure is None
    assert delivered.notes[0].startswith(f"not brought up to date: Slack refused: {code}")
    asked = slack.calls.count(UPDATE)
    assert run(outbox, bot, clock).notes == ()
    assert slack.calls.count(UPDATE) == asked


def test_in_a_channel_that_was_archived_since_nothing_is_edited_any_more(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = posted(slack, bot, clock)
    slack.inject(UPDATE, archived("C0CAPACITY"))

    delivered = run(outbox, bot, clock)

    assert delivered.failure is None
    assert delivered.notes == ("not brought up to date: Slack refused: is_inactive: unarchive the channel",)
    run(outbox, bot, clock)
    assert slack.calls.count(UPDATE) == 1


def test_alert_case_12_a_token_revoked_before_an_edit_leaves_it_for_the_run_after(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = posted(slack, bot, clock)
    slack.inject(UPDATE, revoked())

    assert run(outbox, bot, clock).stale == 1
    slack.workspace.revoked = False

    assert run(outbox, bot, clock).edited == 1
    assert "91 accounts (limit 50)" in shown(slack)


def test_an_edit_whose_blocks_are_refused_is_made_as_plain_text(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = posted(slack, bot, clock)
    slack.inject(UPDATE, lost(error("invalid_blocks")))

    delivered = run(outbox, bot, clock)

    assert delivered.notes == ("sent as plain text; Slack refused: invalid_blocks",)
    (message,) = slack.messages()
    assert "91 accounts (limit 50)" in message["text"]
    assert "blocks" not in message


def test_what_people_write_beside_it_is_left_alone(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    outbox = posted(slack, bot, clock)
    chat.post(slack.workspace, slack.workspace.channels["C0CAPACITY"], {"text": "thanks"}, "U0ANA")

    run(outbox, bot, clock)

    assert [one["text"] for one in slack.messages()][1:] == ["thanks"]


def test_what_is_older_than_a_month_stays_as_it_was(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    outbox = posted(slack, bot, clock)
    clock.sleep(32 * 24 * 3600)

    run(outbox, bot, clock)

    assert UPDATE not in slack.calls


def test_edits_keep_slack_s_pace(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    more = [delivery(BEFORE, id=f"id-{number}", revisable=True, as_of=NIGHT.date()) for number in range(50)]
    outbox = posted(slack, bot, clock, *more)
    for one in more:
        outbox.rows[one.id] = replace(outbox.rows[one.id], payload=NOW)
    begun = clock.now()

    assert run(outbox, bot, clock).edited == 51
    assert (clock.now() - begun).total_seconds() >= 60
