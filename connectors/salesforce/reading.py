"""Fills a reading of the mirror: through REST or Bulk, by how many rows there are, from where it broke off.

Every page is kept before the next is looked at, with what it takes to go on after it: the last id, or the job and its
locator. An hour of Bulk results is never fetched twice, and a page that is fetched twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import structlog

from connectors.salesforce import bulk, paging
from connectors.salesforce.client import Client
from connectors.salesforce.refusals import TRY_LATER, QueryTimeoutError
from connectors.salesforce.soql import KEY, Selection
from cssync.errors import QuotaError, TransientError
from cssync.model.mirror import Cursor, Reading

log = structlog.get_logger()

# So many times what makes an object large, and its pages are worth a call to learn how to fetch them side by side.
_SIDE_BY_SIDE = 10
_NEVER_BULK = 2**63


@dataclass(frozen=True, slots=True)
class Sifted:
    """What of a page is to be kept, and which records are gone."""

    rows: pl.DataFrame
    gone: Collection[str] = ()


def everything(rows: pl.DataFrame) -> Sifted:
    return Sifted(rows)


@dataclass(frozen=True, slots=True)
class Filling:
    """*expected*: how many rows there are by Salesforce's own count. *bulk_from*: so many are read through Bulk.

    *sift* is shown every page. *told*: how many rows have come so far. *first*: the first page, if it has been asked
    for with other things already.
    """

    client: Client
    selection: Selection
    expected: int
    bulk_from: int
    sift: Callable[[pl.DataFrame], Sifted] = everything
    told: Callable[[int], None] = lambda _: None
    first: Any = None

    def fill(self, reading: Reading, anew: Callable[[], Reading]) -> Reading:
        """Read to the end; the reading that holds it, *anew*'s where the results of a job were lost.

        Raises TransientError where that cannot be done, QuotaError saying how far it came.
        """
        for bulk_from in (self.bulk_from, self.bulk_from, _NEVER_BULK):
            try:
                self._fill(reading, bulk_from)
            except bulk.ResultsLostError as lost:
                log.warning("salesforce bulk results lost", sobject=self.selection.sobject, reason=lost.message)
                reading.discard()
                reading = anew()
            except QuotaError as stop:
                raise QuotaError(
                    f"{stop.message}; {reading.height:,} rows of {self.selection.sobject} are kept, of about"
                    f" {self.expected:,}, and the next run goes on from there",
                    remedy=stop.remedy,
                ) from stop
            else:
                return reading
        raise TransientError(f"Salesforce keeps losing rows of {self.selection.sobject}", remedy=TRY_LATER)

    def _fill(self, reading: Reading, bulk_from: int) -> None:
        cursor = reading.cursor or {}
        if "job" in cursor or ("last" not in cursor and self.expected >= bulk_from):
            try:
                self._by_bulk(reading)
            except bulk.UnfitForBulkError as unfit:
                log.warning("salesforce bulk refused", sobject=self.selection.sobject, reason=unfit.message)
                self._by_rest(reading, None)
            return
        try:
            self._by_rest(reading, cursor.get("last"))
        except QueryTimeoutError:
            self._by_bulk_for_want_of_time(reading)

    def _by_rest(self, reading: Reading, last: str | None) -> None:
        first = self.first if last is None else None
        for rows in paging.pages(self.client, self.selection, last=last, first=first):
            if not rows.is_empty():
                self._keep(reading, rows, {"last": str(rows[KEY][-1])})

    def _by_bulk_for_want_of_time(self, reading: Reading) -> None:
        """A job may take ten minutes for what a query has two for."""
        try:
            self._by_bulk(reading)
        except bulk.UnfitForBulkError as unfit:
            raise TransientError(
                f"Salesforce takes too long to list even a few rows of {self.selection.sobject}",
                remedy="map fewer formula fields and lookups, or ask Salesforce support for an index",
            ) from unfit

    def _by_bulk(self, reading: Reading) -> None:
        job = self._job(reading)
        cursor = reading.cursor or {}
        taken = int(cursor.get("rows", "0"))
        if cursor.get("locator") == bulk.END or not job.rows:
            self._require_whole(taken, job)
            return
        for page in self._pages(job, cursor.get("locator") or None):
            taken += page.rows.height
            self._keep(reading, page.rows, self._place(job.id, page.onward or bulk.END, taken))
        self._require_whole(taken, job)

    def _pages(self, job: bulk.Job, locator: str | None) -> Iterator[bulk.Page]:
        results = bulk.Results(self.client, job, self.selection)
        if locator is None and job.rows >= _SIDE_BY_SIDE * self.bulk_from:
            listed = results.side_by_side()
            first = next(listed, None)
            if first is not None:
                yield first
                yield from listed
                return
        yield from results.one_by_one(locator)

    def _job(self, reading: Reading) -> bulk.Job:
        """The job of the reading, ended well: the one that was ordered before, or a new one; a failed one once more."""
        cursor = reading.cursor or {}
        job_id = cursor.get("job")
        if job_id and cursor.get("version") != self.client.api_version:
            raise bulk.ResultsLostError("a job of another API version gives out no results")
        for _ in range(2):
            if job_id is None:
                job_id = bulk.order(self.client, self.selection)
                reading.keep(pl.DataFrame(), self._place(job_id, "", 0))
            job = bulk.finished(self.client, job_id, lambda: self.told(reading.height))
            if job.state == "JobComplete":
                return job
            log.warning("salesforce bulk job", sobject=self.selection.sobject, state=job.state, reason=job.message)
            job_id = None
        raise bulk.UnfitForBulkError(f"the job ended twice as {job.state} ({job.message})")

    def _place(self, job_id: str, locator: str, taken: int) -> Cursor:
        return {"job": job_id, "version": self.client.api_version, "locator": locator, "rows": str(taken)}

    def _require_whole(self, taken: int, job: bulk.Job) -> None:
        if taken != job.rows:
            raise bulk.ResultsLostError(f"the job found {job.rows:,} rows and gave out {taken:,}")

    def _keep(self, reading: Reading, rows: pl.DataFrame, cursor: Cursor) -> None:
        sifted = self.sift(rows)
        reading.keep(sifted.rows, cursor, gone=sifted.gone)
        self.told(reading.height)
