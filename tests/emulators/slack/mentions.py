"""Resolves a message as Slack does, to answer: whom did it ping, and what did it link?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tests.emulators.slack.measures import Json

_PING = re.compile(r"<!(channel|here|everyone|subteam\^\w+)(?:\|[^>]*)?>|<@(\w+)(?:\|[^>]*)?>")
_BARE_PING = re.compile(r"(?<!\w)@(channel|here|everyone|group)\b")
_LINK = re.compile(r"<((?:https?://|mailto:|#)[^>|]*)(?:\|[^>]*)?>")
_BARE_LINK = re.compile(r"(?<![\w<])(https?://[^\s<>]+|www\.[^\s<>]+)")


def pings(message: Json) -> set[str]:
    """Who gets a notification: ``channel``, ``here``, ``everyone``, or ids of users and groups."""
    found = {one or other for text, _ in _texts(message) for one, other in _PING.findall(text)}
    return found | {who for text, processed in _texts(message) if processed for who in _BARE_PING.findall(text)}


def links(message: Json) -> set[str]:
    """What becomes clickable, whether written as a link or found by Slack."""
    found = {link for text, _ in _texts(message) for link in _LINK.findall(text)}
    return found | {link for text, processed in _texts(message) if processed for link in _BARE_LINK.findall(text)}


def _texts(message: Json) -> Iterator[tuple[str, bool]]:
    """Each text of the message, and whether Slack looks for links and names in it by itself."""
    processed = message.get("parse") != "none" or bool(message.get("link_names"))
    yield str(message.get("text") or ""), processed
    yield from _in_blocks(message.get("blocks") or ())


def _in_blocks(part: object) -> Iterator[tuple[str, bool]]:
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            yield part["text"], part.get("type") == "mrkdwn" and not part.get("verbatim")
        for value in part.values():
            yield from _in_blocks(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for value in part:
            yield from _in_blocks(value)
