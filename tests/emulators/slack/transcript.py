"""A channel as a person reads it: who said what when, what it looks like now, and what it offers to press."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from tests.emulators.slack import threads
from tests.emulators.slack.measures import Json
from tests.emulators.slack.workspace import BOT, Channel, Workspace

_BOLD_ITALIC_CODE = re.compile(r"(?<![\w*_`])([*_`])(?=\S)([^*_`\n]*\S)\1(?![\w*_`])")
_SPECIAL = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")


def transcript(workspace: Workspace, channel_id: str) -> str:
    """Messages in the order of time, times in UTC, replies below their root behind ``>``.

    ``~so~`` is struck out, ``(edited)`` was changed since, ``[so]`` can be pressed. What one person alone sees stands
    where it came. A message with blocks shows those: its text is for notifications.
    """
    channel = workspace.channels[channel_id]
    seen_by_one = [(one.message, one.user_id) for one in workspace.ephemerals if one.channel_id == channel_id]
    shown = [(message, "") for message in channel.messages if threads.is_in_channel(message)]
    lines: list[str] = []
    for message, only_for in sorted(shown + seen_by_one, key=lambda one: float(one[0]["ts"])):
        lines += _message(workspace, message, only_for)
        if not threads.is_reply(message):
            for reply in threads.replies(channel, message):
                lines += (f"  > {line}" for line in _message(workspace, reply))
    return "\n".join([_title(workspace, channel), *lines]) + "\n"


def _title(workspace: Workspace, channel: Channel) -> str:
    return f"@{_name(workspace, channel.with_user)}" if channel.with_user else f"#{channel.name}"


def _message(workspace: Workspace, message: Json, only_for: str = "") -> Iterator[str]:
    when = datetime.fromtimestamp(float(message["ts"]), UTC).strftime("%H:%M")
    who = _name(workspace, message["user"]) + (f" to {_name(workspace, only_for)} alone" if only_for else "")
    first, *others = list(_content(workspace, message)) or [""]
    if "edited" in message:
        *others, last = [first, *others]
        first, *others = [*others, f"{last} (edited)"]
    yield f"{when} {who}: {first}"
    yield from (f"  {line}" for line in others)


def _content(workspace: Workspace, message: Json) -> Iterator[str]:
    blocks = message.get("blocks")
    if not blocks:
        yield from _marked(workspace, message["text"]).splitlines()
        return
    for block in blocks:
        for said in _block(workspace, block):
            yield from said.splitlines()


def _block(workspace: Workspace, block: Json) -> Iterator[str]:
    match block:
        case {"type": "divider"}:
            yield "---"
        case {"type": "image", "alt_text": alt}:
            yield f"[image: {alt}]"
        case {"type": "markdown", "text": str(text)}:
            yield text
        case {"type": "context", "elements": elements}:
            yield "  ".join(_text(workspace, element) for element in elements)
        case {"type": "actions", "elements": elements}:
            yield " ".join(_element(workspace, element) for element in elements)
        case {"type": "input", "label": label}:
            yield f"{_text(workspace, label)}: ____"
        case _:
            parts = [block.get("text"), *block.get("fields", ())]
            said = [_text(workspace, part) for part in parts if part]
            if accessory := block.get("accessory"):
                said[-1] = f"{said[-1]} {_element(workspace, accessory)}"
            yield from said


def _element(workspace: Workspace, element: Json) -> str:
    if options := element.get("options"):
        return f"[{' | '.join(_text(workspace, option['text']) for option in options)}]"
    return f"[{_text(workspace, element.get('text') or element)}]"


def _text(workspace: Workspace, part: Json) -> str:
    match part:
        case {"type": "plain_text", "text": str(text)}:
            return html.unescape(text)
        case {"text": str(text)}:
            return _marked(workspace, text)
        case _:
            return str(part.get("alt_text") or part.get("type"))


def _marked(workspace: Workspace, text: str) -> str:
    def special(found: re.Match[str]) -> str:
        sign, name, label = found.groups()
        match sign:
            case "@":
                return f"@{_name(workspace, name)}"
            case "#":
                return f"#{workspace.channels[name].name}" if name in workspace.channels else f"#{label or name}"
            case "!":
                return label or f"@{name}"
            case _:
                return label or name

    return html.unescape(_BOLD_ITALIC_CODE.sub(r"\2", _SPECIAL.sub(special, text)))


def _name(workspace: Workspace, user_id: str) -> str:
    names: Mapping[str, str] = {BOT: "cssync", threads.SLACKBOT: "Slackbot"}
    return names.get(user_id) or (workspace.users[user_id].real_name if user_id in workspace.users else user_id)
