"""Bulk API 2.0 query jobs: made, polled, read in pages that may be asked for in parallel, aborted, deleted."""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, cast

import orjson

from tests.emulators.salesforce.csvs import Pages
from tests.emulators.salesforce.faults import Reply, refusal
from tests.emulators.salesforce.ids import record_id_of
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.request import decoded
from tests.emulators.salesforce.rows import Found, Operation, run
from tests.emulators.salesforce.served import Served
from tests.emulators.salesforce.soql import SoqlError, parse
from tests.emulators.salesforce.values import moment

_PATH = re.compile(r"/jobs/query(?:/(?P<job>750\w+)(?P<results>/results|/resultPages)?)?/?")
_DELIMITERS = {"COMMA": ",", "TAB": "\t", "PIPE": "|", "SEMICOLON": ";", "CARET": "^", "BACKQUOTE": "`"}
_LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}
_LINKS = 5
_FIRST_WITH_LINKS = 58.0  # version of the API
_KEPT = timedelta(days=7)
_COMPOUND = frozenset({"address", "location"})

_NOT_FOUND = refusal(404, "NOT_FOUND", "The requested resource does not exist")
_WRONG_VERSION = refusal(
    409, "API_VERSION_MISMATCH", "The API version of the request is not that with which the query job was created"
)
_NOT_COMPLETE = refusal(400, "INVALIDJOBSTATE", "The results of the job can be read only when it is JobComplete")
_LOST = refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")


@dataclass(slots=True)
class _Job:
    id: str
    version: str
    operation: Operation
    found: Found
    pages: Pages
    created: datetime
    polls_left: int
    options: Mapping[str, str]
    state: str = "UploadComplete"
    error: str = ""
    ends_as: str = "JobComplete"
    changed: datetime | None = None


