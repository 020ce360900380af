"""Reads large objects through Bulk API 2.0: a job that Salesforce works on by itself, and its results page by page.

A job outlives the process that asked for it, by seven days: whoever knows its id and a locator goes on from there. An
answer to the order that was lost leaves a job that nobody knows of. It cannot be told from others (jobs are listed
without their queries), costs one of the ten thousand a day, and ends by itself; so the order is repeated once, no more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import polars as pl

from connectors.salesforce import csv_rows
from connectors.salesforce.client import Client
from connectors.salesforce.refusals import NOT_UNDERSTOOD, BusyError, LocatorLostError, NotThereError
from connectors.salesforce.soql import Selection
from cssync.errors import ConfigError, ConnectorError, PermissionDeniedError, TransientError

PAGE_ROWS = 50_000
_ORDERS_REPEATED = 1
_FIRST_POLL, _LONGEST_POLL, _PATIENCE = 0.5, 10.0, 3_600.0  # seconds
_PAGES_AHEAD = 3
END = "null"  # what the header that names the next page says at the end: the literal word


class UnfitForBulkError(ConnectorError):
    """Bulk API 2.0 will not read this: the REST API has to."""


class ResultsLostError(TransientError):
    """What a job found is gone, or not whole: begin anew."""


@dataclass(frozen=True, slots=True)
class Job:
    """*rows*: how many it found; 0 as long as it is at work."""

    id: str
    state: str
    rows: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """*onward*: the locator of the next one, None at the end, and where nothing was said of it."""

    rows: pl.DataFrame
    onward: str | None


def order(client: Client, selection: Selection) -> str:
    """Have Salesforce find all rows of *selection*; the job's id. Raises UnfitForBulkError where it will not."""
    wanted = {
        "operation": selection.resource,
        "query": selection.whole(),
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    try:
        return _job(client.post("jobs/query", wanted, repeats_of_lost=_ORDERS_REPEATED)).id
    except (PermissionDeniedError, ConfigError) as refused:
        # "not supported by the Bulk API", compound fields, too many jobs today, Bulk switched off: REST may still do.
        raise UnfitForBulkError(refused.message, remedy=refused.remedy) from refused


def finished(client: Client, job_id: str, waiting: Callable[[], None]) -> Job:
    """The job once it has ended, well or not. Raises TransientError when it takes too long; it goes on by itself.

    *waiting* is called before each pause, and may raise to end the wait.
    """
    waited, pause = 0.0, _FIRST_POLL
    while True:
        waiting()
        client.pause(pause)
        waited += pause
        try:
            job = _job(client.get(f"jobs/query/{job_id}"))
        except NotThereError as gone:
            raise ResultsLostError(f"Salesforce no longer knows the bulk job {job_id}") from gone
        if job.state not in {"UploadComplete", "InProgress", "Open"}:
            return job
        if waited >= _PATIENCE:
            raise TransientError(
                f"Salesforce has been at work on a bulk job for {_PATIENCE / 60:.0f} minutes ({job.state})",
                remedy="run again later: the job goes on, and the next run takes up its results",
            )
        # Each look is a call, and a job of a minute or an hour is not the faster for it.
        pause = min(_LONGEST_POLL, pause * 2)


@dataclass(frozen=True, slots=True)
class Results:
    """What a job found of *selection*."""

    client: Client
    job: Job
    selection: Selection

    def one_by_one(self, locator: str | None) -> Iterator[Page]:
        """Yield the pages from *locator* on (None: the first), each fetched while the one before is put away."""
        visited: set[str] = {locator} if locator else set()
        with ThreadPoolExecutor(1) as pool:
            coming: Future[Page] | None = pool.submit(self._place, locator)
            while coming:
                page = coming.result()
                if page.onward in visited:
                    raise ResultsLostError("the pages of Salesforce's bulk results lead round in circles")
                coming = None
                if page.onward:
                    visited.add(page.onward)
                    coming = pool.submit(self._place, page.onward)
                yield page

    def side_by_side(self) -> Iterator[Page]:
        """Yield all pages, several of them fetched at once; none where Salesforce does not list their addresses."""
        links = self._links()
        ahead: deque[Future[Page]] = deque()
        with ThreadPoolExecutor(_PAGES_AHEAD) as pool:
            ahead.extend(pool.submit(self._page, link, {}) for link in islice(links, _PAGES_AHEAD))
            while ahead:
                page = ahead.popleft().result()
                ahead.extend(pool.submit(self._page, link, {}) for link in islice(links, 1))
                yield page

    def _place(self, locator: str | None) -> Page:
        parameters = {"maxRecords": str(PAGE_ROWS)} | ({"locator": locator} if locator else {})
        return self._page(f"jobs/query/{self.job.id}/results", parameters)

    def _page(self, link: str, parameters: Mapping[str, str]) -> Page:
        try:
            return self.client.get_csv(link, parameters, self._read)
        except (PermissionDeniedError, LocatorLostError) as refused:
            # 404 after seven days, 409 for a job of another API version, 400 for a locator that expired.
            raise ResultsLostError(f"Salesforce does not give out what its job found: {refused.message}") from refused

    def _read(self, body: bytes, headers: Mapping[str, str]) -> Page:
        rows = csv_rows.table(body, self.selection)
        announced = headers.get("Sforce-NumberOfRecords", "")
        if announced.isdigit() and int(announced) != rows.height:
            raise BusyError(f"a page of bulk results announces {announced} rows and holds {rows.height:,}")
        onward = headers.get("Sforce-Locator")
        return Page(rows, None if onward in {None, "", END} else str(onward))

    def _links(self) -> Iterator[str]:
        """The addresses of all pages, five a call; none where the org's API does not know them yet (before 58.0)."""
        address = f"jobs/query/{self.job.id}/resultPages"
        visited = {""}
        while address not in visited:
            visited.add(address)
            try:
                listed = self.client.get(address)
            except PermissionDeniedError:
                return
            try:
                yield from [str(page["resultUrl"]) for page in listed["resultPages"]]
                address = "" if listed["done"] else str(listed["nextRecordsUrl"])
            except (KeyError, TypeError) as malformed:
                raise TransientError(
                    "Salesforce listed the pages of a bulk job in a form that is not understood", remedy=NOT_UNDERSTOOD
                ) from malformed


def _job(answer: Any) -> Job:
    try:
        return Job(
            str(answer["id"]),
            str(answer["state"]),
            int(answer.get("numberRecordsProcessed") or 0),
            str(answer.get("errorMessage") or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as malformed:
        raise TransientError(
            "Salesforce described a bulk job in a form that is not understood", remedy=NOT_UNDERSTOOD
        ) from malformed
