"""What Slack refuses in the blocks of a message or of a view, with the words in which it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.emulators.slack import elements
from tests.emulators.slack.measures import Json, at, length, of_text

BLOCKS = 50
# Measured by a user of Slack: https://github.com/slackapi/bolt-js/issues/2509
TOTAL, WEIGHT_OF_A_BLOCK = 13_297, 125


def problems(blocks: object, where: str = "/blocks", at_most: int = BLOCKS) -> list[str]:
    """Every reason to answer ``invalid_blocks``, with a JSON pointer to where it is."""
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        return [at("must be an array", where)]
    found = [at(f"no more than {at_most} items allowed", where)] if len(blocks) > at_most else []
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        found += _of_block(block, f"{where}/{number}")
        block_id = block.get("block_id") if isinstance(block, Mapping) else None
        if block_id in seen:
            found.append(at(f"block_id already exists: {block_id}", f"{where}/{number}/block_id"))
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
        yield at("must be an object", where)
        return
    block_id = block.get("block_id", "x")
    if not isinstance(block_id, str) or length(block_id) > 255:
        yield at("must be less than 256 characters", f"{where}/block_id")
    kind = block.get("type")
    check = _KINDS.get(kind) if isinstance(kind, str) else None
    if check is None:
        yield at(f"unsupported type: {kind}", f"{where}/type")
        return
    yield from check(block, where)


def _header(block: Json, where: str) -> Iterator[str]:
    yield from of_text(block.get("text"), f"{where}/text", 150, kinds=("plain_text",))


def _section(block: Json, where: str) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield at("missing required field: text", where)
    if "text" in block:
        yield from of_text(block["text"], f"{where}/text", 3_000)
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield at("no more than 10 items allowed", f"{where}/fields")
    for number, field in enumerate(fields):
        yield from of_text(field, f"{where}/fields/{number}", 2_000)
    if "accessory" in block:
        yield from elements.problems(block["accessory"], f"{where}/accessory")


def _context(block: Json, where: str) -> Iterator[str]:
    found = block.get("elements", [])
    if not found:
        yield at("must provide at least one element", f"{where}/elements")
    if len(found) > 10:
        yield at("no more than 10 items allowed", f"{where}/elements")
    for number, element in enumerate(found):
        if element.get("type") != "image":
            yield from of_text(element, f"{where}/elements/{number}", 3_000)


def _actions(block: Json, where: str) -> Iterator[str]:
    found = block.get("elements", [])
    if not found:
        yield at("must provide at least one element", f"{where}/elements")
    if len(found) > 25:
        yield at("no more than 25 items allowed", f"{where}/elements")
    seen: set[str] = set()
    for number, element in enumerate(found):
        here = f"{where}/elements/{number}"
        yield from elements.problems(element, here)
        action_id = element.get("action_id") if isinstance(element, Mapping) else None
        if action_id in seen:
            yield at(f"action_id already exists: {action_id}", f"{here}/action_id")
        if isinstance(action_id, str):
            seen.add(action_id)


def _input(block: Json, where: str) -> Iterator[str]:
    yield from of_text(block.get("label"), f"{where}/label", 2_000, kinds=("plain_text",))
    yield from elements.problems(block.get("element"), f"{where}/element")
    if "hint" in block:
        yield from of_text(block["hint"], f"{where}/hint", 2_000, kinds=("plain_text",))


def _markdown(block: Json, where: str) -> Iterator[str]:
    if length(str(block.get("text", ""))) > 12_000:
        yield at("must be less than 12001 characters", f"{where}/text")


def _nothing(block: Json, where: str) -> Iterator[str]:
    yield from ()


_KINDS: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "markdown": _markdown,
    "divider": _nothing,
    "image": _nothing,
}
