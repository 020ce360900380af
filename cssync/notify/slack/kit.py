"""The few blocks that a digest is built of, and the room they take up in a message.

Documented limits: 50 blocks, 150 characters in a header, 3,000 in a section. Not documented: a message is refused
(``msg_blocks_too_long``) from some 13,000 characters over all blocks on, where each block counts for about 125
more than its text. https://github.com/slackapi/bolt-js/issues/2509
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from cssync.notify.slack.escape import length, plain

Block: TypeAlias = dict[str, object]

# One message a second is what a channel takes, and about fifty edits and deletions a minute.
SECONDS_APART = 1.2
BLOCKS = 50
HEADER = 150
SECTION = 3_000
BUDGET = 9_000  # characters over all blocks
WEIGHT = 12_000  # the same, with BLOCK_WEIGHT for every block
BLOCK_WEIGHT = 125


@dataclass(frozen=True, slots=True)
class Message:
    """*text* carries the facts for notifications and screen readers, and can stand alone. All of it is escaped."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One block with its text; *text* is escaped already, and within the limits of its kind."""

    text: str
    block: Block


def header(title: str, block_id: str) -> Part:
    text = plain(title, HEADER) or "cssync"
    return Part(
        text, {"type": "header", "block_id": block_id, "text": {"type": "plain_text", "text": text, "emoji": False}}
    )


def section(text: str, block_id: str = "", beside: Block | None = None) -> Part:
    """*beside*: what stands at its right side, a menu."""
    marked: Block = {"block_id": block_id} if block_id else {}
    flanked: Block = {"accessory": beside} if beside else {}
    return Part(text, {"type": "section", **marked, "text": _mrkdwn(text), **flanked})


def laid_out(text: str, parts: Iterable[Part]) -> Message:
    return Message(text, tuple(part.block for part in parts))


def context(text: str) -> tuple[Part, ...]:
    """One part, or none for an empty text, which Slack would refuse."""
    return (Part(text, {"type": "context", "elements": [_mrkdwn(text)]}),) if text else ()


class Room:
    """What is left of a message's limits beside the parts it must hold."""

    def __init__(self, parts: Iterable[Part]) -> None:
        taken = tuple(parts)
        self._blocks = BLOCKS - len(taken)
        self._characters = BUDGET - sum(length(part.text) for part in taken)
        self._weight = WEIGHT - sum(length(part.text) + BLOCK_WEIGHT for part in taken)

    def take(self, text: str, *, blocks: int) -> bool:
        """Use room for *text* in so many new blocks; False, and nothing is used, where it is not there."""
        characters, weight = length(text), length(text) + blocks * BLOCK_WEIGHT
        if blocks > self._blocks or characters > self._characters or weight > self._weight:
            return False
        self._blocks -= blocks
        self._characters -= characters
        self._weight -= weight
        return True


def _mrkdwn(text: str) -> Block:
    # verbatim: Slack must not look for links, channels and people in names by itself.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
