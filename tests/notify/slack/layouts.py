"""Lays payloads out and holds what comes of it to Slack's limits, as Slack and others know them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
from slackblocks import ContextBlock, HeaderBlock, Message, SectionBlock

from cssync.model.digest import Payload
from cssync.model.remark import Remarks
from cssync.notify.slack import blocks
from cssync.notify.slack.kit import Message as LaidOut
from tests.emulators.slack import limits
from tests.emulators.slack.measures import length
from tests.notify.builders import outgoing

SCHEMA = Path(__file__).parents[4] / "shared" / "data" / "blockkit.schema.json"


def laid_out(payload: Payload, reference: str = "", remarks: Remarks | None = None) -> LaidOut:
    return blocks.message(outgoing(payload, remarks), reference)


def shown(message: LaidOut) -> list[str]:
    """The text of each block."""
    return ["\n".join(limits.texts(block)) for block in message.blocks]


def sections(message: LaidOut) -> list[str]:
    return [text for text, block in zip(shown(message), message.blocks, strict=True) if block["type"] == "section"]


def posted(message: LaidOut) -> Mapping[str, Any]:
    return {"text": message.text, "blocks": message.blocks, "parse": "none"}


def assert_fits(message: LaidOut) -> None:
    assert limits.problems(message.blocks) == []
    assert not limits.is_too_long(message.blocks)
    assert sum(length(text) for block in message.blocks for text in limits.texts(block)) <= 9_000
    assert 0 < length(message.text) < 3_000


def assert_well_formed(message: LaidOut) -> None:
    """In the eyes of others: slackblocks, and the types that Slack publishes."""
    parse: dict[str, Any] = {"header": HeaderBlock, "section": SectionBlock, "context": ContextBlock}
    parsed = [parse[str(one["type"])].from_dict(one) for one in message.blocks]
    Message(channel="C0CAPACITY", text=message.text, blocks=parsed)
    if SCHEMA.exists():
        validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
        for block in message.blocks:
            validator.validate(block)
