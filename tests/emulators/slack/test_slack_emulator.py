"""The emulator answers slack_sdk as Slack would, refuses what Slack refuses, and fails as told."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.models.blocks import DividerBlock, HeaderBlock, SectionBlock
from slack_sdk.webhook import WebhookClient

from tests.emulators.slack import mentions
from tests.emulators.slack.conftest import CHANNEL
from tests.emulators.slack.faults import Cut, accepted_then, slow_down
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel


def test_the_plain_client_posts_reads_updates_and_deletes(slack: SlackServer, client: WebClient) -> None:
    blocks = [HeaderBlock(text="Hello"), SectionBlock(text="*world*"), DividerBlock()]
    metadata = {"event_type": "greeting", "event_payload": {"id": "1"}}

    posted = client.chat_postMessage(channel="#capacity", text="Hello", blocks=blocks, metadata=metadata)
    seen = client.conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"]
    bare = client.conversations_history(channel=CHANNEL)["messages"]
    client.chat_update(channel=CHANNEL, ts=posted["ts"], text="Bye")

    assert posted["channel"] == CHANNEL
    assert seen[0]["metadata"] == metadata
    assert [block["type"] for block in seen[0]["blocks"]] == ["header", "section", "divider"]
    assert "metadata" not in bare[0]
    assert slack.messages()[0]["text"] == "Bye"
    client.chat_delete(channel=CHANNEL, ts=posted["ts"])
    assert slack.messages() == []
    with pytest.raises(SlackApiError, match="message_not_found"):
        client.chat_delete(channel=CHANNEL, ts=posted["ts"])


def test_history_is_newest_first_in_pages_after_oldest(slack: SlackServer, client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=CHANNEL, text=f"message {number}")["ts"] for number in range(5)]

    pages = client.conversations_history(channel=CHANNEL, limit=2, oldest=stamps[0])

    assert [[message["text"] for message in page["messages"]] for page in pages] == [
        ["message 4", "message 3"],
        ["message 2", "message 1"],
    ]


def test_channels_are_listed_and_described(slack: SlackServer, client: WebClient) -> None:
    slack.workspace.add(Channel("G0PRIVATE", "leads", is_private=True))

    assert client.auth_test()["team"] == "Acme"
    assert client.auth_test().headers["x-oauth-scopes"].startswith("channels:history,")
    assert client.conversations_info(channel=CHANNEL)["channel"]["is_member"] is True
    listed = client.conversations_list(types="private_channel")["channels"]
    assert [channel["name"] for channel in listed] == ["leads"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.conversations_info(channel="#capacity")


def section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


def buttons(count: int) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Go"}
    return {"type": "actions", "elements": [{"type": "button", "text": text} for _ in range(count)]}


def fields(count: int, length: int) -> dict[str, Any]:
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * length} for _ in range(count)]}


def header(length: int) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": "x" * length}}


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([section(3_001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section(0)], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([fields(11, 1)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
        ([fields(1, 2_001)], "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
        ([header(151)], "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
        (
            [{"type": "header", "text": {"type": "mrkdwn", "text": "*x*"}}],
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        ([buttons(26)], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
        (
            [{**section(1), "block_id": "one"}, {**section(1), "block_id": "one"}],
            "block_id already exists: one [json-pointer:/blocks/1/block_id]",
        ),
        ([{**section(1), "block_id": "x" * 256}], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        ([{"type": "context", "elements": []}], "must provide at least one element [json-pointer:/blocks/0/elements]"),
        ([{"type": "sectoin"}], "unsupported type: sectoin [json-pointer:/blocks/0/type]"),
    ],
)
def test_blocks_beyond_slack_s_limits_are_refused_with_the_reason(
    slack: SlackServer, client: WebClient, blocks: list[dict[str, Any]], reason: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)

    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["errors"] == [reason]
    assert refused.value.response["response_metadata"]["messages"] == [f"[ERROR] {reason}"]
    assert slack.messages() == []


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "divider"}] * 50,
        [section(3_000)],
        [fields(10, 900)],
        [fields(1, 2_000)],
        [header(150)],
        [buttons(25)],
    ],
)
def test_blocks_exactly_at_slack_s_limits_are_taken(client: WebClient, blocks: list[dict[str, Any]]) -> None:
    assert client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)["ok"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": "", "blocks": []}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [section(2_990)] * 4 + [section(1_000)]}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "x", "event_payload": {"y": "z" * 1_024}}}, "metadata_too_large"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ],
)
def test_messages_beyond_slack_s_limits_are_refused(client: WebClient, message: dict[str, Any], error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        client.api_call("chat.postMessage", json={"channel": CHANNEL, **message})


def test_a_text_over_4000_is_split_into_several_messages(slack: SlackServer, client: WebClient) -> None:
    client.chat_postMessage(channel=CHANNEL, text="x" * 8_001)

    assert [len(message["text"]) for message in slack.messages()] == [4_000, 4_000, 1]


def test_what_the_app_may_not_do_is_refused(slack: SlackServer, client: WebClient) -> None:
    def error(token: str | None = None, channel: str = CHANNEL) -> Any:
        another = WebClient(token or slack.workspace.token, base_url=slack.api_url)
        with pytest.raises(SlackApiError) as refused:
            another.chat_postMessage(channel=channel, text="x")
        return refused.value.response.data

    slack.workspace.add(Channel("C0OLD", "old", is_archived=True))
    slack.workspace.add(Channel("C0OTHER", "other", is_member=False))
    assert error(token="xoxb-wrong")["error"] == "invalid_auth"
    assert error(channel="C0NONE")["error"] == "channel_not_found"
    assert error(channel="C0OLD")["error"] == "is_archived"
    assert error(channel="C0OTHER")["error"] == "not_in_channel"
    slack.workspace.scopes = frozenset({"channels:read"})
    assert error() == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "channels:read"}
    slack.workspace.revoked = True
    assert error()["error"] == "token_revoked"


def test_more_than_a_message_a_second_is_too_fast(slack: SlackServer, client: WebClient) -> None:
    slack.workspace.paced = True
    client.chat_postMessage(channel=CHANNEL, text="one")

    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=CHANNEL, text="two")

    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "1")


def test_the_rate_limit_handler_of_slack_sdk_recovers_here_too(slack: SlackServer, client: WebClient) -> None:
    client.retry_handlers = [RateLimitErrorRetryHandler()]
    slack.inject("chat.postMessage", slow_down("0"))

    assert client.chat_postMessage(channel=CHANNEL, text="one")["ok"]


def test_the_plain_client_posts_twice_when_the_answer_is_lost(slack: SlackServer, client: WebClient) -> None:
    """Why cssync does not leave trying again to slack_sdk."""
    slack.inject("chat.postMessage", accepted_then(Cut.RESET))

    client.chat_postMessage(channel=CHANNEL, text="one")

    assert len(slack.messages()) == 2


def test_half_a_body_is_half_a_body(slack: SlackServer, client: WebClient) -> None:
    client.retry_handlers = []
    slack.inject("chat.postMessage", accepted_then(Cut.HALF))

    with pytest.raises(http.client.IncompleteRead):
        client.chat_postMessage(channel=CHANNEL, text="one")

    assert len(slack.messages()) == 1


def test_the_plain_webhook_client_posts(slack: SlackServer) -> None:
    answer = WebhookClient(slack.webhook_url).send(text="Hello", blocks=[SectionBlock(text="*world*")])
    refused = WebhookClient(slack.webhook_url).send(text="x", blocks=[section(3_001)])
    wrong = WebhookClient(slack.webhook_url + "x").send(text="x")
    slack.workspace.channels[CHANNEL].is_archived = True
    archived = WebhookClient(slack.webhook_url).send(text="x")

    assert (answer.status_code, answer.body) == (200, "ok")
    assert (refused.status_code, refused.body) == (400, "invalid_blocks")
    assert (wrong.status_code, wrong.body) == (404, "no_service")
    assert (archived.status_code, archived.body) == (410, "channel_is_archived")
    assert len(slack.messages()) == 1


@pytest.mark.parametrize(
    ("text", "pinged", "linked"),
    [
        ("<!channel> hello", {"channel"}, set()),
        ("<!here|here> and <@U123> and <!subteam^S9>", {"here", "U123", "subteam^S9"}, set()),
        ("&lt;!channel&gt;", set(), set()),
        ("see <https://acme.test|Acme>", set(), {"https://acme.test"}),
        ("see https://acme.test", set(), {"https://acme.test"}),
        ("@channel hello", {"channel"}, set()),
    ],
)
def test_whom_a_message_pings_and_what_it_links(
    slack: SlackServer, client: WebClient, text: str, pinged: set[str], linked: set[str]
) -> None:
    client.chat_postMessage(channel=CHANNEL, text="x", blocks=[SectionBlock(text=text)])

    (message,) = slack.messages()
    assert mentions.pings(message) == pinged
    assert mentions.links(message) == linked


def test_verbatim_text_is_not_searched_for_names_and_links() -> None:
    text = {"type": "mrkdwn", "text": "@channel https://acme.test <!here>", "verbatim": True}

    message = {"text": "@here", "parse": "none", "blocks": [{"type": "section", "text": text}]}

    assert mentions.pings(message) == {"here"}
    assert mentions.links(message) == set()
