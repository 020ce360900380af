"""Failures to inject by script: what goes wrong, at which request, and how often."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import orjson

Page = dict[str, Any]

_OF_A_QUERY = frozenset({400, 403, 404})  # HTTP status


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, real or instead of the real one. *zipped*: the body's gzip, where it is at hand."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    zipped: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The real answer, changed: *change* gets the path asked for and the decoded JSON."""

    change: Callable[[str, Page], Page]


@dataclass(frozen=True, slots=True)
class Alter:
    """The real answer with other headers or another body: for CSV, or for a header that lies."""

    change: Callable[[Reply], Reply]


@dataclass(frozen=True, slots=True)
class Truncate:
    """The real answer's headers, and half of its body; then the connection closes."""


@dataclass(frozen=True, slots=True)
class CutShort:
    """Half of the real body as it goes over the wire, zipped if it is, and the length says that this is all."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset without an answer."""


@dataclass(frozen=True, slots=True)
class Stall:
    """No answer until the emulator is closed: the client's own timeout has to end it."""


@dataclass(frozen=True, slots=True)
class ExpireSession:
    """Every session ends just before this request is looked at. *reply*: how that is said, else as usual."""

    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something happens in the org just before this request is looked at."""

    act: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Quote:
    """A refusal that quotes the request's headers and body back, as careless proxies do."""

    def reply(self, headers: Mapping[str, str], body: bytes) -> Reply:
        said = f"refused: {dict(headers)} {body.decode()}"
        return refusal(403, "PROXY_REFUSED", said)


Fault = Reply | Rewrite | Alter | Truncate | CutShort | Reset | Stall | ExpireSession | Meanwhile | Quote


def refusal(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A refusal in the REST API's form: a list of one object."""
    body = orjson.dumps([{"message": message, "errorCode": code}])
    return Reply(status, body, {"Content-Type": "application/json;charset=UTF-8", **(headers or {})})


def html(status: int, text: str) -> Reply:
    page = f"<html><head><title>{text}</title></head><body>{text}</body></html>"
    return Reply(status, page.encode(), {"Content-Type": "text/html;charset=UTF-8"})


INVALID_SESSION = refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
QUOTES_THE_REQUEST = Quote()
TRUNCATED = Truncate()
CUT_SHORT = CutShort()
HTML_401 = html(401, "Unauthorized")
SESSION_EXPIRED = ExpireSession()
SESSION_EXPIRED_IN_HTML = ExpireSession(HTML_401)
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
LOCATOR_EXPIRED = refusal(400, "QUERY_LOCATOR_EXPIRED", "query locator has expired")
ROW_LOCK = refusal(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
HIDDEN_FIELD = refusal(
    400,
    "INVALID_FIELD",
    "\nSELECT Id, ARR__c FROM Account\n           ^\nERROR at Row:1:Column:12\n"
    "No such column 'ARR__c' on entity 'Account'. If you are attempting to use a custom field, be sure to append the"
    " '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
)
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


def is_of_one_query(fault: Fault | None) -> TypeGuard[Reply | Rewrite | None]:
    """A refusal of a query, or its changed answer; what refuses a call or breaks a connection is of the whole call."""
    if not isinstance(fault, Reply):
        return fault is None or isinstance(fault, Rewrite)
    return fault.status in _OF_A_QUERY and b"REQUEST_LIMIT_EXCEEDED" not in fault.body and fault.body[:1] == b"["


@dataclass(slots=True)
class Script:
    """Which of the coming requests go wrong. Numbers count the requests whose target holds *where*, from 1.

    A target is method, path and query ("GET /services/data/v62.0/query/?q=SELECT ..."), decoded; for what is posted to
    a bulk job or to composite the SOQL follows: a fault for "FROM Account " meets it there too. One that matches only a
    part of a composite request befalls that part, if it is a refusal of a query; the rest befalls the whole.
    """

    _rules: list[_Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault, *, at: Collection[int] | None = None, where: str = "/services/data/v") -> None:
        """*at* None: every matching request. *where*: part of the target."""
        self._rules.append(_Rule(fault, None if at is None else frozenset(at), where))

    def next(self, target: str, *, within: str = "") -> Fault | None:
        """*within*: the target of the composite request that this is a part of, whose faults are not this one's."""
        with self._lock:
            due = [rule for rule in self._rules if rule.where in target and not (within and rule.where in within)]
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
