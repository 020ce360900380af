"""What Slack refuses in a modal. https://docs.slack.dev/reference/views/modal-views"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tests.emulators.slack import limits
from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.measures import at, length, of_text

_BLOCKS, _BYTES = 100, 250_000
_LENGTHS = {"private_metadata": 3_000, "callback_id": 255, "external_id": 255}


def refuse(view: object) -> None:
    """Raise the SlackError that Slack answers to *view* with, if any."""
    if len(json.dumps(view)) > _BYTES:
        raise SlackError("view_too_large")
    if found := list(_problems(view)):
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in found]})


def _problems(view: object) -> Iterator[str]:
    if not isinstance(view, Mapping):
        yield at("must be an object", "/view")
        return
    if view.get("type") != "modal":
        yield at(f"unsupported type: {view.get('type')}", "/view/type")
    yield from of_text(view.get("title"), "/view/title", 24, kinds=("plain_text",))
    for name in ("submit", "close"):
        if view.get(name) is not None:
            yield from of_text(view[name], f"/view/{name}", 24, kinds=("plain_text",))
    for name, limit in _LENGTHS.items():
        if length(str(view.get(name) or "")) > limit:
            yield at(f"must be less than {limit + 1} characters", f"/view/{name}")
    blocks = view.get("blocks")
    if not blocks:
        yield at("missing required field: blocks", "/view")
        return
    yield from limits.problems(blocks, "/view/blocks", _BLOCKS)
    if view.get("submit") is None and any(_is_input(block) for block in blocks):
        yield at("missing required field: submit", "/view")


def _is_input(block: object) -> bool:
    return isinstance(block, Mapping) and block.get("type") == "input"
