"""The ids of blocks and of elements: those that Slack gives, and what is found by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from tests.emulators.slack.measures import Json


def identified(blocks: Sequence[Json]) -> list[Json]:
    """*blocks*, where Slack names what came without an id."""
    numbers = count(1)
    return [_with_ids(block, numbers) for block in blocks]


def interactive(blocks: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """Every element that people can act on, behind the id of its block."""
    for block in blocks:
        accessory, element = block.get("accessory"), block.get("element")
        held = [*(block["elements"] if block["type"] == "actions" else ()), accessory, element]
        yield from ((block["block_id"], one) for one in held if one and one["type"] != "image")


def found(blocks: Sequence[Json], action_id: str, block_id: str | None = None) -> tuple[str, Json]:
    """The element of that id, behind its block's; raises AssertionError where there is nothing to act on."""
    matches = [
        (block, element)
        for block, element in interactive(blocks)
        if element["action_id"] == action_id and block_id in {None, block}
    ]
    there = sorted({element["action_id"] for _, element in interactive(blocks)})
    assert len(matches) == 1, f"{len(matches)} elements are called {action_id}; there are {there}"
    return matches[0]


def _with_ids(block: Json, numbers: Iterator[int]) -> Json:
    block = {"block_id": f"block-{next(numbers)}", **block}
    if block["type"] == "actions":
        block["elements"] = [_with_action_id(element, numbers) for element in block["elements"]]
    for name in ("accessory", "element"):
        if name in block and block[name]["type"] != "image":
            block[name] = _with_action_id(block[name], numbers)
    return block


def _with_action_id(element: Json, numbers: Iterator[int]) -> Json:
    return {"action_id": f"action-{next(numbers)}", **element}
