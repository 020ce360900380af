"""A Slack workspace in memory: its channels and messages, and the API methods that work on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.slack import limits
from tests.emulators.slack.limits import Json

BOT_SCOPES = frozenset({"chat:write", "channels:history", "groups:history", "channels:read", "groups:read"})
SPLIT_OVER = 4_000
METADATA_BYTES = 1_024


class SlackError(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class SlowDownError(Exception):
    """429: more than a message a second to one channel."""


@dataclass
class Channel:
    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Workspace:
    """*clock*: seconds since the epoch. *paced*: answer 429 to more than a message a second per channel."""

    clock: Callable[[], float]
    token: str = "xoxb-canary-0123456789"
    scopes: frozenset[str] = BOT_SCOPES
    revoked: bool = False
    paced: bool = False
    page_size: int = 1_000
    channels: dict[str, Channel] = field(default_factory=dict)
    _last_ts: float = 0.0

    def add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def call(self, method: str, params: Json, token: str | None) -> dict[str, Any]:
        """Answer an API method; raises SlackError where Slack answers ``ok: false``."""
        if method not in _METHODS:
            raise SlackError("unknown_method", req_method=method)
        if token is None:
            raise SlackError("not_authed")
        if token != self.token:
            raise SlackError("invalid_auth")
        if self.revoked:
            raise SlackError("token_revoked")
        return {"ok": True, **_METHODS[method](self, params)}

    def post(self, channel: Channel, params: Json) -> dict[str, Any]:
        """Put a message into *channel* if Slack would, in several where its text is over 4,000."""
        text, blocks = str(params.get("text") or ""), params.get("blocks") or []
        if channel.is_archived:
            raise SlackError("is_archived")
        if not text and not blocks:
            raise SlackError("no_text")
        _refuse_form(text, blocks, params.get("metadata"))
        if self.paced and channel.messages and self.clock() - float(channel.messages[-1]["ts"]) < 1:
            raise SlowDownError
        split = [text] if blocks or limits.length(text) <= SPLIT_OVER else _pieces(text)
        posted = [self._append(channel, params, piece) for piece in split]
        return posted[0]

    def named(self, address: object) -> Channel:
        """By id or #name, of what the bot may know of: a private channel only from the inside."""
        wanted = str(address)
        for channel in self.channels.values():
            if wanted in {channel.id, f"#{channel.name}"} and (channel.is_member or not channel.is_private):
                return channel
        raise SlackError("channel_not_found")

    def needs(self, *any_of: str) -> None:
        if not self.scopes & set(any_of):
            raise SlackError("missing_scope", needed=",".join(any_of), provided=",".join(sorted(self.scopes)))

    def _append(self, channel: Channel, params: Json, text: str) -> dict[str, Any]:
        self._last_ts = max(self.clock(), self._last_ts + 0.000_001)
        message: dict[str, Any] = {"type": "message", "bot_id": "B0CSSYNC", "text": text, "ts": f"{self._last_ts:.6f}"}
        kept = {key: params[key] for key in ("blocks", "metadata", "thread_ts", "parse", "link_names") if key in params}
        channel.messages.append({**message, **kept})
        return message


def _post_message(workspace: Workspace, params: Json) -> dict[str, Any]:
    workspace.needs("chat:write")
    channel = workspace.named(params.get("channel"))
    if not channel.is_member and "chat:write.public" not in workspace.scopes:
        raise SlackError("not_in_channel")
    message = workspace.post(channel, params)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def _update(workspace: Workspace, params: Json) -> dict[str, Any]:
    workspace.needs("chat:write")
    channel = _by_id(workspace, params)
    message = _message(channel, params)
    blocks = params.get("blocks") or []
    _refuse_form(str(params.get("text") or ""), blocks, params.get("metadata"))
    message.update({key: params[key] for key in ("text", "blocks", "metadata") if key in params})
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"]}


def _delete(workspace: Workspace, params: Json) -> dict[str, Any]:
    workspace.needs("chat:write")
    channel = _by_id(workspace, params)
    message = _message(channel, params)
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message["ts"]}


