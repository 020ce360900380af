"""What goes wrong on the way or in Slack goes wrong by script, at the call that the script names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from tests.emulators.slack.conftest import ANA, CHANNEL, refusal
from tests.emulators.slack.faults import (
    UNAVAILABLE,
    Cut,
    Meanwhile,
    accepted_then,
    archived,
    late,
    lost,
    renamed,
    revoked,
    unjoined,
    without,
)
from tests.emulators.slack.server import SlackServer

POST, UPDATE = "chat.postMessage", "chat.update"


@pytest.fixture(autouse=True)
def _without_retries(client: WebClient) -> None:
    client.retry_handlers = []


def texts(client: WebClient) -> list[str]:
    return [message["text"] for message in client.conversations_history(channel=CHANNEL)["messages"]]


def post(client: WebClient, text: str) -> Callable[[], Any]:
    return lambda: client.chat_postMessage(channel=CHANNEL, text=text)


def test_a_late_message_is_not_seen_by_the_next_calls_and_then_stands_where_it_was_asked_for(
    slack: SlackServer, client: WebClient
) -> None:
    slack.inject(POST, late(2))

    with pytest.raises(OSError, match="closed"):
        post(client, "late")()
    post(client, "in time")()

    assert texts(client) == ["in time"]
    assert texts(client) == ["in time", "late"]


def test_an_edit_can_be_late_too(slack: SlackServer, client: WebClient) -> None:
    ts = post(client, "old")()["ts"]
    slack.inject(UPDATE, late(1, UNAVAILABLE))

    with pytest.raises(Exception, match="upstream connect error"):
        client.chat_update(channel=CHANNEL, ts=ts, text="new")

    assert texts(client) == ["old"]
    assert texts(client) == ["new"]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (lost(), "old"),
        (lost(UNAVAILABLE), "old"),
        (accepted_then(Cut.CLOSE), "new"),
        (accepted_then(Cut.RESET), "new"),
        (accepted_then(Cut.HALF), "new"),
        (accepted_then(UNAVAILABLE), "new"),
    ],
)
def test_an_edit_whose_answer_is_lost_was_made_or_not(
    slack: SlackServer, client: WebClient, fault: Any, seen: str
) -> None:
    ts = post(client, "old")()["ts"]
    slack.inject(UPDATE, fault)

    with pytest.raises(Exception):  # noqa: B017, PT011 - each cut raises an error of its own
        client.chat_update(channel=CHANNEL, ts=ts, text="new")

    assert texts(client) == [seen]


@pytest.mark.parametrize(
    ("mishap", "error"),
    [
        (revoked(), "token_revoked"),
        (without("chat:write"), "missing_scope"),
        (archived(CHANNEL), "is_archived"),
        (unjoined(CHANNEL), "not_in_channel"),
    ],
    ids=["revoked", "scope", "archived", "unjoined"],
)
def test_somebody_changes_slack_between_two_messages(
    slack: SlackServer, client: WebClient, mishap: Meanwhile, error: str
) -> None:
    slack.inject(POST, None, mishap)

    post(client, "one")()

    assert refusal(post(client, "two")) == error
    assert [message["text"] for message in slack.messages()] == ["one"]


def test_a_channel_that_was_renamed_is_known_by_its_id_alone(slack: SlackServer, client: WebClient) -> None:
    slack.inject(POST, renamed(CHANNEL, "load"))

    assert refusal(lambda: client.chat_postMessage(channel="#capacity", text="x")) == "channel_not_found"
    assert post(client, "x")()["ok"]


def test_somebody_deletes_the_root_before_the_reply(slack: SlackServer, client: WebClient) -> None:
    root = post(client, "root")()["ts"]
    slack.inject(POST, Meanwhile(lambda workspace: workspace.channels[CHANNEL].messages.clear()))

    answer = client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root)

    assert "thread_ts" not in answer["message"]


def test_every_method_can_go_wrong(slack: SlackServer, client: WebClient) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "users.lookupByEmail": lambda: client.users_lookupByEmail(email=ANA.email),
        "conversations.open": lambda: client.conversations_open(users=ANA.id),
        "conversations.replies": lambda: client.conversations_replies(channel=CHANNEL, ts="1.000000"),
        "views.open": lambda: client.views_open(trigger_id="1", view={}),
        "apps.connections.open": lambda: client.apps_connections_open(app_token=slack.workspace.app_token),
    }
    for method, call in calls.items():
        slack.inject(method, lost(UNAVAILABLE))
        with pytest.raises(Exception, match="upstream connect error"):
            call()
