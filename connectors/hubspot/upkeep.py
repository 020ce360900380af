"""Keeps the replica of one kind of record true to HubSpot, for as few requests as that takes.

A night asks for what changed since the last one and for what went into the bin, and then holds the number of records
against HubSpot's own. Where they differ by more than the lag of its index explains, and once a week, everything is
read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl
import structlog

from connectors.base import Progress
from connectors.hubspot import listing, merges, search
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.mapping import RECORD_ID
from connectors.hubspot.records import CREATED, MERGED, MODIFIED, Batch, Selection, milliseconds, moment, without
from connectors.hubspot.replies import RefusedError
from connectors.hubspot.search import UnsteadySearchError
from cssync.errors import ConnectorError
from cssync.model.mirror import Cursor, Reading, Replica

log = structlog.get_logger()

# A reading answers for changes up to so long before it began: what is written just then may not be visible yet.
_SETTLED = timedelta(minutes=5)
# The search index may lag by so much, so changes are asked for from so long before.
_LAG = timedelta(hours=1)
_ABANDONED = timedelta(hours=24)
_THE_END = ""
_KEPT = "what was read is kept, and the next run goes on from there"


@dataclass(frozen=True, slots=True)
class Standing:
    """*table*: one row a record, one String column a property. *changed*: how many records are new, changed or gone;
    None where everything was read anew.
    """

    table: pl.DataFrame
    changed: int | None
    notes: tuple[str, ...] = ()


class Upkeep:
    """One night of one replica."""

    def __init__(
        self,
        client: HubspotClient,
        selection: Selection,
        replica: Replica,
        *,
        now: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._client = client
        self._selection = selection
        self._replica = replica
        self._now = now
        self._progress = progress

    def standing(self, *, full_every_days: int, full: bool) -> Standing:
        """All records as of now. *full*: nothing comes from the replica.

        Raises ConnectorError; what had arrived by then is kept, and the next run goes on from there.
        """
        try:
            return self._standing(full_every_days, full=full)
        except ConnectorError as error:
            broken_off = self._replica.unfinished()
            if broken_off is not None and broken_off.height:
                error.remedy = "; ".join(filter(None, (error.remedy, _KEPT)))
            raise

    def _standing(self, full_every_days: int, *, full: bool) -> Standing:
        now = self._now()
        unfinished = None if full else self._replica.unfinished()
        if unfinished is not None and now - unfinished.begun > _ABANDONED:
            unfinished = None
        if unfinished is not None and unfinished.full:
            return self._resumed(unfinished)
        if full or self._full_is_due(now, full_every_days):
            return Standing(self._everything(), None)
        return self._changes(unfinished)

    def _full_is_due(self, now: datetime, every_days: int) -> bool:
        last = self._replica.full_at
        return (
            last is None or (now.date() - last.date()).days >= every_days or MODIFIED not in self._selection.properties
        )

    def _begun(self, *, full: bool) -> Reading:
        now = self._now()
        return self._replica.begin(full=full, begun=now, until=now - _SETTLED)

    def _resumed(self, unfinished: Reading) -> Standing:
        """The rest of a full reading. What it had read before it broke off has aged, and is brought up to date."""
        try:
            self._read_everything(unfinished)
        except RefusedError as error:
            log.warning("hubspot place lost", what=self._what, why=error.message)
            return Standing(self._everything(), None)
        if MODIFIED not in self._selection.properties:
            return Standing(self._everything(), None)
        return replace(self._changes(None), changed=None)

    def _everything(self) -> pl.DataFrame:
        return self._read_everything(self._begun(full=True))

    def _read_everything(self, reading: Reading) -> pl.DataFrame:
        rows = listing.read(self._client, self._selection, reading, self._progress)
        rows = _struck_off(reading, rows, merges.winners(rows))
        reading.seal()
        return rows

    def _changes(self, unfinished: Reading | None) -> Standing:
        reading = unfinished or self._begun(full=False)
        before = self._replica.rows()
        rows: pl.DataFrame | None = None
        try:
            rows, bin_ = self._caught_up(reading, before, reading.cursor)
            amiss = self._amiss(rows, bin_)
            if amiss:
                # What comes and goes while it is read puts the count out as well, but not twice.
                rows, bin_ = self._caught_up(reading, before, None)
                amiss = self._amiss(rows, bin_)
        except UnsteadySearchError as error:
            amiss = error.message
        if amiss or rows is None:
            reading.discard()
            table = self._everything()
            return Standing(table, None, (_told(amiss, self._what, rows, table),))
        reading.seal()
        changed = _changed(before, rows)
        log.info("hubspot changes", what=self._what, changed=changed)
        return Standing(rows, changed)

    def _caught_up(
        self, reading: Reading, before: pl.DataFrame, cursor: Cursor | None
    ) -> tuple[pl.DataFrame, Mapping[str, int]]:
        """All records, after what search and the bin tell is laid over those of *before*; and what is in the bin."""
        self._search(reading, before, cursor)
        bin_ = listing.archived(self._client, self._selection.record_type)
        rows = reading.rows()
        rows = _struck_off(reading, rows, (*bin_, *merges.winners(rows)))
        if adrift := self._adrift(rows):
            reading.keep(self._with_related(rows.filter(pl.col(RECORD_ID).is_in(adrift))), {"since": _THE_END})
            rows = reading.rows()
        return rows, bin_

    def _search(self, reading: Reading, before: pl.DataFrame, cursor: Cursor | None) -> None:
        # A search that had come to its end may have done so hours ago.
        reached = cursor["since"] if cursor else _THE_END
        since = int(reached) if reached else milliseconds((self._replica.until or reading.until) - _LAG)
        found = 0
        self._progress(self._what, found, None)
        for records, following in search.changes(self._client, self._selection, since):
            batch = Batch(self._selection)
            batch.add(records)
            rows = _newer(batch.table(), before)
            reading.keep(self._with_related(rows), {"since": _THE_END if following is None else str(following)})
            found += len(records)
            self._progress(self._what, found, None)
        self._progress(self._what, found, found)

    def _with_related(self, rows: pl.DataFrame) -> pl.DataFrame:
        related = self._selection.related
        if related is None or rows.is_empty():
            return rows
        ids = rows[RECORD_ID].to_list()
        told = related.asked(self._client, ids)
        return rows.with_columns(pl.Series(related.column, [told[each] for each in ids], dtype=pl.String))

    def _adrift(self, rows: pl.DataFrame) -> list[str]:
        """The records whose other end is not there any more."""
        related = self._selection.related
        if related is None:
            return []
        there = related.present.rename(related.column).to_frame()
        lost = rows.filter(pl.col(related.column).is_not_null()).join(there, on=related.column, how="anti")
        return lost[RECORD_ID].to_list()

    def _amiss(self, rows: pl.DataFrame, bin_: Mapping[str, int]) -> str:
        """What is wrong with the number of records, "" where it is right or the lag of the index explains it."""
        recently = milliseconds(self._now() - _LAG)
        counted = self._client.count(self._selection.record_type)
        if counted == rows.height:
            return ""
        # The index still counts what has just been archived or merged, and does not yet count what is new.
        new = sum(1 for each in _moments(rows, CREATED) if each > recently)
        left = sum(1 for each in bin_.values() if each > recently) + _merged_since(rows, recently)
        if rows.height - new <= counted <= rows.height + left:
            return ""
        return f"HubSpot counts {counted:,} {self._what}, the changes since the last pull have led to {rows.height:,}"

    @property
    def _what(self) -> str:
        return self._selection.record_type.plural


def _struck_off(reading: Reading, rows: pl.DataFrame, ids: Iterable[str]) -> pl.DataFrame:
    """*rows*, and what *reading* holds, without the records of these *ids*."""
    gone = set(ids)
    if gone:
        gone &= set(rows[RECORD_ID])
    if gone:
        reading.keep(rows.clear(), reading.cursor or {}, gone=gone)
    return without(rows, gone)


def _newer(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Those of *rows* that are not older than what is *known*: the index lags, the list does not."""
    mine = known.join(rows.select(RECORD_ID), on=RECORD_ID, how="semi")
    when = dict(mine.select(RECORD_ID, MODIFIED).iter_rows())
    newer = [
        (moment(modified) or 0) >= (moment(when.get(identifier)) or 0)
        for identifier, modified in rows.select(RECORD_ID, MODIFIED).iter_rows()
    ]
    return rows.filter(pl.Series(newer, dtype=pl.Boolean))


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> int:
    new_or_other = after.join(before, on=before.columns, how="anti", nulls_equal=True).height
    return new_or_other + before.join(after, on=RECORD_ID, how="anti").height


