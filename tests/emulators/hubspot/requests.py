"""A request as the endpoints read it, and the pieces that many answers share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.emulators.hubspot.search import BadSearchError

MOMENT = "2026-11-22T02:04:00.000Z"


@dataclass(frozen=True, slots=True)
class Request:
    """*query*: every value of a repeated parameter."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        return self.query[name][-1] if name in self.query else None

    def says(self, name: str) -> bool:
        """Clients write True as well as true."""
        return (self.one(name) or "").lower() == "true"

    def names(self, name: str) -> list[str]:
        """Names separated by commas, in one parameter or several."""
        return [each for value in self.query.get(name, ()) for each in value.split(",") if each]


def parsed(body: bytes) -> Mapping[str, object]:
    """A request's JSON object; anything else is an empty one."""
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def limited(request: Request, most: int) -> int:
    limit = int(request.one("limit") or 10)
    if not 1 <= limit <= most:
        raise BadSearchError(f"limit must be between 1 and {most}, but was {limit}")
    return limit


def paging(after: int, *, more: bool) -> dict[str, object]:
    return {"paging": {"next": {"after": str(after), "link": f"?after={after}"}}} if more else {}


def texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
