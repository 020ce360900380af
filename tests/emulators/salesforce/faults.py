"""Failures to inject by script: what goes wrong, at which request, and how often."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Page = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer instead of the real one."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The real answer, changed: *change* gets the path asked for and the decoded JSON."""

    change: Callable[[str, Page], Page]


@dataclass(frozen=True, slots=True)
class Truncate:
    """The real answer's headers, and half of its body; then the connection closes."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset without an answer."""


@dataclass(frozen=True, slots=True)
class Stall:
    """No answer until the emulator is closed: the client's own timeout has to end it."""


@dataclass(frozen=True, slots=True)
class ExpireSession:
    """Every session ends just before this request is looked at."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A refusal that quotes the request's headers and body back, as careless proxies do."""

    def reply(self, headers: Mapping[str, str], body: bytes) -> Reply:
        said = f"refused: {dict(headers)} {body.decode()}"
        return refusal(403, "PROXY_REFUSED", said)


Fault = Reply | Rewrite | Truncate | Reset | Stall | ExpireSession | Quote


def refusal(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A refusal in the REST API's form: a list of one object."""
    body = orjson.dumps([{"message": message, "errorCode": code}])
    return Reply(status, body, {"Content-Type": "application/json;charset=UTF-8", **(headers or {})})


def html(status: int, text: str) -> Reply:
    page = f"<html><head><title>{text}</title></head><body>{text}</body></html>"
    return Reply(status, page.encode(), {"Content-Type": "text/html;charset=UTF-8"})


INVALID_SESSION = refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
QUOTES_THE_REQUEST = Quote()
HTML_401 = html(401, "Unauthorized")
TOTAL_REQUESTS = refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
CONCURRENT_REQUESTS = refusal(
    403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
)
TOO_MANY_REQUESTS = refusal(429, "REQUEST_LIMIT_EXCEEDED", "Too many requests", {"Retry-After": "7"})
SERVER_ERROR = refusal(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId: 1-2 (3)")
UNAVAILABLE = refusal(503, "SERVER_UNAVAILABLE", "Server unavailable")
HTML_503 = html(503, "Down for maintenance")
QUERY_TIMEOUT = refusal(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
INVALID_LOCATOR = refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
ROW_LOCK = refusal(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
NOT_JSON = Reply(200, b"<html>Welcome to the proxy</html>", {"Content-Type": "text/html"})


def _empty(path: str, page: Page) -> Page:
    return {**page, "records": []}


def _loop(path: str, page: Page) -> Page:
    return {**page, "done": False, "nextRecordsUrl": path}


def _half(path: str, page: Page) -> Page:
    records = page["records"][: len(page["records"]) // 2]
    return {"totalSize": len(records), "done": True, "records": records}


EMPTY_PAGE = Rewrite(_empty)
LOCATOR_LOOP = Rewrite(_loop)
HALF_ANSWER = Rewrite(_half)


@dataclass(slots=True)
class Script:
    """Which of the coming requests go wrong. Numbers count the requests whose target holds *where*, from 1."""

    _rules: list[_Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault, *, at: Collection[int] | None = None, where: str = "/services/data/v") -> None:
        """*at* None: every matching request. *where*: part of path and query, decoded."""
        self._rules.append(_Rule(fault, None if at is None else frozenset(at), where))

    def next(self, target: str) -> Fault | None:
        with self._lock:
            due = [rule for rule in self._rules if rule.where in target]
            for rule in due:
                rule.seen += 1
            return next((rule.fault for rule in due if rule.at is None or rule.seen in rule.at), None)

    def clear(self) -> None:
        self._rules.clear()


@dataclass(slots=True)
class _Rule:
    fault: Fault
    at: frozenset[int] | None
    where: str
    seen: int = 0
