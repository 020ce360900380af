"""``views.*``: windows that open for a person who has just pressed something.

https://docs.slack.dev/reference/methods/views.open and the pages beside it.
"""

from __future__ import annotations

from typing import Any

from tests.emulators.slack import modals
from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.identities import identified
from tests.emulators.slack.measures import Json
from tests.emulators.slack.screens import Trigger, View
from tests.emulators.slack.workspace import APP, BOT_ID, TEAM, Workspace

TRIGGER_SECONDS = 3
_DEEPEST = 3


def open_view(workspace: Workspace, params: Json) -> dict[str, Any]:
    modals.refuse(params.get("view"))
    trigger = _exchange(workspace, params)
    view = built(workspace, params["view"], [])
    workspace.screens.stacks[trigger.user_id] = [view]
    return {"view": view}


def push(workspace: Workspace, params: Json) -> dict[str, Any]:
    modals.refuse(params.get("view"))
    trigger = _exchange(workspace, params)
    stack = workspace.screens.stacks.get(trigger.user_id)
    if not stack or not trigger.in_view:
        raise SlackError("invalid_trigger_id")
    return {"view": push_on(workspace, stack, params["view"])}


def push_on(workspace: Workspace, stack: list[View], view: Json) -> View:
    if len(stack) == _DEEPEST:
        raise SlackError("push_limit_reached")
    stack.append(built(workspace, view, stack))
    return stack[-1]


def update(workspace: Workspace, params: Json) -> dict[str, Any]:
    modals.refuse(params.get("view"))
    screens = workspace.screens
    view = screens.find("id", params.get("view_id")) or screens.find("external_id", params.get("external_id"))
    if view is None:
        raise SlackError("not_found")
    if params.get("hash") not in {None, view["hash"]}:
        raise SlackError("hash_conflict")
    rewrite(workspace, view, params["view"])
    return {"view": view}


def rewrite(workspace: Workspace, view: View, by: Json) -> None:
    """Another content for *view*, under the same id."""
    kept = {key: view[key] for key in ("id", "root_view_id", "previous_view_id")}
    taken = by.get("external_id") and by.get("external_id") != view["external_id"]
    new = built(workspace, by, [], is_known=not taken)
    view.clear()
    view.update(new, **kept)


def built(workspace: Workspace, view: Json, below: list[View], *, is_known: bool = False) -> View:
    """*view* as Slack describes it once it stands above those *below*."""
    if not is_known and workspace.screens.find("external_id", view.get("external_id")):
        raise SlackError("duplicate_external_id")
    number = next(workspace.screens.numbers)
    view_id = f"V{number:08d}"
    return {
        "id": view_id,
        "team_id": TEAM,
        "type": "modal",
        "title": view["title"],
        "submit": view.get("submit"),
        "close": view.get("close"),
        "blocks": identified(view["blocks"]),
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
        "external_id": view.get("external_id", ""),
        "state": {"values": {}},
        "hash": f"{int(workspace.clock())}.{number:08x}",
        "clear_on_close": view.get("clear_on_close", False),
        "notify_on_close": view.get("notify_on_close", False),
        "root_view_id": below[0]["id"] if below else view_id,
        "previous_view_id": below[-1]["id"] if below else None,
        "app_id": APP,
        "bot_id": BOT_ID,
    }


def _exchange(workspace: Workspace, params: Json) -> Trigger:
    trigger = workspace.screens.triggers.get(str(params.get("trigger_id")))
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if workspace.clock() - trigger.issued_at > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger
