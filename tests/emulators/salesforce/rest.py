"""The REST API of the emulated org: versions, describe, query with its pages, limits, and the ways to the rest."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import orjson

from tests.emulators.salesforce import composite
from tests.emulators.salesforce.bulk import Bulk
from tests.emulators.salesforce.faults import INVALID_LOCATOR, INVALID_SESSION, TOTAL_REQUESTS, Reply, refusal
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.request import Request
from tests.emulators.salesforce.rows import Found, Operation, run
from tests.emulators.salesforce.served import Served
from tests.emulators.salesforce.soql import SoqlError, parse

OLDEST_VERSION, NEWEST_VERSION = 31, 66
_PATH = re.compile(r"/services/data/v(?P<version>\d+\.0)(?P<rest>/.*)?")
_LOCATOR = re.compile(r"/(?:query|queryAll)/(?P<id>0r8\w+)-(?P<at>\d+)")
_DESCRIBE = re.compile(r"/sobjects/(?P<name>\w+)/describe/?")
_LARGEST_PAGE, _SMALLEST_PAGE = 2_000, 200
_LONGEST_HEAD = 16_384  # bytes of URI and headers together

_NOT_FOUND = refusal(404, "NOT_FOUND", "The requested resource does not exist")


@dataclass(slots=True)
class Rest:
    """*page_size*: at most so many records a page, whatever the client asks for."""

    org: Org
    bulk: Bulk
    page_size: int = _LARGEST_PAGE
    served: defaultdict[str, Served] = field(default_factory=lambda: defaultdict(Served))
    _cursors: dict[str, Found] = field(default_factory=dict)
    _serial: count[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Reply:
        """Answer whatever is no login."""
        if request.path.rstrip("/") == "/services/data":
            return _json(_versions())
        found = _PATH.fullmatch(request.path)
        if found is None:
            return _NOT_FOUND
        if not self.org.is_open(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return INVALID_SESSION
        if not OLDEST_VERSION <= int(found["version"].split(".")[0]) <= NEWEST_VERSION:
            return _NOT_FOUND
        with self._lock:
            if not self.org.calls_left:
                return TOTAL_REQUESTS
            self.org.calls_used += 1
            usage = f"api-usage={self.org.calls_used}/{self.org.calls_a_day}"
        reply = self._dispatched(request, found["version"], found["rest"] or "/")
        return replace(reply, headers={**reply.headers, "Sforce-Limit-Info": usage})

    def _dispatched(self, request: Request, version: str, rest: str) -> Reply:
        if rest.startswith("/jobs/query"):
            return self.bulk.answer(request.method, version, rest, request.query, request.body)
        if request.is_composite:
            return composite.answer(request.parts, request.body, self.resource)
        if request.method == "GET":
            return self.resource(version, rest, request.query, request.headers)
        return refusal(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed. Allowed are HEAD,GET")

    def resource(self, version: str, rest: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        if rest.rstrip("/") in {"/query", "/queryAll"} and "q" in query:
            return self._query(version, "queryAll" if "All" in rest else "query", query["q"], headers)
        if page := _LOCATOR.fullmatch(rest):
            return self._page(version, page["id"], int(page["at"]), headers)
        if described := _DESCRIBE.fullmatch(rest):
            return self._describe(version, described["name"])
        listings = {"": self._resources, "/sobjects": self._objects, "/limits": self._limits}
        listing = listings.get(rest.rstrip("/"))
        return _json(listing(version)) if listing else _NOT_FOUND

    @staticmethod
    def _resources(version: str) -> dict[str, object]:
        home = f"/services/data/v{version}"
        return {name: f"{home}/{name}" for name in ("composite", "jobs", "limits", "query", "queryAll", "sobjects")}

    def _objects(self, version: str) -> dict[str, object]:
        every = [each.summary(self.org.access(each.name), version) for each in self.org.visible_objects()]
        return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": every}

    def _describe(self, version: str, name: str) -> Reply:
        visible = self.org.visible(name)
        if visible is None:
            return _NOT_FOUND
        return _json(visible.describe(self.org.access(visible.name), version))

    def _query(self, version: str, operation: Operation, soql: str, headers: Mapping[str, str]) -> Reply:
        try:
            found = run(self.org, parse(soql), operation)
        except SoqlError as error:
            return refusal(400, error.code, error.message)
        if found.is_count:
            return _json({"totalSize": len(found.rows), "done": True, "records": []})
        cursor = f"0r8{next(self._serial):012}AAA"
        self._cursors[cursor] = found
        return self._page(version, cursor, 0, headers)

    def _page(self, version: str, cursor: str, start: int, headers: Mapping[str, str]) -> Reply:
        found = self._cursors.get(cursor)
        if found is None or start > len(found.rows):
            return INVALID_LOCATOR
        end = start + min(self.page_size, _batch_size(headers.get("sforce-query-options", "")))
        page: dict[str, Any] = {
            "totalSize": len(found.rows),
            "done": end >= len(found.rows),
            "records": [found.render(row, version) for row in found.rows[start:end]],
        }
        served = self.served[found.sobject]
        served.records += len(page["records"])
        served.pages += 1
        if not page["done"]:
            page["nextRecordsUrl"] = f"/services/data/v{version}/query/{cursor}-{end}"
        return _json(page)

    def forget_cursors(self) -> None:
        """Every locator handed out becomes invalid, as after 15 minutes or ten newer queries."""
        self._cursors.clear()

    def _limits(self, version: str) -> dict[str, object]:
        return {
            "DailyApiRequests": {"Max": self.org.calls_a_day, "Remaining": self.org.calls_left},
            "DailyBulkV2QueryJobs": {
                "Max": self.bulk.jobs_a_day,
                "Remaining": max(0, self.bulk.jobs_a_day - len(self.bulk.jobs)),
            },
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
        }


def head_is_too_long(request_line: str, headers: Mapping[str, str]) -> bool:
    return len(request_line) + sum(len(name) + len(value) + 4 for name, value in headers.items()) > _LONGEST_HEAD


def _batch_size(options: str) -> int:
    found = re.search(r"batchSize=(\d+)", options)
    return max(_SMALLEST_PAGE, min(_LARGEST_PAGE, int(found[1]))) if found else _LARGEST_PAGE


def _versions() -> list[dict[str, str]]:
    return [
        {"label": f"Release {number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(OLDEST_VERSION, NEWEST_VERSION + 1)
    ]


def _json(value: object) -> Reply:
    return Reply(200, orjson.dumps(value), {"Content-Type": "application/json;charset=UTF-8"})
