"""The methods of the Web API by name, and whom Slack lets call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.slack import channels, chat, people, reading
from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.limits import Json
from tests.emulators.slack.workspace import BOT, BOT_ID, TEAM, Workspace


def call(workspace: Workspace, method: str, params: Json, token: str | None) -> dict[str, Any]:
    """Answer an API method; raises SlackError where Slack answers ``ok: false``."""
    if method not in _METHODS:
        raise SlackError("unknown_method", req_method=method)
    if token is None:
        raise SlackError("not_authed")
    if token != workspace.token:
        raise SlackError("invalid_auth")
    if workspace.revoked:
        raise SlackError("token_revoked")
    return {"ok": True, **_METHODS[method](workspace, params)}


def _auth_test(workspace: Workspace, params: Json) -> dict[str, Any]:
    return {"team": "Acme", "user": "cssync", "team_id": TEAM, "user_id": BOT, "bot_id": BOT_ID}


_METHODS: dict[str, Callable[[Workspace, Json], dict[str, Any]]] = {
    "auth.test": _auth_test,
    "chat.delete": chat.delete,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": reading.history,
    "conversations.info": channels.info,
    "conversations.list": channels.listed,
    "conversations.open": people.open_conversation,
    "conversations.replies": reading.replies,
    "users.info": people.info,
    "users.lookupByEmail": people.lookup_by_email,
}
