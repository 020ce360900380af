"""The methods of the Web API by name, and whom Slack lets call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.slack import channels, chat, people, reading, views
from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import BOT, BOT_ID, TEAM, Workspace


def call(workspace: Workspace, method: str, params: Json, token: str | None) -> dict[str, Any]:
    """Answer an API method; raises SlackError where Slack answers ``ok: false``."""
    if method not in _METHODS:
        raise SlackError("unknown_method", req_method=method)
    if token is None:
        raise SlackError("not_authed")
    for_app = method in _FOR_APP_TOKENS
    if token not in {workspace.token, workspace.app_token}:
        raise SlackError("invalid_auth")
    if (token == workspace.app_token) is not for_app:
        raise SlackError("not_allowed_token_type")
    if workspace.app_revoked if for_app else workspace.revoked:
        raise SlackError("token_revoked")
    return {"ok": True, **_METHODS[method](workspace, params)}


def scopes_of(workspace: Workspace, token: str | None) -> frozenset[str]:
    return workspace.app_scopes if token == workspace.app_token else workspace.scopes


def _auth_test(workspace: Workspace, params: Json) -> dict[str, Any]:
    return {"team": "Acme", "user": "cssync", "team_id": TEAM, "user_id": BOT, "bot_id": BOT_ID}


def _connections_open(workspace: Workspace, params: Json) -> dict[str, Any]:
    if "connections:write" not in workspace.app_scopes:
        raise SlackError("missing_scope", needed="connections:write", provided=",".join(sorted(workspace.app_scopes)))
    assert workspace.socket_address is not None
    return {"url": workspace.socket_address()}


_FOR_APP_TOKENS = {"apps.connections.open"}
_METHODS: dict[str, Callable[[Workspace, Json], dict[str, Any]]] = {
    "apps.connections.open": _connections_open,
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
    "views.open": views.open_view,
    "views.push": views.push,
    "views.update": views.update,
}
