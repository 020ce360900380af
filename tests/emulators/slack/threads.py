"""Threads: what hangs on which message, and what becomes of it when that message goes."""

from __future__ import annotations

from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import BOT, Channel, Message

TOMBSTONE, SLACKBOT = "tombstone", "USLACKBOT"


def root_for(channel: Channel, thread_ts: object) -> Message | None:
    """The message that a reply to *thread_ts* hangs on, also where that is a reply itself; None where it is gone."""
    message = channel.find(thread_ts)
    if message is None or not is_reply(message):
        return message
    return channel.find(message["thread_ts"])


def is_reply(message: Json) -> bool:
    return message.get("thread_ts") not in {None, message["ts"]}


def is_in_channel(message: Json) -> bool:
    """Whether ``conversations.history`` tells of it: roots, and replies that were broadcast."""
    return not is_reply(message) or message.get("subtype") == "thread_broadcast"


def replies(channel: Channel, root: Json) -> list[Message]:
    return [one for one in channel.messages if is_reply(one) and one["thread_ts"] == root["ts"]]


def described(channel: Channel, message: Json) -> Message:
    """*message* with what Slack says of its thread."""
    if is_reply(message):
        root = channel.find(message["thread_ts"])
        parent = {} if root is None else {"parent_user_id": root["user"]}
        if message.get("subtype") == "thread_broadcast" and root is not None:
            parent["root"] = described(channel, root)
        return {**message, **parent}
    if not (thread := replies(channel, message)):
        return dict(message)
    people = list(dict.fromkeys(reply["user"] for reply in thread))
    return {
        **message,
        "thread_ts": message["ts"],
        "reply_count": len(thread),
        "reply_users_count": len(people),
        "latest_reply": thread[-1]["ts"],
        "reply_users": people[:5],
        "is_locked": False,
        "subscribed": BOT in {message["user"], *people},
    }


def remove(channel: Channel, message: Message) -> None:
    """Delete *message*. A root with replies leaves a tombstone, which goes with its last reply."""
    if not is_reply(message) and replies(channel, message):
        ts = message["ts"]
        message.clear()
        message.update(
            type="message",
            subtype=TOMBSTONE,
            user=SLACKBOT,
            text="This message was deleted.",
            hidden=True,
            ts=ts,
            thread_ts=ts,
        )
        return
    channel.messages.remove(message)
    root = channel.find(message.get("thread_ts"))
    if root is not None and root.get("subtype") == TOMBSTONE and not replies(channel, root):
        channel.messages.remove(root)
