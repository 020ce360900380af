"""Composite requests: up to 25 in one call, which counts as one.

Only GET is spoken: queries (five at most), their further pages, descriptions and lists of objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import orjson

from tests.emulators.salesforce.faults import Reply, Rewrite, refusal

_MOST, _MOST_QUERIES = 25, 5
_QUERY = re.compile(r"/services/data/v[\d.]+/(?:query|queryAll)\b")
_PART = re.compile(r"/services/data/v(?P<version>\d+\.0)(?P<rest>/(?:query|queryAll|sobjects)\b.*)")
_REFERENCE = re.compile(r"[A-Za-z0-9_]+")
_REFUSED = 400


class Resource(Protocol):
    """A GET inside the API, past the session and the quota."""

    def __call__(self, version: str, rest: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One of the requests in a composite one. *fault*: what goes wrong with it by script."""

    method: str
    url: str
    reference: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Reply | Rewrite | None = None

    @property
    def target(self) -> str:
        return f"{self.method} {unquote_plus(self.url)}"

    @property
    def soql(self) -> str | None:
        return dict(parse_qsl(urlsplit(self.url).query)).get("q")


def parts(body: bytes) -> Sequence[Part]:
    """Empty for a body that is no composite request."""
    try:
        return tuple(
            Part(
                each["method"],
                each["url"],
                each["referenceId"],
                {name.lower(): value for name, value in each.get("httpHeaders", {}).items()},
            )
            for each in orjson.loads(body)["compositeRequest"]
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return ()


def answer(asked: Sequence[Part], body: bytes, resource: Resource) -> Reply:
    if not asked:
        return refusal(_REFUSED, "JSON_PARSER_ERROR", "The HTTP entity body does not contain a compositeRequest")
    if len(asked) > _MOST:
        return refusal(
            _REFUSED, "LIMIT_EXCEEDED", f"Composite request has {len(asked)} subrequests; the limit is {_MOST}"
        )
    queries = sum(1 for part in asked if _QUERY.match(part.url))
    if queries > _MOST_QUERIES:
        said = f"Composite request has {queries} query and sObject Collections operations; the limit is {_MOST_QUERIES}"
        return refusal(_REFUSED, "LIMIT_EXCEEDED", said)
    references = [part.reference for part in asked]
    if len(set(references)) < len(references) or not all(map(_REFERENCE.fullmatch, references)):
        return refusal(_REFUSED, "INVALID_INPUT", "Reference ids must be unique and alphanumeric")
    replies = [_one(part, resource) for part in asked]
    if orjson.loads(body).get("allOrNone") and any(reply.status >= _REFUSED for reply in replies):
        replies = [reply if reply.status >= _REFUSED else _HALTED for reply in replies]
    shown = [_shown(part, reply) for part, reply in zip(asked, replies, strict=True)]
    return Reply(200, orjson.dumps({"compositeResponse": shown}), {"Content-Type": "application/json;charset=UTF-8"})


_HALTED = refusal(
    _REFUSED,
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)


def _one(part: Part, resource: Resource) -> Reply:
    if isinstance(part.fault, Reply):
        return part.fault
    parts_of_url = urlsplit(part.url)
    found = _PART.fullmatch(parts_of_url.path)
    if found is None:
        return refusal(404, "NOT_FOUND", "The requested resource does not exist")
    if part.method != "GET":
        return refusal(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{part.method}' not allowed. Allowed are HEAD,GET")
    reply = resource(found["version"], found["rest"], dict(parse_qsl(parts_of_url.query)), part.headers)
    if isinstance(part.fault, Rewrite):
        return Reply(reply.status, orjson.dumps(part.fault.change(part.url, orjson.loads(reply.body))), reply.headers)
    return reply


def _shown(part: Part, reply: Reply) -> dict[str, Any]:
    return {
        "body": orjson.loads(reply.body),
        "httpHeaders": {},
        "httpStatusCode": reply.status,
        "referenceId": part.reference,
    }
