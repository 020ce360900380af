"""What Slack refuses in the blocks of a message, with the words in which it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]

BLOCKS = 50
# Measured by a user of Slack: https://github.com/slackapi/bolt-js/issues/2509
TOTAL, WEIGHT_OF_A_BLOCK = 13_297, 125


def length(text: str) -> int:
    """In UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def problems(blocks: object) -> list[str]:
    """Every reason to answer ``invalid_blocks``, with a JSON pointer to where it is."""
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        return ["must be an array [json-pointer:/blocks]"]
    found = [_at("no more than 50 items allowed", "/blocks")] if len(blocks) > BLOCKS else []
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        found += _of_block(block, f"/blocks/{number}")
        block_id = block.get("block_id") if isinstance(block, Mapping) else None
        if block_id in seen:
            found.append(_at(f"block_id already exists: {block_id}", f"/blocks/{number}/block_id"))
        if isinstance(block_id, str):
            seen.add(block_id)
    return found


def is_too_long(blocks: Sequence[Json]) -> bool:
    """Whether to answer ``msg_blocks_too_long``."""
    return sum(sum(map(length, texts(block))) + WEIGHT_OF_A_BLOCK for block in blocks) > TOTAL


def texts(part: object) -> Iterator[str]:
    """Every text anywhere in *part*."""
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for value in part:
            yield from texts(value)


def _of_block(block: object, where: str) -> Iterator[str]:
    if not isinstance(block, Mapping):
        yield _at("must be an object", where)
        return
    block_id = block.get("block_id", "x")
    if not isinstance(block_id, str) or length(block_id) > 255:
        yield _at("must be less than 256 characters", f"{where}/block_id")
    kind = block.get("type")
    check = _KINDS.get(kind) if isinstance(kind, str) else None
    if check is None:
        yield _at(f"unsupported type: {kind}", f"{where}/type")
        return
    yield from check(block, where)


def _header(block: Json, where: str) -> Iterator[str]:
    yield from _text(block.get("text"), f"{where}/text", 150, kinds=("plain_text",))


def _section(block: Json, where: str) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield _at("missing required field: text", where)
    if "text" in block:
        yield from _text(block["text"], f"{where}/text", 3_000)
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield _at("no more than 10 items allowed", f"{where}/fields")
    for number, field in enumerate(fields):
        yield from _text(field, f"{where}/fields/{number}", 2_000)


def _context(block: Json, where: str) -> Iterator[str]:
    elements = block.get("elements", [])
    if not elements:
        yield _at("must provide at least one element", f"{where}/elements")
    if len(elements) > 10:
        yield _at("no more than 10 items allowed", f"{where}/elements")
    for number, element in enumerate(elements):
        if element.get("type") != "image":
            yield from _text(element, f"{where}/elements/{number}", 3_000)


def _actions(block: Json, where: str) -> Iterator[str]:
    elements = block.get("elements", [])
    if len(elements) > 25:
        yield _at("no more than 25 items allowed", f"{where}/elements")
    seen: set[str] = set()
    for number, element in enumerate(elements):
        at = f"{where}/elements/{number}"
        if element.get("type") == "button":
            yield from _text(element.get("text"), f"{at}/text", 75, kinds=("plain_text",))
        if length(str(element.get("value", ""))) > 2_000:
            yield _at("must be less than 2001 characters", f"{at}/value")
        action_id = element.get("action_id")
        if action_id in seen:
            yield _at(f"action_id already exists: {action_id}", f"{at}/action_id")
        if isinstance(action_id, str):
            seen.add(action_id)
            if length(action_id) > 255:
                yield _at("must be less than 256 characters", f"{at}/action_id")


def _markdown(block: Json, where: str) -> Iterator[str]:
    if length(str(block.get("text", ""))) > 12_000:
        yield _at("must be less than 12001 characters", f"{where}/text")


def _nothing(block: Json, where: str) -> Iterator[str]:
    yield from ()


def _text(text: object, where: str, limit: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not isinstance(text, Mapping):
        yield _at("missing required field: text", where)
        return
    kind, content = text.get("type"), text.get("text")
    if kind not in kinds:
        yield _at(f"unsupported type: {kind}", f"{where}/type")
    allowed = {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}
    for extra in sorted(set(text) - allowed):
        yield _at(f"invalid additional property: {extra}", where)
    if not isinstance(content, str) or not content:
        yield _at("must be more than 0 characters", f"{where}/text")
    elif length(content) > limit:
        yield _at(f"must be less than {limit + 1} characters", f"{where}/text")


def _at(words: str, where: str) -> str:
    return f"{words} [json-pointer:{where}]"


_KINDS: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "markdown": _markdown,
    "divider": _nothing,
    "image": _nothing,
}
