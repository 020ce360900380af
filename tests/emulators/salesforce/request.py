"""A request as it arrived at the emulated org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tests.emulators.salesforce import composite


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived; *headers* in lower case, *body* of all but logins."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    parts: Sequence[composite.Part] = ()

    @property
    def is_data(self) -> bool:
        """Whether it asks the API proper, no login."""
        return self.path.startswith("/services/data/v")

    @property
    def is_composite(self) -> bool:
        return self.method == "POST" and self.path.rstrip("/").endswith("/composite")

    def queries(self) -> Iterator[str]:
        """The SOQL in it, wherever it stands."""
        if "q" in self.query:
            yield self.query["q"]
        elif self.is_composite:
            yield from (part.soql for part in self.parts if part.soql)
        elif self.method == "POST" and self.is_data and "/jobs/query" in self.path:
            yield str(decoded(self.body).get("query", ""))


def decoded(body: bytes) -> dict[str, Any]:
    """The JSON object in *body*; empty for anything else."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