def _merged_since(rows: pl.DataFrame, recently: int) -> int:
    """How many records were merged into those that changed *recently*."""
    if MERGED not in rows.columns:
        return 0
    won = rows.filter(pl.col(MERGED).is_not_null())
    changed = [(moment(each) or 0) > recently for each in won[MODIFIED]]
    return len(merges.winners(won.filter(pl.Series(changed, dtype=pl.Boolean))))


def _moments(rows: pl.DataFrame, name: str) -> Iterable[int]:
    return (moment(each) or 0 for each in rows[name]) if name in rows.columns else ()


def _told(why: str, what: str, found: pl.DataFrame | None, table: pl.DataFrame) -> str:
    """What a full reading has put right, in numbers. *found*: where the changes had led, None: nowhere."""
    if found is None:
        return f"{why}; so all {what} were read again: {table.height:,}."
    missed = table.join(found, on=RECORD_ID, how="anti").height
    left = found.join(table, on=RECORD_ID, how="anti").height
    other = _changed(found, table) - missed - left
    if not missed and not left and not other:
        return f"{why}; so all {what} were read again, and nothing was amiss: it is HubSpot's count that is wrong."
    return (
        f"{why}; so all {what} were read again. The changes had missed {missed:,} that were there, "
        f"{left:,} that were gone, and new values of {other:,}."
    )