@dataclass(slots=True)
class Bulk:
    """*polls_until_complete*: so often a poll is told InProgress. *page_rows*: the most rows that a page holds.

    *unsupported*: objects that the Bulk API does not know.
    """

    org: Org
    served: defaultdict[str, Served] = field(default_factory=lambda: defaultdict(Served))
    polls_until_complete: int = 1
    page_rows: int = 50_000
    jobs_a_day: int = 10_000
    unsupported: set[str] = field(default_factory=set)
    jobs: dict[str, _Job] = field(default_factory=dict)
    _lost_headers: set[str] = field(default_factory=set)
    _round: int = 0
    _refusals: deque[Reply] = field(default_factory=deque)
    _endings: deque[tuple[str, str]] = field(default_factory=deque)
    _serial: count[int] = field(default_factory=lambda: count(1))

    # -- what tests set -----------------------------------------------------------------------------------------

    def fail_next(self, message: str) -> None:
        """The next job that is made ends Failed with this errorMessage; called again, the one after it too."""
        self._endings.append(("Failed", message))

    def abort_next(self) -> None:
        """Somebody aborts the next job in Setup."""
        self._endings.append(("Aborted", ""))

    def refuse_next(self, code: str, message: str, *, status: int = 400) -> None:
        """The next job is not made."""
        self._refusals.append(refusal(status, code, message))

    def lose_header(self, name: str) -> None:
        """Pages of results come without the header from now on."""
        self._lost_headers.add(name)

    def keep_headers(self) -> None:
        self._lost_headers.clear()

    def expire_locators(self) -> None:
        """Every locator handed out so far is refused from now on. The jobs stay, and hand out new ones.

        By itself a locator holds as long as its job does.
        """
        self._round += 1

    # -- what clients ask ---------------------------------------------------------------------------------------

    def answer(self, method: str, version: str, rest: str, query: Mapping[str, str], body: bytes) -> Reply:
        found = _PATH.fullmatch(rest)
        if found is None:
            return _NOT_FOUND
        if found["job"] is None:
            return self._create(version, body) if method == "POST" else self._list(version, method)
        job = self.jobs.get(found["job"])
        if job is None or self.org.now() - job.created > _KEPT:
            return _NOT_FOUND
        ways: dict[tuple[str, str | None], Callable[[], Reply]] = {
            ("GET", None): lambda: _json(self._poll(job)),
            ("GET", "/results"): lambda: self._results(job, version, query),
            ("GET", "/resultPages"): lambda: self._links(job, version, query),
            ("PATCH", None): lambda: self._abort(job, body),
            ("DELETE", None): lambda: self._delete(job),
        }
        way = ways.get((method, found["results"]))
        return way() if way else refusal(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed")

    def _create(self, version: str, body: bytes) -> Reply:
        if self._refusals:
            return self._refusals.popleft()
        if len(self.jobs) >= self.jobs_a_day:
            said = f"Max bulk v2 query jobs ({self.jobs_a_day}) per 24 hrs has been reached ({len(self.jobs) + 1})"
            return refusal(400, "LIMIT_EXCEEDED", said)
        asked = {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF", **decoded(body)}
        operation, delimiter, line_end = asked.get("operation"), asked["columnDelimiter"], asked["lineEnding"]
        known = operation in {"query", "queryAll"} and delimiter in _DELIMITERS and line_end in _LINE_ENDS
        if not known or asked["contentType"] != "CSV":
            return refusal(400, "INVALIDJOB", f"Not a query job that can be made: {sorted(asked)}")
        try:
            found = self._run(str(asked.get("query", "")), cast("Operation", operation))
        except SoqlError as error:
            return refusal(400, error.code, error.message)
        pages = Pages(found, _DELIMITERS[delimiter], _LINE_ENDS[line_end])
        job = _Job(
            record_id_of("750", next(self._serial)),
            version,
            cast("Operation", operation),
            found,
            pages,
            self.org.now(),
            self.polls_until_complete,
            {"columnDelimiter": delimiter, "lineEnding": line_end},
        )
        if self._endings:
            job.ends_as, job.error = self._endings.popleft()
        self.jobs[job.id] = job
        return _json(self._described(job))

    def _run(self, soql: str, operation: Operation) -> Found:
        query = parse(soql)
        if not query.fields:
            raise SoqlError("API_ERROR", "Aggregate Relationship not supported in Bulk Query")
        if query.offset:
            raise SoqlError("FeatureNotEnabled", "Offset not supported in Bulk Query")
        if query.sobject in self.unsupported:
            raise SoqlError("INVALIDENTITY", f"Entity '{query.sobject}' is not supported by the Bulk API.")
        found = run(self.org, query, operation)
        if any(column.kind in _COMPOUND for column in found.columns):
            raise SoqlError("API_ERROR", "Selecting compound data not supported in Bulk Query")
        return found

    def _poll(self, job: _Job) -> dict[str, Any]:
        if job.state in {"UploadComplete", "InProgress"}:
            job.state = "InProgress" if job.polls_left else job.ends_as
            job.polls_left -= 1
            job.changed = self.org.now()
        shown = self._described(job) | {"jobType": "V2Query"}
        if job.state in {"JobComplete", "Failed", "Aborted"}:
            processed = len(job.found.rows) if job.state == "JobComplete" else 0
            shown |= {"numberRecordsProcessed": processed, "retries": 0, "totalProcessingTime": 334}
            shown |= {"isPkChunkingSupported": True}
        if job.error and job.state == "Failed":
            shown["errorMessage"] = job.error
        return shown

    def _described(self, job: _Job) -> dict[str, Any]:
        return {
            "id": job.id,
            "operation": job.operation,
            "object": job.found.sobject,
            "createdById": self.org.user_id,
            "createdDate": moment(job.created),
            "systemModstamp": moment(job.changed or job.created),
            "state": job.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(job.version),
            **job.options,
        }

    def _results(self, job: _Job, version: str, query: Mapping[str, str]) -> Reply:
        if refused := self._unreadable(job, version):
            return refused
        start = self._start(job, query)
        if start is None:
            return _LOST
        asked = query.get("maxRecords", "")
        most = min(self.page_rows, int(asked)) if asked.isdigit() and int(asked) else self.page_rows
        end = min(start + most, len(job.found.rows))
        body, zipped = job.pages.page(start, end)
        served = self.served[job.found.sobject]
        served.records += end - start
        served.pages += 1
        headers = {
            "Content-Type": "text/csv",
            "Sforce-NumberOfRecords": str(end - start),
            "Sforce-Locator": self._locator(end) if end < len(job.found.rows) else "null",
        }
        return Reply(200, body, {k: v for k, v in headers.items() if k not in self._lost_headers}, zipped)

    def _links(self, job: _Job, version: str, query: Mapping[str, str]) -> Reply:
        if float(version) < _FIRST_WITH_LINKS:
            return _NOT_FOUND
        if refused := self._unreadable(job, version):
            return refused
        start = self._start(job, query)
        if start is None:
            return _LOST
        home = f"/services/data/v{version}/jobs/query/{job.id}"
        starts: Sequence[int] = range(start, max(len(job.found.rows), 1), self.page_rows)
        page: dict[str, Any] = {
            "resultPages": [{"resultUrl": f"{home}/results?locator={self._locator(each)}"} for each in starts[:_LINKS]],
            "nextRecordsUrl": None,
            "done": len(starts) <= _LINKS,
        }
        if not page["done"]:
            page["nextRecordsUrl"] = f"{home}/resultPages?locator={self._locator(starts[_LINKS])}"
        return _json(page)

    @staticmethod
    def _unreadable(job: _Job, version: str) -> Reply | None:
        if version != job.version:
            return _WRONG_VERSION
        return None if job.state == "JobComplete" else _NOT_COMPLETE

    def _start(self, job: _Job, query: Mapping[str, str]) -> int | None:
        """The row that a locator stands for; None for one that leads nowhere."""
        locator = query.get("locator")
        if not locator:
            return 0
        try:
            text = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode()
            start, turn = map(int, text.split(".")) if "." in text else (int(text), 0)
        except (binascii.Error, ValueError):
            return None
        return start if turn == self._round and 0 <= start <= len(job.found.rows) else None

    def _locator(self, start: int) -> str:
        text = f"{start}.{self._round}" if self._round else str(start)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _abort(self, job: _Job, body: bytes) -> Reply:
        if decoded(body).get("state") != "Aborted" or job.state not in {"UploadComplete", "InProgress"}:
            return refusal(400, "INVALIDJOBSTATE", f"A job that is {job.state} cannot be aborted")
        job.state = "Aborted"
        return _json(self._described(job))

    def _delete(self, job: _Job) -> Reply:
        if job.state == "InProgress":
            return refusal(400, "INVALIDJOBSTATE", "A job that is InProgress cannot be deleted")
        del self.jobs[job.id]
        return Reply(204, b"")

    def _list(self, version: str, method: str) -> Reply:
        if method != "GET":
            return refusal(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are GET,HEAD,POST")
        records = [self._described(job) | {"jobType": "V2Query"} for job in self.jobs.values()]
        return _json({"done": True, "records": records, "nextRecordsUrl": None})


def _json(value: object) -> Reply:
    return Reply(200, orjson.dumps(value), {"Content-Type": "application/json;charset=UTF-8"})
