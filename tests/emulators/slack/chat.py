"""``chat.*``: messages come, change and go.

https://docs.slack.dev/reference/methods/chat.postMessage and the pages beside it. What they leave open stands where
it is decided.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.emulators.slack import limits, measures, threads
from tests.emulators.slack.arguments import is_true
from tests.emulators.slack.errors import SlackError, SlowDownError
from tests.emulators.slack.identities import identified
from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import BOT, Channel, Ephemeral, Message, Workspace

SPLIT_OVER = 4_000
METADATA_BYTES = 1_024
_LONGEST_TEXT = 40_000
_KEPT = ("blocks", "metadata", "parse", "link_names")


def post(workspace: Workspace, channel: Channel, params: Json, user_id: str = BOT) -> Message:
    """Put a message into *channel* if Slack would, in several where its text is over 4,000."""
    text, blocks = str(params.get("text") or ""), params.get("blocks") or []
    if channel.is_archived:
        raise SlackError("is_archived")
    _refuse_form(text, blocks, params.get("metadata"), longest=_LONGEST_TEXT)
    if workspace.paced and channel.messages and workspace.clock() - float(channel.messages[-1]["ts"]) < 1:
        raise SlowDownError
    content = {key: params[key] for key in _KEPT if params.get(key)} | _thread(channel, params)
    if blocks:
        content["blocks"] = identified(blocks)
    split = [text] if blocks or measures.length(text) <= SPLIT_OVER else _pieces(text)
    first, *_ = [workspace.append(channel, user_id, {**content, "text": piece}) for piece in split]
    return first


def post_message(workspace: Workspace, params: Json) -> dict[str, Any]:
    workspace.needs("chat:write")
    channel = workspace.addressed(params.get("channel"))
    _refuse_stranger(workspace, channel)
    message = threads.described(channel, post(workspace, channel, params))
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def update(workspace: Workspace, params: Json) -> dict[str, Any]:
    """Blocks and metadata that are not given stay as they are, and given empty they go; so do words that broadcast."""
    workspace.needs("chat:write")
    channel = workspace.by_id(params.get("channel"))
    # Not among the documented errors: taken from chat.postMessage, since an app must be in a channel to write there.
    _refuse_stranger(workspace, channel)
    message = _own(channel, params, "cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    window = workspace.edit_window_seconds
    if window is not None and workspace.clock() - float(message["ts"]) > window:
        raise SlackError("edit_window_closed")
    if is_true(params.get("reply_broadcast")):
        _broadcast(message, params)
    else:
        _rewrite(message, params)
    message["edited"] = {"user": BOT, "ts": f"{workspace.clock():.6f}"}
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": dict(message)}


def delete(workspace: Workspace, params: Json) -> dict[str, Any]:
    workspace.needs("chat:write")
    channel = workspace.by_id(params.get("channel"))
    message = _own(channel, params, "cant_delete_message")
    threads.remove(channel, message)
    return {"channel": channel.id, "ts": params["ts"]}


def post_ephemeral(workspace: Workspace, params: Json) -> dict[str, Any]:
    workspace.needs("chat:write")
    channel = workspace.addressed(params.get("channel"))
    _refuse_stranger(workspace, channel)
    if channel.is_archived:
        raise SlackError("is_archived")
    user_id = str(params.get("user"))
    if user_id not in workspace.users or not channel.holds(user_id):
        raise SlackError("user_not_in_channel")
    message = show_ephemeral(workspace, channel, user_id, params)
    return {"message_ts": message["ts"]}


def show_ephemeral(workspace: Workspace, channel: Channel, user_id: str, params: Json) -> Message:
    text, blocks = str(params.get("text") or ""), params.get("blocks") or []
    _refuse_form(text, blocks, None, longest=_LONGEST_TEXT)
    treated = {key: params[key] for key in ("parse", "link_names") if params.get(key)}
    message: Message = {"type": "message", "user": BOT, "text": text, "ts": workspace.stamp(), **treated}
    if blocks:
        message["blocks"] = identified(blocks)
    if params.get("thread_ts"):
        message["thread_ts"] = params["thread_ts"]
    workspace.ephemerals.append(Ephemeral(channel.id, user_id, message))
    return message


def replace(workspace: Workspace, message: Message, said: Json) -> None:
    """Another content in place of the whole of the old one."""
    _rewrite(message, {"blocks": [], **said})
    message["edited"] = {"user": BOT, "ts": f"{workspace.clock():.6f}"}


def _thread(channel: Channel, params: Json) -> dict[str, Any]:
    thread_ts = params.get("thread_ts")
    if not thread_ts:
        return {}
    if not re.fullmatch(r"\d{1,12}\.\d{6}", str(thread_ts)):
        raise SlackError("invalid_thread_ts")
    root = threads.root_for(channel, thread_ts)
    if root is None:
        # Slack accepts a reply to a message that is gone, and puts it into the channel by itself; only the answer,
        # which names no thread_ts, tells. https://github.com/slack-go/slack/issues/1571
        return {}
    # A tombstone still has its thread, and people go on writing in it.
    broadcast = {"subtype": "thread_broadcast"} if is_true(params.get("reply_broadcast")) else {}
    return {"thread_ts": root["ts"], **broadcast}


def _broadcast(message: Message, params: Json) -> None:
    if any(params.get(key) for key in ("text", "blocks", "attachments")):
        raise SlackError("no_dual_broadcast_content_update")
    if not threads.is_reply(message):
        raise SlackError("cant_broadcast_message")
    message["subtype"] = "thread_broadcast"


def _rewrite(message: Message, params: Json) -> None:
    text = str(params.get("text") or "")
    blocks = params.get("blocks") if "blocks" in params else None
    # A new message can be split where its text is too long; this one cannot.
    _refuse_form(text, blocks or [], params.get("metadata") or None, longest=SPLIT_OVER)
    message["text"] = text or message["text"]
    for key, value in (("blocks", identified(blocks or [])), ("metadata", params.get("metadata"))):
        if params.get(key) is not None:
            message.pop(key, None)
            if value:
                message[key] = value
    for key in ("parse", "link_names"):  # those are not kept
        message.pop(key, None)
        if params.get(key):
            message[key] = params[key]


def _own(channel: Channel, params: Json, refusal: str) -> Message:
    message = channel.find(params.get("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message["user"] != BOT:
        raise SlackError(refusal)
    return message


def _refuse_stranger(workspace: Workspace, channel: Channel) -> None:
    if not channel.is_member and "chat:write.public" not in workspace.scopes:
        raise SlackError("not_in_channel")


def _refuse_form(text: str, blocks: Any, metadata: object, *, longest: int) -> None:
    if not text and not blocks:
        raise SlackError("no_text")
    if found := limits.problems(blocks):
        raise SlackError(
            "invalid_blocks", errors=found, response_metadata={"messages": [f"[ERROR] {p}" for p in found]}
        )
    if limits.is_too_long(blocks):
        raise SlackError("msg_blocks_too_long")
    if measures.length(text) > longest:
        raise SlackError("msg_too_long")
    if metadata is None:
        return
    if not isinstance(metadata, Mapping) or not {"event_type", "event_payload"} <= set(metadata):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")


def _pieces(text: str) -> list[str]:
    return [text[start : start + SPLIT_OVER] for start in range(0, len(text), SPLIT_OVER)]
