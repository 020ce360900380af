"""Messages change, go, and show to one person, as chat.update, chat.delete and chat.postEphemeral document it."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from tests.emulators.slack import chat
from tests.emulators.slack.conftest import ANA, CHANNEL, Clock, refusal
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel

METADATA = {"event_type": "greeting", "event_payload": {"id": "1"}}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def test_an_update_keeps_ts_and_place_and_is_marked(slack: SlackServer, client: WebClient, clock: Clock) -> None:
    ts = client.chat_postMessage(channel=CHANNEL, text="one")["ts"]
    client.chat_postMessage(channel=CHANNEL, text="two")
    clock.seconds += 60

    answer = client.chat_update(channel=CHANNEL, ts=ts, text="one, mended")

    assert (answer["channel"], answer["ts"], answer["text"]) == (CHANNEL, ts, "one, mended")
    first, second = slack.messages()
    assert (first["ts"], first["text"], second["text"]) == (ts, "one, mended", "two")
    assert first["edited"] == {"user": "U0CSSYNC", "ts": "1795316460.000000"}
    assert "edited" not in second


def test_an_update_keeps_blocks_and_metadata_that_it_does_not_name(slack: SlackServer, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=CHANNEL, text="x", blocks=[section("old")], metadata=METADATA)["ts"]

    client.chat_update(channel=CHANNEL, ts=ts, text="y")

    (message,) = slack.messages()
    assert (message["text"], message["blocks"][0]["text"]["text"]) == ("y", "old")
    assert message["metadata"] == METADATA


def test_an_update_replaces_blocks_and_metadata_and_removes_empty_ones(slack: SlackServer, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=CHANNEL, text="x", blocks=[section("old")], metadata=METADATA)["ts"]
    other = {**METADATA, "event_payload": {"id": "2"}}

    client.chat_update(channel=CHANNEL, ts=ts, text="x", blocks=[section("new")], metadata=other)
    (message,) = slack.messages()
    assert (message["blocks"][0]["text"]["text"], message["metadata"]) == ("new", other)

    client.chat_update(channel=CHANNEL, ts=ts, text="x", blocks=[], metadata={})
    (message,) = slack.messages()
    assert "blocks" not in message
    assert "metadata" not in message


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 4_001}, "msg_too_long"),
        ({"text": "x", "blocks": [section("x" * 3_001)]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section("x" * 3_000)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "x", "event_payload": {"y": "z" * 1_024}}}, "metadata_too_large"),
    ],
)
def test_an_update_beyond_slack_s_limits_is_refused_and_changes_nothing(
    slack: SlackServer, client: WebClient, change: dict[str, Any], error: str
) -> None:
    ts = client.chat_postMessage(channel=CHANNEL, text="as it was")["ts"]

    assert refusal(lambda: client.api_call("chat.update", json={"channel": CHANNEL, "ts": ts, **change})) == error

    (message,) = slack.messages()
    assert (message["text"], "edited" in message) == ("as it was", False)


def test_an_update_of_what_is_not_there_or_not_ours_is_refused(slack: SlackServer, client: WebClient) -> None:
    def error(channel: str, ts: str) -> str:
        return refusal(lambda: client.chat_update(channel=channel, ts=ts, text="y"))

    ts = client.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    hers = chat.post(slack.workspace, slack.workspace.channels[CHANNEL], {"text": "hello"}, ANA.id)["ts"]

    assert error(CHANNEL, "1.000000") == "message_not_found"
    assert error(CHANNEL, hers) == "cant_update_message"
    assert error("C0NONE", ts) == "channel_not_found"
    assert error("#capacity", ts) == "channel_not_found"
    slack.workspace.channels[CHANNEL].is_archived = True
    assert error(CHANNEL, ts) == "is_inactive"
    slack.workspace.channels[CHANNEL].is_member = False
    assert error(CHANNEL, ts) == "not_in_channel"
    slack.workspace.channels[CHANNEL].is_private = True
    assert error(CHANNEL, ts) == "channel_not_found"
    slack.workspace.scopes -= {"chat:write"}
    assert error(CHANNEL, ts) == "missing_scope"


def test_an_update_after_the_team_s_edit_window_is_refused(slack: SlackServer, client: WebClient, clock: Clock) -> None:
    slack.workspace.edit_window_seconds = 60
    ts = client.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    clock.seconds += 60
    client.chat_update(channel=CHANNEL, ts=ts, text="in time")
    clock.seconds += 1

    assert refusal(lambda: client.chat_update(channel=CHANNEL, ts=ts, text="too late")) == "edit_window_closed"


def test_a_message_of_another_cannot_be_deleted(slack: SlackServer, client: WebClient) -> None:
    hers = chat.post(slack.workspace, slack.workspace.channels[CHANNEL], {"text": "hello"}, ANA.id)["ts"]

    assert refusal(lambda: client.chat_delete(channel=CHANNEL, ts=hers)) == "cant_delete_message"


def test_slack_names_the_blocks_and_elements_that_come_without_an_id(client: WebClient) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{**section("x"), "block_id": "mine", "accessory": button}, {"type": "actions", "elements": [button]}]

    first, second = client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)["message"]["blocks"]

    ids = [second["block_id"], first["accessory"]["action_id"], second["elements"][0]["action_id"]]
    assert first["block_id"] == "mine"
    assert all(ids)
    assert len(set(ids)) == 3


def test_an_ephemeral_message_shows_to_one_person_and_stands_nowhere(slack: SlackServer, client: WebClient) -> None:
    ts = client.chat_postEphemeral(channel=CHANNEL, user=ANA.id, text="only you")["message_ts"]

    (shown,) = slack.workspace.ephemerals
    assert (shown.channel_id, shown.user_id, shown.message["text"]) == (CHANNEL, "U0ANA", "only you")
    assert client.conversations_history(channel=CHANNEL)["messages"] == []
    assert refusal(lambda: client.chat_update(channel=CHANNEL, ts=ts, text="y")) == "message_not_found"


def test_an_ephemeral_message_needs_somebody_to_see_it(slack: SlackServer, client: WebClient) -> None:
    def error(channel: str, user: str, text: str = "x") -> str:
        message = {"channel": channel, "user": user, "text": text}
        return refusal(lambda: client.api_call("chat.postEphemeral", json=message))

    slack.workspace.add(Channel("G0LEADS", "leads", is_private=True, members=frozenset({"U0SAM"})))

    assert error(CHANNEL, "U0NOBODY") == "user_not_in_channel"
    assert error("G0LEADS", "U0ANA") == "user_not_in_channel"
    assert error(CHANNEL, "U0ANA", text="") == "no_text"
    slack.workspace.channels[CHANNEL].is_archived = True
    assert error(CHANNEL, "U0ANA") == "is_archived"
