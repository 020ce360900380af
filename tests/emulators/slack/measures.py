"""How Slack measures a text, and how it words what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]


def length(text: str) -> int:
    """In UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def at(words: str, where: str) -> str:
    return f"{words} [json-pointer:{where}]"


def of_text(text: object, where: str, limit: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    """Every reason for Slack to refuse a text object."""
    if not isinstance(text, Mapping):
        yield at("missing required field: text", where)
        return
    kind, content = text.get("type"), text.get("text")
    if kind not in kinds:
        yield at(f"unsupported type: {kind}", f"{where}/type")
    allowed = {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}
    for extra in sorted(set(text) - allowed):
        yield at(f"invalid additional property: {extra}", where)
    if not isinstance(content, str) or not content:
        yield at("must be more than 0 characters", f"{where}/text")
    elif length(content) > limit:
        yield at(f"must be less than {limit + 1} characters", f"{where}/text")
