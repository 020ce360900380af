"""Pages, and the opaque cursors that lead from one to the next."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.measures import Json

_USUAL, _MOST = 100, 1_000


@dataclass(frozen=True)
class Page:
    """*next_cursor*: empty on the last one."""

    items: Sequence[dict[str, Any]]
    next_cursor: str


def by_ts(found: Sequence[dict[str, Any]], params: Json, at_most: int, *, newest_first: bool) -> Page:
    """A page of messages: the cursor names one, so that it holds while others come and go."""
    start = 0
    if named := _named(params, "next_ts"):
        # Should the one that is named be gone, the next one opens the page.
        stamps = [one["ts"].replace(".", "") for one in found]
        start = next((n for n, ts in enumerate(stamps) if (ts <= named if newest_first else ts >= named)), len(found))
    end = start + _limit(params, at_most)
    more = end < len(found)
    return Page(found[start:end], _cursor("next_ts", found[end]["ts"].replace(".", "")) if more else "")


def by_number(found: Sequence[dict[str, Any]], params: Json, at_most: int) -> Page:
    start = int(_named(params, "next") or 0)
    end = start + _limit(params, at_most)
    return Page(found[start:end], _cursor("next", str(end)) if end < len(found) else "")


def _limit(params: Json, at_most: int) -> int:
    try:
        limit = int(str(params.get("limit") or _USUAL))
    except ValueError as error:
        raise SlackError("invalid_limit") from error
    if not 1 <= limit <= _MOST:
        raise SlackError("invalid_limit")
    return min(limit, at_most)


def _cursor(kind: str, value: str) -> str:
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def _named(params: Json, kind: str) -> str:
    cursor = str(params.get("cursor") or "")
    try:
        found, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SlackError("invalid_cursor") from error
    if cursor and (found != kind or not value.isdigit()):
        raise SlackError("invalid_cursor")
    return value
