"""``users.*`` and ``conversations.open``: who there is, and where to write to them alone.

https://docs.slack.dev/reference/methods/users.lookupByEmail and the pages beside it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.emulators.slack import channels
from tests.emulators.slack.arguments import is_true
from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import TEAM, Channel, User, Workspace


def info(workspace: Workspace, params: Json) -> dict[str, Any]:
    workspace.needs("users:read")
    user = workspace.users.get(str(params.get("user")))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": _described(workspace, user)}


def lookup_by_email(workspace: Workspace, params: Json) -> dict[str, Any]:
    """Whoever was deactivated is not found any more, though ``users.info`` still tells of them."""
    workspace.needs("users:read.email")
    wanted = str(params.get("email") or "").casefold()
    for user in workspace.users.values():
        if user.email.casefold() == wanted and not user.deleted:
            return {"user": _described(workspace, user)}
    raise SlackError("users_not_found")


def open_conversation(workspace: Workspace, params: Json) -> dict[str, Any]:
    """Opens a direct message with one person, or tells that it is open."""
    workspace.needs("im:write")
    if params.get("channel"):
        channel, known = workspace.by_id(params["channel"]), True
        if not channel.with_user:
            raise SlackError("method_not_supported_for_channel_type")
    else:
        user = _one_user(workspace, str(params.get("users") or ""))
        known = any(one.with_user == user.id for one in workspace.channels.values())
        channel = workspace.direct(user)
    opened = {"no_op": True, "already_open": True} if known else {}
    full = is_true(params.get("return_im"))
    return {**opened, "channel": channels.described(channel) if full else _id_alone(channel)}


def _one_user(workspace: Workspace, users: str) -> User:
    ids = [one.strip() for one in users.split(",") if one.strip()]
    if not ids:
        raise SlackError("users_list_not_supplied")
    found = [workspace.users.get(one) for one in ids]
    if None in found:
        raise SlackError("user_not_found")
    if len(found) > 1:
        workspace.needs("mpim:write")
        raise NotImplementedError("the emulator opens no direct messages with several people")
    (user,) = found
    assert user is not None
    if user.deleted:
        raise SlackError("user_disabled")
    return user


def _id_alone(channel: Channel) -> dict[str, Any]:
    return {"id": channel.id}


def _described(workspace: Workspace, user: User) -> dict[str, Any]:
    profile = {"real_name": user.real_name, "display_name": user.name, "team": TEAM}
    if "users:read.email" in workspace.scopes:
        profile["email"] = user.email
    told = {
        "id": user.id,
        "team_id": TEAM,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": False,
        "is_app_user": False,
    }
    if user.deleted:  # of whom little more is told
        return told
    offset = datetime.fromtimestamp(workspace.clock(), UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
    assert offset is not None
    return {**told, "real_name": user.real_name, "tz": user.tz, "tz_offset": int(offset.total_seconds())}