def _history(workspace: Workspace, params: Json) -> dict[str, Any]:
    channel = _readable(workspace, params)
    roots = [one for one in channel.messages if one.get("thread_ts") in {None, one["ts"]}]
    return _page(workspace, params, "messages", _shown(list(reversed(roots)), params))


def _replies(workspace: Workspace, params: Json) -> dict[str, Any]:
    channel = _readable(workspace, params)
    thread = [one for one in channel.messages if params.get("ts") in {one["ts"], one.get("thread_ts")}]
    if not thread:
        raise SlackError("thread_not_found")
    return _page(workspace, params, "messages", _shown(thread, params))


def _info(workspace: Workspace, params: Json) -> dict[str, Any]:
    channel = _by_id(workspace, params)
    workspace.needs("groups:read" if channel.is_private else "channels:read")
    return {"channel": _described(channel)}


def _list(workspace: Workspace, params: Json) -> dict[str, Any]:
    kinds = str(params.get("types", "public_channel")).split(",")
    for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read")):
        if kind in kinds:
            workspace.needs(scope)
    listed = [
        _described(channel)
        for channel in workspace.channels.values()
        if ("private_channel" if channel.is_private else "public_channel") in kinds
        and (channel.is_member or not channel.is_private)
    ]
    return _page(workspace, params, "channels", listed)


def _auth_test(workspace: Workspace, params: Json) -> dict[str, Any]:
    return {"team": "Acme", "user": "cssync", "team_id": "T0ACME", "user_id": "U0CSSYNC", "bot_id": "B0CSSYNC"}


def _by_id(workspace: Workspace, params: Json) -> Channel:
    # Only chat.postMessage understands names.
    if str(params.get("channel")).startswith("#"):
        raise SlackError("channel_not_found")
    return workspace.named(params.get("channel"))


def _readable(workspace: Workspace, params: Json) -> Channel:
    workspace.needs("channels:history", "groups:history")
    channel = _by_id(workspace, params)
    workspace.needs("groups:history" if channel.is_private else "channels:history")
    if not channel.is_member:
        raise SlackError("not_in_channel")
    return channel


def _message(channel: Channel, params: Json) -> dict[str, Any]:
    for message in channel.messages:
        if message["ts"] == params.get("ts"):
            return message
    raise SlackError("message_not_found")


def _shown(messages: list[dict[str, Any]], params: Json) -> list[dict[str, Any]]:
    oldest = float(params.get("oldest") or 0)
    with_metadata = str(params.get("include_all_metadata")).lower() in {"1", "true"}
    return [
        {key: value for key, value in message.items() if key != "metadata" or with_metadata}
        for message in messages
        if float(message["ts"]) > oldest
    ]


def _page(workspace: Workspace, params: Json, items: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    start = int(str(params.get("cursor") or "0"))
    end = start + min(int(str(params.get("limit") or 100)), workspace.page_size)
    more = end < len(found)
    return {
        items: found[start:end],
        "has_more": more,
        "response_metadata": {"next_cursor": str(end) if more else ""},
    }


def _described(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": channel.is_member,
    }


def _refuse_form(text: str, blocks: Any, metadata: object) -> None:
    if found := limits.problems(blocks):
        raise SlackError(
            "invalid_blocks", errors=found, response_metadata={"messages": [f"[ERROR] {p}" for p in found]}
        )
    if limits.is_too_long(blocks):
        raise SlackError("msg_blocks_too_long")
    if limits.length(text) > 40_000:
        raise SlackError("msg_too_long")
    if metadata is None:
        return
    if not isinstance(metadata, Mapping) or not {"event_type", "event_payload"} <= set(metadata):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")


def _pieces(text: str) -> list[str]:
    return [text[start : start + SPLIT_OVER] for start in range(0, len(text), SPLIT_OVER)]


_METHODS: dict[str, Callable[[Workspace, Json], dict[str, Any]]] = {
    "auth.test": _auth_test,
    "chat.delete": _delete,
    "chat.postMessage": _post_message,
    "chat.update": _update,
    "conversations.history": _history,
    "conversations.info": _info,
    "conversations.list": _list,
    "conversations.replies": _replies,
}
