"""``conversations.*``: which channels there are, and the direct ones that open on demand."""

from __future__ import annotations

from typing import Any

from tests.emulators.slack import paging
from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import Channel, Workspace

_READ = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}


def info(workspace: Workspace, params: Json) -> dict[str, Any]:
    channel = workspace.by_id(params.get("channel"))
    workspace.needs(_READ[_kind(channel)])
    return {"channel": described(channel)}


def listed(workspace: Workspace, params: Json) -> dict[str, Any]:
    kinds = str(params.get("types", "public_channel")).split(",")
    for kind in kinds:
        workspace.needs(_READ[kind])
    found = [
        described(channel)
        for channel in workspace.channels.values()
        if _kind(channel) in kinds and (channel.is_member or not channel.is_private)
    ]
    page = paging.by_number(found, params, workspace.page_size)
    return {
        "channels": page.items,
        "has_more": bool(page.next_cursor),
        "response_metadata": {"next_cursor": page.next_cursor},
    }


def described(channel: Channel) -> dict[str, Any]:
    if channel.with_user:
        return {"id": channel.id, "is_im": True, "user": channel.with_user, "is_archived": channel.is_archived}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": channel.is_member,
    }


def _kind(channel: Channel) -> str:
    if channel.with_user:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"
