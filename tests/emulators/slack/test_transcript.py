"""A channel is written down as a person reads it."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient

from tests.emulators.slack import chat
from tests.emulators.slack.conftest import ANA, CHANNEL, Clock
from tests.emulators.slack.server import SlackServer


def text(kind: str, words: str) -> dict[str, str]:
    return {"type": kind, "text": words}


BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": text("plain_text", "Capacity &amp; load")},
    {"type": "context", "elements": [text("mrkdwn", "41 CSMs"), text("mrkdwn", "run `8f3a`")]},
    {"type": "divider"},
    {"type": "section", "text": text("mrkdwn", "*Dana Roy*: 88 accounts\n~Sam Ito: 51 accounts~ <@U0SAM>")},
    {
        "type": "section",
        "fields": [text("mrkdwn", "ARR"), text("mrkdwn", "<https://acme.test|$3.1M> &lt;!channel&gt;")],
    },
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": text("plain_text", "Acknowledge"), "action_id": "ack"},
            {
                "type": "overflow",
                "action_id": "snooze",
                "options": [
                    {"text": text("plain_text", "1 day"), "value": "1"},
                    {"text": text("plain_text", "1 week"), "value": "7"},
                ],
            },
        ],
    },
]


def test_a_transcript_reads_as_the_channel_looks(slack: SlackServer, client: WebClient, clock: Clock) -> None:
    root = client.chat_postMessage(channel=CHANNEL, text="not shown", blocks=BLOCKS)["ts"]
    clock.seconds += 60
    chat.post(slack.workspace, slack.workspace.channels[CHANNEL], {"text": "on it", "thread_ts": root}, ANA.id)
    clock.seconds += 60
    client.chat_postEphemeral(channel=CHANNEL, user=ANA.id, text="noted")
    later = client.chat_postMessage(channel=CHANNEL, text="one\ntwo")["ts"]
    client.chat_update(channel=CHANNEL, ts=later, text="one\ntwo, mended")

    assert slack.transcript() == (
        "#capacity\n"
        "03:00 cssync: Capacity & load\n"
        "  41 CSMs  run 8f3a\n"
        "  ---\n"
        "  Dana Roy: 88 accounts\n"
        "  ~Sam Ito: 51 accounts~ @Sam Ito\n"
        "  ARR\n"
        "  $3.1M <!channel>\n"
        "  [Acknowledge] [1 day | 1 week]\n"
        "  > 03:01 Ana Diaz: on it\n"
        "03:02 cssync to Ana Diaz alone: noted\n"
        "03:02 cssync: one\n"
        "  two, mended (edited)\n"
    )


def test_a_deleted_root_leaves_its_replies_to_read(slack: SlackServer, client: WebClient) -> None:
    root = client.chat_postMessage(channel=CHANNEL, text="root")["ts"]
    client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root)
    client.chat_postMessage(channel=CHANNEL, text="for all", thread_ts=root, reply_broadcast=True)
    client.chat_delete(channel=CHANNEL, ts=root)

    assert slack.transcript() == (
        "#capacity\n"
        "03:00 Slackbot: This message was deleted.\n"
        "  > 03:00 cssync: reply\n"
        "  > 03:00 cssync: for all\n"
        "03:00 cssync: for all\n"
    )
