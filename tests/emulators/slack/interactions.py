"""What people do with what the app shows them, and how the app hears of it.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload and
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from tests.emulators.slack import elements, identities, modals, threads, views
from tests.emulators.slack.envelopes import Envelope, Payload
from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.measures import Json
from tests.emulators.slack.screens import View
from tests.emulators.slack.sockets import SocketMode
from tests.emulators.slack.workspace import APP, TEAM, Channel, ResponseUrl, Workspace

_TROUBLE = "We had some trouble connecting. Try again?"
_ANSWER_WITHIN_SECONDS = 30 * 60

Entered = Mapping[str, str | Sequence[str]]


class Interactions:
    """Each of these sends an envelope, which tells when and how the app acknowledges it.

    *hooks_url*: where the ``response_url`` of a payload leads to.
    """

    def __init__(self, workspace: Workspace, socket_mode: SocketMode, lock: Lock, hooks_url: str) -> None:
        self._workspace, self._socket_mode, self._lock, self._hooks_url = workspace, socket_mode, lock, hooks_url

    def press(
        self,
        user_id: str,
        action_id: str,
        *,
        ts: str,
        channel_id: str = "C0CAPACITY",
        block_id: str | None = None,
        option: str | None = None,
    ) -> Envelope:
        """*user_id* presses a button of the message *ts*, or picks the *option* of that value from its menu."""
        with self._lock:
            channel = self._workspace.channels[channel_id]
            message = channel.find(ts)
            assert message is not None, f"there is no message {ts} to press anything in"
            assert channel.holds(user_id), f"{user_id} does not see {channel_id}"
            block, element = identities.found(message.get("blocks") or (), action_id, block_id)
            thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
            payload = {
                **self._actions(user_id, block, element, option, in_view=False),
                "container": {
                    "type": "message",
                    "message_ts": ts,
                    "channel_id": channel_id,
                    "is_ephemeral": False,
                    **thread,
                },
                "channel": {"id": channel_id, "name": "privategroup" if channel.is_private else channel.name},
                "message": _without_metadata(threads.described(channel, message)),
                "state": {"values": {}},
                "response_url": self._response_url(channel, ts, user_id),
            }
        return self._socket_mode.send(Envelope("interactive", payload))

    def press_in_view(self, user_id: str, action_id: str, *, option: str | None = None) -> Envelope:
        """*user_id* presses or picks something in the window that they have open."""
        with self._lock:
            view = self._seen_by(user_id)
            block, element = identities.found(view["blocks"], action_id)
            payload = {
                **self._actions(user_id, block, element, option, in_view=True),
                "container": {"type": "view", "view_id": view["id"]},
                "view": dict(view),
            }
        return self._socket_mode.send(Envelope("interactive", payload))

    def submit(self, user_id: str, entered: Entered | None = None) -> Envelope:
        """*user_id* fills in the window that they have open, each element by its ``action_id``, and submits it."""
        with self._lock:
            view = self._seen_by(user_id)
            assert view["submit"] is not None, "this window has nothing to submit"
            view["state"] = {"values": _filled_in(view, entered or {})}
            payload = {**self._by(user_id), "type": "view_submission", "view": dict(view), "response_urls": []}
            payload["trigger_id"] = self._workspace.screens.issue(user_id, self._now(), in_view=True)

        def heard(answer: Payload) -> str | None:
            with self._lock:
                return self._submitted(user_id, view, answer)

        return self._socket_mode.send(Envelope("interactive", payload, accepts_response_payload=True, heard=heard))

    def dismiss(self, user_id: str) -> Envelope | None:
        """*user_id* closes the window; the app hears of it only where the view asks for that."""
        with self._lock:
            stack, view = self._workspace.screens.stacks[user_id], self._seen_by(user_id)
            everything = bool(view["clear_on_close"])
            del stack[0 if everything else -1 :]
            payload = {**self._by(user_id), "type": "view_closed", "view": dict(view), "is_cleared": everything}
        return self._socket_mode.send(Envelope("interactive", payload)) if view["notify_on_close"] else None

    def seen_by(self, user_id: str) -> View | None:
        """The window that *user_id* has in front of them."""
        with self._lock:
            return self._workspace.screens.seen_by(user_id)

    def _actions(self, user_id: str, block: str, element: Json, option: str | None, *, in_view: bool) -> Payload:
        action = {**elements.action(element, option), "block_id": block, "action_ts": f"{self._now():.6f}"}
        return {
            **self._by(user_id),
            "type": "block_actions",
            "trigger_id": self._workspace.screens.issue(user_id, self._now(), in_view=in_view),
            "actions": [action],
        }

    def _by(self, user_id: str) -> Payload:
        user = self._workspace.users[user_id]
        return {
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "acme"},
            "api_app_id": APP,
            "token": "verification-canary",
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _response_url(self, channel: Channel, ts: str, user_id: str) -> str:
        path = f"/actions/{TEAM}/{secrets.token_hex(12)}"
        expires_at = self._now() + _ANSWER_WITHIN_SECONDS
        self._workspace.response_urls[path] = ResponseUrl(channel, ts, user_id, expires_at)
        return f"{self._hooks_url}{path}"

    def _submitted(self, user_id: str, view: View, answer: Payload) -> str | None:
        """Do with the open window what the app answered; what Slack says to the person where it cannot."""
        stack = self._workspace.screens.stacks[user_id]
        try:
            match answer:
                case {"response_action": "clear"}:
                    stack.clear()
                case {"response_action": "errors", "errors": dict(errors)} if errors:
                    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
                    return "; ".join(map(str, errors.values())) if set(errors) <= inputs else _TROUBLE
                case {"response_action": "update", "view": new}:
                    modals.refuse(new)
                    views.rewrite(self._workspace, view, new)
                case {"response_action": "push", "view": new}:
                    modals.refuse(new)
                    views.push_on(self._workspace, stack, new)
                case {"response_action": _}:
                    return _TROUBLE
                case _:
                    stack.pop()
        except SlackError:
            return _TROUBLE
        return None

    def _seen_by(self, user_id: str) -> View:
        view = self._workspace.screens.seen_by(user_id)
        assert view is not None, f"{user_id} has no window open"
        return view

    def _now(self) -> float:
        return self._workspace.clock()


def _filled_in(view: View, entered: Entered) -> dict[str, dict[str, Any]]:
    """``state.values``; raises AssertionError for what Slack would not let anybody submit."""
    values: dict[str, dict[str, Any]] = {}
    optional = {block["block_id"] for block in view["blocks"] if block.get("optional")}
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    unknown = set(entered) - {element["action_id"] for _, element in identities.interactive(view["blocks"])}
    assert not unknown, f"nothing to fill in is called {sorted(unknown)}"
    for block_id, element in identities.interactive(view["blocks"]):
        if element["type"] in {"button", "overflow"}:
            continue
        held = elements.state(element, entered.get(element["action_id"]))
        missing = block_id in inputs - optional and elements.is_empty(held)
        assert not missing, f"{element['action_id']} must be filled in"
        values.setdefault(block_id, {})[element["action_id"]] = held
    return values


def _without_metadata(message: Json) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != "metadata"}
