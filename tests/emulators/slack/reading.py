"""``conversations.history`` and ``conversations.replies``: what was said, page by page.

https://docs.slack.dev/reference/methods/conversations.history, https://docs.slack.dev/reference/methods/conversations.replies
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tests.emulators.slack import paging, threads
from tests.emulators.slack.arguments import is_true
from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import Channel, Message, Workspace

_SCOPES = {"C": "channels:history", "G": "groups:history", "D": "im:history"}


def history(workspace: Workspace, params: Json) -> dict[str, Any]:
    """The newest first: roots and broadcasts, not what else stands in threads."""
    channel = _readable(workspace, params)
    within = _window(params)
    newest_first = [one for one in reversed(channel.messages) if threads.is_in_channel(one) and within(one)]
    return _page(workspace, channel, params, newest_first, newest_first=True)


def replies(workspace: Workspace, params: Json) -> dict[str, Any]:
    """The root, whatever the times asked for, then its replies, the oldest first; of a reply's ts, that one alone."""
    channel = _readable(workspace, params)
    message = channel.find(params.get("ts"))
    if message is None:
        raise SlackError("thread_not_found")
    thread = [] if threads.is_reply(message) else threads.replies(channel, message)
    oldest_first = [message, *filter(_window(params), thread)]
    return _page(workspace, channel, params, oldest_first, newest_first=False)


def _readable(workspace: Workspace, params: Json) -> Channel:
    workspace.needs(*_SCOPES.values())
    channel = workspace.by_id(params.get("channel"))
    workspace.needs(_SCOPES["D" if channel.with_user else "G" if channel.is_private else "C"])
    if not channel.is_member:
        raise SlackError("not_in_channel")
    return channel


def _window(params: Json) -> Callable[[Json], bool]:
    """Whether a message is of the times asked for."""
    oldest, latest = _time(params, "oldest", 0.0), _time(params, "latest", math.inf)
    if is_true(params.get("inclusive")):
        return lambda message: oldest <= float(message["ts"]) <= latest
    return lambda message: oldest < float(message["ts"]) < latest


def _time(params: Json, name: str, otherwise: float) -> float:
    try:
        return float(params.get(name) or otherwise)
    except ValueError as error:
        raise SlackError(f"invalid_ts_{name}") from error


def _page(
    workspace: Workspace, channel: Channel, params: Json, found: Sequence[Message], *, newest_first: bool
) -> dict[str, Any]:
    page = paging.by_ts(found, params, workspace.page_size, newest_first=newest_first)
    with_metadata = is_true(params.get("include_all_metadata"))
    shown = [threads.described(channel, message) for message in page.items]
    return {
        "messages": [{k: v for k, v in one.items() if k != "metadata" or with_metadata} for one in shown],
        "has_more": bool(page.next_cursor),
        "response_metadata": {"next_cursor": page.next_cursor},
    }
