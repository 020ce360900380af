"""Where an app posts without a token: its incoming webhook, and the ``response_url`` of what somebody pressed.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.emulators.slack import chat, threads
from tests.emulators.slack.arguments import is_true
from tests.emulators.slack.errors import SlackError, SlowDownError
from tests.emulators.slack.faults import Answer
from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import Workspace

WEBHOOK_PATH = "/services/T0ACME/B0CSSYNC/canary-webhook-secret"
_STATUS = {"no_service": 404, "channel_not_found": 404, "channel_is_archived": 410}


def webhook(workspace: Workspace, path: str, body: bytes, channel_id: str) -> Answer:
    """A message into the one channel of the webhook, without metadata."""

    def post(said: Json) -> None:
        if path != WEBHOOK_PATH:
            raise SlackError("no_service")
        chat.post(workspace, workspace.named(channel_id), _without_metadata(said))

    return _answered(post, body)


def response(workspace: Workspace, path: str, body: bytes) -> Answer:
    """An answer to the person who pressed, to everybody, or in place of the original: five times, in half an hour."""

    def respond(said: Json) -> None:
        url = workspace.response_urls[path]
        url.uses_left -= 1
        original = url.channel.find(url.message_ts)
        changes = is_true(said.get("delete_original")) or is_true(said.get("replace_original"))
        if changes and original is None:
            raise SlackError("message_not_found")
        if original is not None and is_true(said.get("delete_original")):
            threads.remove(url.channel, original)
        elif original is not None and changes:
            chat.replace(workspace, original, said)
        elif said.get("response_type") == "in_channel":
            chat.post(workspace, url.channel, _without_metadata(said))
        else:
            chat.show_ephemeral(workspace, url.channel, url.user_id, said)

    url = workspace.response_urls.get(path)
    # That it ends is documented, these words for it are not.
    if url is None or workspace.clock() > url.expires_at:
        return Answer(404, b'{"ok":false,"error":"expired_url"}', {"Content-Type": "application/json"})
    if not url.uses_left:
        return Answer(404, b'{"ok":false,"error":"used_url"}', {"Content-Type": "application/json"})
    return _answered(respond, body)


def _answered(act: Callable[[Json], None], body: bytes) -> Answer:
    try:
        said = json.loads(body)
    except ValueError:
        return _words(400, "invalid_payload")
    try:
        act(said)
    except SlackError as error:
        code = "channel_is_archived" if error.code == "is_archived" else error.code
        return _words(_STATUS.get(code, 400), code)
    except SlowDownError:
        return Answer(429, b"rate_limited", {"Retry-After": "1"})
    return _words(200, "ok")


def _without_metadata(said: Json) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key != "metadata"}


def _words(status: int, words: str) -> Answer:
    return Answer(status, words.encode(), {"Content-Type": "text/html"})
