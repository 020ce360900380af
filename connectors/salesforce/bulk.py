"""Reads large objects through Bulk API 2.0: a job that Salesforce works on by itself, and its results page by page.

A job outlives the process that asked for it, by seven days: whoever knows its id and a locator goes on from there. An
answer to the order that was lost leaves a job that nobody knows of. It cannot be told from others (jobs are listed
without their queries), costs one of the ten thousand a day, and ends by itself; so the order is repeated once, no more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from connectors.salesforce.client import Client
from connectors.salesforce.refusals import NOT_UNDERSTOOD, LocatorLostError, NotThereError
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
    """*onward*: the locator of the next one, None at the end. *rows*: as announced, None where it was not."""

    body: bytes
    rows: int | None
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


def finished(client: Client, job_id: str) -> Job:
    """The job once it has ended, well or not. Raises TransientError when it takes too long; it goes on by itself."""
    waited, pause = 0.0, _FIRST_POLL
    while True:
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


def pages(client: Client, job: Job, *, locator: str | None, side_by_side: bool) -> Iterator[Page]:
    """Yield the pages of the results from *locator* on (None: the first), each fetched while the one before is read.

    *side_by_side*: ask for several at once, where Salesforce hands out links to them.
    """
    links = _links(client, job.id) if side_by_side and locator is None else iter(())
    with ThreadPoolExecutor(_PAGES_AHEAD) as pool:
        first = next(links, None)
        if first is None:
            yield from _one_after_another(client, pool, job.id, locator)
            return
        ahead: deque[Future[Page]] = deque([pool.submit(_page, client, first, {})])
        while ahead:
            while len(ahead) < _PAGES_AHEAD and (link := next(links, None)):
                ahead.append(pool.submit(_page, client, link, {}))
            yield ahead.popleft().result()


def _one_after_another(client: Client, pool: ThreadPoolExecutor, job_id: str, locator: str | None) -> Iterator[Page]:
    def ask(place: str | None) -> Future[Page]:
        parameters = {"maxRecords": str(PAGE_ROWS)} | ({"locator": place} if place else {})
        return pool.submit(_page, client, f"jobs/query/{job_id}/results", parameters)

    visited: set[str] = {locator} if locator else set()
    coming: Future[Page] | None = ask(locator)
    while coming:
        page = coming.result()
        if page.onward in visited:
            raise ResultsLostError("the pages of Salesforce's bulk results lead round in circles")
        coming = None
        if page.onward:
            visited.add(page.onward)
            coming = ask(page.onward)
        yield page


def _page(client: Client, link: str, parameters: Mapping[str, str]) -> Page:
    try:
        body, headers = client.get_csv(link, parameters)
    except (PermissionDeniedError, LocatorLostError) as refused:
        # 404 after seven days, 409 for a job of another API version, 400 for a locator that expired.
        raise ResultsLostError(f"Salesforce does not give out the results of its job: {refused.message}") from refused
    onward = headers.get("Sforce-Locator")
    announced = headers.get("Sforce-NumberOfRecords", "")
    return Page(
        body, int(announced) if announced.isdigit() else None, None if onward in {None, "", END} else str(onward)
    )


def _links(client: Client, job_id: str) -> Iterator[str]:
    """The addresses of all pages, five a call; none where the org's API does not know them yet (before 58.0)."""
    address = f"jobs/query/{job_id}/resultPages"
    while address:
        try:
            listed = client.get(address)
        except PermissionDeniedError:
            return
        try:
            yield from [str(page["resultUrl"]) for page in listed["resultPages"]]
            onward = None if listed["done"] else listed.get("nextRecordsUrl")
        except (KeyError, TypeError) as malformed:
            raise TransientError(
                "Salesforce listed the pages of a bulk job in a form that is not understood", remedy=NOT_UNDERSTOOD
            ) from malformed
        if onward == address:
            raise ResultsLostError("the list of Salesforce's bulk results leads round in circles")
        address = onward or ""


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
