"""Answers stand once, in the thread that they belong to, whatever becomes of their root and of the answers' answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cssync.model.delivery import Delivery, DeliveryState
from cssync.model.digest import Evidence
from cssync.notify.slack.web import SlackBotNotifier
from tests.emulators.slack import threads
from tests.emulators.slack.faults import (
    NOT_JSON,
    UNAVAILABLE,
    Cut,
    Fault,
    Meanwhile,
    accepted_then,
    error,
    late,
    lost,
    slow_down,
)
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Workspace
from tests.notify.builders import NIGHT, Clock, MemoryOutbox, chapter, delivery, digest, entry, run

POST, UPDATE, HISTORY, REPLIES = "chat.postMessage", "chat.update", "conversations.history", "conversations.replies"
DANA = entry(who="Dana Roy", story=(chapter("Why", "14 accounts came from Sam Ito"),))
ANA = entry(who="Ana Diaz", story=(chapter("Why", "9 new customers in 30 days"),))


def thread(**more: Any) -> tuple[Delivery, Delivery, Delivery]:
    """A digest and its two answers."""
    root = delivery(digest(DANA, ANA), **{"id": "root", "as_of": NIGHT.date(), "revisable": True, **more})
    dana, ana = (
        replace(root, id=name, payload=Evidence(told, "8f3a"), reply_to="root")
        for name, told in (("dana", DANA), ("ana", ANA))
    )
    return root, dana, ana


def delete(slack: SlackServer, ts: str) -> None:
    channel = slack.workspace.channels["C0CAPACITY"]
    message = channel.find(ts)
    assert message
    threads.remove(channel, message)


def root_deleted() -> Meanwhile:
    def change(workspace: Workspace) -> None:
        channel = workspace.channels["C0CAPACITY"]
        threads.remove(channel, next(one for one in channel.messages if threads.is_in_channel(one)))

    return Meanwhile(change)


def revise(outbox: MemoryOutbox, facts: str = "91 accounts (limit 50)") -> None:
    root = outbox.rows["root"]
    outbox.rows["root"] = replace(root, payload=digest(replace(DANA, facts=facts), ANA))


def assert_whole(slack: SlackServer, outbox: MemoryOutbox) -> None:
    """One root, and under it one answer a subject, as the outbox says."""
    (root,) = slack.messages()
    answers = slack.answers(root["ts"])
    assert ["Dana Roy" in answers[0]["text"], "Ana Diaz" in answers[1]["text"]] == [True, True]
    assert len(answers) == 2
    assert len(slack.workspace.channels["C0CAPACITY"].messages) == 3
    assert outbox.states == [DeliveryState.SENT] * 3
    receipts = {name: row.receipt for name, row in outbox.rows.items()}
    assert receipts == {
        "root": f"C0CAPACITY:{root['ts']}",
        "dana": f"C0CAPACITY:{answers[0]['ts']}",
        "ana": f"C0CAPACITY:{answers[1]['ts']}",
    }


FAULTS = {
    "closed": accepted_then(Cut.CLOSE),
    "reset": accepted_then(Cut.RESET),
    "half": accepted_then(Cut.HALF),
    "503": accepted_then(UNAVAILABLE),
    "no JSON": accepted_then(NOT_JSON),
    "lost": lost(),
    "late": late(2),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_alert_case_16_an_answer_of_unknown_fate_is_looked_for_in_its_thread(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, fault: Fault
) -> None:
    slack.inject(POST, None, fault)
    outbox = MemoryOutbox(*thread())

    assert run(outbox, bot, clock).failure is None

    # A copy that comes late may be the first of the two that are looked at: what counts is that it stands once.
    (root,) = slack.messages()
    texts = sorted(one["text"].split(":")[0] for one in slack.answers(root["ts"]))
    assert texts == ["CRITICAL Ana Diaz (new)", "CRITICAL Dana Roy (new)"]
    assert outbox.states == [DeliveryState.SENT] * 3
    assert REPLIES in slack.calls


def test_alert_case_16_of_two_answers_of_a_kind_the_earlier_is_kept(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, None, late(3))
    outbox = MemoryOutbox(*thread())

    run(outbox, bot, clock)
    clock.sleep(3600)
    run(outbox, bot, clock)

    assert_whole(slack, outbox)


def test_alert_case_15_a_root_that_was_deleted_before_its_first_answer_is_posted_anew_once(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, None, root_deleted())
    outbox = MemoryOutbox(*thread())

    delivered = run(outbox, bot, clock)

    assert delivered.failure is None
    assert_whole(slack, outbox)


def test_alert_case_15_a_root_that_was_deleted_between_its_answers_takes_them_along(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    """Slack goes on to take answers in the thread of what was deleted, and says nothing of it."""
    slack.inject(POST, None, None, root_deleted())
    outbox = MemoryOutbox(*thread())

    run(outbox, bot, clock)

    assert_whole(slack, outbox)


def test_alert_case_15_a_root_that_was_deleted_before_an_update_is_posted_anew_with_its_answers(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(*thread())
    run(outbox, bot, clock)
    delete(slack, slack.messages()[0]["ts"])
    revise(outbox)

    clock.sleep(3600)
    delivered = run(outbox, bot, clock)

    assert delivered.failure is None
    assert_whole(slack, outbox)
    assert "91 accounts (limit 50)" in slack.messages()[0]["text"]
    quiet = len(slack.calls)
    run(outbox, bot, clock)
    assert UPDATE not in slack.calls[quiet:]
    assert POST not in slack.calls[quiet:]


def test_alert_case_15_an_answer_to_a_root_of_yesterday_s_run_that_was_deleted_is_not_left_alone_in_the_channel(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    root, dana, ana = thread()
    outbox = MemoryOutbox(root, dana)
    run(outbox, bot, clock)
    for one in [*slack.answers(slack.messages()[0]["ts"]), *slack.messages()]:
        delete(slack, one["ts"])
    outbox.rows["ana"] = ana

    clock.sleep(3600)
    run(outbox, bot, clock)

    assert_whole(slack, outbox)


def test_alert_case_15_an_answer_that_was_deleted_is_posted_anew_once(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(*thread())
    run(outbox, bot, clock)
    delete(slack, slack.answers(slack.messages()[0]["ts"])[1]["ts"])
    outbox.rows["ana"] = replace(outbox.rows["ana"], payload=Evidence(replace(ANA, facts="60 accounts"), "8f3a"))

    clock.sleep(3600)
    run(outbox, bot, clock)

    assert_whole(slack, outbox)
    assert "60 accounts" in slack.answers(slack.messages()[0]["ts"])[1]["text"]


def test_alert_case_15_two_who_delete_and_post_do_not_chase_each_other(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, *[None, root_deleted()] * 20)
    outbox = MemoryOutbox(*thread())

    delivered = run(outbox, bot, clock)

    assert slack.calls.count(POST) < 10
    assert delivered.failure is not None
    assert "it was deleted again as soon as it was posted anew" in delivered.errors


def test_alert_case_15_what_was_deleted_days_ago_is_let_be(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    outbox = MemoryOutbox(*thread())
    run(outbox, bot, clock)
    delete(slack, slack.messages()[0]["ts"])
    clock.sleep(10 * 24 * 3600)
    revise(outbox)

    delivered = run(outbox, bot, clock)

    assert (delivered.failure, delivered.notes) == (None, ("not brought up to date: it was deleted there",))
    assert slack.calls.count(POST) == 3
    quiet = len(slack.calls)
    run(outbox, bot, clock)
    assert slack.calls[quiet:] == []


@pytest.mark.parametrize(
    "fault",
    [lost(), lost(UNAVAILABLE), slow_down("3600"), lost(error("fatal_error"))],
    ids=["lost", "503", "429", "fatal"],
)
def test_a_move_that_is_interrupted_goes_on_in_the_next_round(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, fault: Fault
) -> None:
    outbox = MemoryOutbox(*thread())
    run(outbox, bot, clock)
    delete(slack, slack.messages()[0]["ts"])
    revise(outbox)
    slack.inject("chat.delete", None, fault)
    clock.sleep(3600)

    first = run(outbox, bot, clock)
    clock.sleep(3600)
    second = run(outbox, bot, clock)

    assert (first.stale, second.failure) == (1, None)
    assert_whole(slack, outbox)


def test_an_answer_whose_root_was_given_up_is_given_up_with_it(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, *[lost(error("invalid_blocks"))] * 2)
    outbox = MemoryOutbox(*thread())

    delivered = run(outbox, bot, clock)

    assert outbox.states == [DeliveryState.DEAD] * 3
    assert outbox.rows["ana"].error == "the message that it answers was given up"
    assert delivered.dead == 1
