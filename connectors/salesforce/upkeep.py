"""Brings a replica up to date: by what changed since the last night, or by reading everything anew.

A change is known by SystemModstamp. What that does not show (rows purged from the bin, hidden or shown by sharing
rules) is found by Salesforce's own count, each night; and by reading everything anew, every few days.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import structlog

from connectors.base import Progress
from connectors.salesforce import differences, merges, paging
from connectors.salesforce.client import Client
from connectors.salesforce.composite import Question, Together
from connectors.salesforce.differences import Differences
from connectors.salesforce.reading import Filling, Sifted
from connectors.salesforce.refusals import QueryTimeoutError
from connectors.salesforce.soql import DELETED, KEY, MASTER, Selection
from cssync.errors import TransientError
from cssync.model.mirror import Reading, Replica

log = structlog.get_logger()

# Rows show up late, by minutes, under the stamp of the moment when they were saved.
LATENESS, OVERLAP = timedelta(minutes=5), timedelta(minutes=10)
_LONGEST_BREAK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Tonight:
    """*full*: nothing may come from the mirror. *full_every*: so old, a replica is read anew. *bulk_from*: rows."""

    started: datetime
    full: bool
    full_every: timedelta
    bulk_from: int
    progress: Progress


@dataclass(slots=True, eq=False)
class Upkeep:
    """One object's replica. Its first questions wait in *together*, so that they go out with those of others.

    *stage*: what it is called in front of people, in the plural. *read_all*: not only changes were read.
    *whole_tonight*: all of it in this run. *notes*: what the changes had missed, for the operator.
    """

    client: Client
    selection: Selection
    tonight: Tonight
    together: Together
    replica: Replica
    stage: str
    read_all: bool = False
    whole_tonight: bool = False
    notes: list[str] = field(default_factory=list)
    _reading: Reading = field(init=False)
    _resumed: bool = field(init=False, default=False)
    _count: Question = field(init=False)
    _first_page: Question | None = field(init=False, default=None)
    _rows: pl.DataFrame | None = field(init=False, default=None)
    _told: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        broken_off = self.replica.unfinished()
        if broken_off is not None and self._is_of_use(broken_off):
            log.info("salesforce reading resumed", sobject=self.selection.sobject, rows=broken_off.height)
            self._reading, self._resumed = broken_off, True
            self._count = self.together.query(self.selection.count())
        elif self.tonight.full or self.replica.until is None:
            self._begin_all()
        else:
            self._begin_changes()

    def rows(self) -> pl.DataFrame:
        """Every row of the selection, and those merged away (their ``MASTER`` is not null); in order of ids."""
        if self._rows is None:
            self._rows = self._readable(self.replica.rows())
        return self._rows

    def release(self) -> None:
        """Hold no rows any more; ``rows`` reads them from the replica again."""
        self._rows = None

    def known(self) -> pl.DataFrame | None:
        """The same as the last night left it; None where nothing is there, or nothing may be used."""
        if self.tonight.full or self.replica.until is None:
            return None
        return self._readable(self.replica.rows())

    def bring(self) -> None:
        """Raises TransientError where Salesforce does not show all that it counts."""
        if self._reading.full:
            self._read_all(self.known())
            return
        resumed = self._resumed
        self._read_changes()
        if resumed:
            # What was read before the break has changed again, perhaps.
            self.follow()
        full_at = self.replica.full_at
        due = full_at is None or self.tonight.started - full_at >= self.tonight.full_every
        if due or not (self._agrees() or self._agrees_in_the_end()):
            self.read_anew()

    def follow(self) -> AbstractSet[str]:
        """Lay over it what has changed in the meantime; the ids of that."""
        self._begin_changes()
        return self._read_changes()

    def read_anew(self) -> None:
        """Read everything, whatever is known, and say what of it had been missed."""
        known = self.known()
        self._begin_all()
        self._read_all(known)

    def _is_of_use(self, broken_off: Reading) -> bool:
        begun = broken_off.cursor is not None
        return begun and not self.tonight.full and self.tonight.started - broken_off.begun <= _LONGEST_BREAK

    # -- beginning ----------------------------------------------------------------------------------------------

    def _begin_all(self) -> None:
        self._reading, self._resumed = self._begun(full=True), False
        self._count = self.together.query(self.selection.count())

    def _begin_changes(self) -> None:
        changes = self._changes
        self._reading, self._resumed = self._begun(full=False), False
        # Before the count: what comes between the two is missing then, and asked for again.
        self._first_page = self.together.query(changes.rows_after(None, None), changes.resource)
        self._count = self.together.query(self.selection.count())

    def _begun(self, *, full: bool) -> Reading:
        started = self.tonight.started
        return self.replica.begin(full=full, begun=started, until=started - LATENESS)

    @property
    def _changes(self) -> Selection:
        if self.replica.until is None:
            raise ValueError("where nothing has been read, nothing can have changed")
        return self.selection.changes(self.replica.until - OVERLAP)

    # -- reading ------------------------------------------------------------------------------------------------

    def _read_changes(self) -> AbstractSet[str]:
        """The ids of what changed; of a resumed reading, of the rest of it."""
        ids: set[str] = set()

        def sift(rows: pl.DataFrame) -> Sifted:
            ids.update(rows[KEY])
            return self._sifted(rows)

        first = self._first_of_changes()
        filling = self._filling(self._changes, paging.counted(first) if first else 0)
        self._fill(replace(filling, sift=sift, first=first))
        return ids

    def _first_of_changes(self) -> Any:
        """The page, if it was asked for with other things; None where a page of the usual size takes too long."""
        question, self._first_page = self._first_page, None
        try:
            return question.answer() if question else None
        except QueryTimeoutError:
            return None

    def _read_all(self, known: pl.DataFrame | None) -> None:
        since = self.replica.until
        expected = paging.counted(self._count.answer())
        self._fill(replace(self._filling(self.selection, expected), sift=lambda rows: Sifted(self._stored(rows))))
        resumed = self._resumed
        self.read_all, self.whole_tonight = True, not resumed
        if resumed or not self._agrees():
            # Rows came and went while it was read.
            self.follow()
            if not self._agrees() and resumed:
                # And in the break some went without a trace.
                self._begin_all()
                self._read_all(known)
                return
            if not self._agrees():
                raise TransientError(
                    f"Salesforce counts {paging.counted(self._count.answer()):,} rows of {self.selection.sobject} but"
                    f" gave {self._living().height:,}: the answer is not whole",
                    remedy="run again; if it stays, check the sharing rules of the integration user (View All is best)",
                )
        if known is not None and since is not None:
            self._say_what_was_missed(known, since)

    def _filling(self, selection: Selection, expected: int) -> Filling:
        def tell(height: int) -> None:
            self._told = max(self._told, height)
            self.tonight.progress(self.stage, self._told, max(expected, self._told))

        tell(self._reading.height)
        return Filling(self.client, selection, expected, self.tonight.bulk_from, told=tell)

    def _fill(self, filling: Filling) -> None:
        def anew() -> Reading:
            self._reading, self._resumed = self._begun(full=self._reading.full), False
            return self._reading

        filling.fill(self._reading, anew).seal()
        self._rows = None

    def _sifted(self, rows: pl.DataFrame) -> Sifted:
        """What still is in the selection, and what is not: deleted, or changed so that the condition fails."""
        stays = pl.lit(value=True)
        if DELETED in self.selection.marks:
            stays = ~pl.col(DELETED).fill_null(value=False)
        if MASTER in self.selection.marks:
            stays |= pl.col(MASTER).is_not_null()
        if self.selection.matches is not None:
            stays &= self.selection.matches.fill_null(value=False)
        marked = rows.with_columns(stays.alias("stays"))
        gone = marked.filter(~pl.col("stays"))[KEY].to_list()
        return Sifted(self._stored(marked.filter(pl.col("stays"))), gone)

    def _stored(self, rows: pl.DataFrame) -> pl.DataFrame:
        """In the one form in which all batches are kept."""
        if MASTER in self.selection.marks and MASTER not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String()).alias(MASTER))
        return rows.select(self._stored_schema.names())

    @property
    def _stored_schema(self) -> pl.Schema:
        schema = dict(self.selection.schema)
        return pl.Schema(schema | ({MASTER: pl.String()} if MASTER in self.selection.marks else {}))

    def _readable(self, rows: pl.DataFrame) -> pl.DataFrame:
        if rows.is_empty():
            return pl.DataFrame(schema=self._stored_schema)
        return rows if self.selection.matches is None else rows.filter(self.selection.matches.fill_null(value=False))

    # -- comparing ----------------------------------------------------------------------------------------------

    def _living(self) -> pl.DataFrame:
        return merges.living(self.rows())

    def _agrees(self) -> bool:
        """Whether as many rows are here as Salesforce counted last."""
        return self._living().height == paging.counted(self._count.answer())

    def _agrees_in_the_end(self) -> bool:
        self.follow()
        return self._agrees()

    def _say_what_was_missed(self, known: pl.DataFrame, since: datetime) -> None:
        missed = differences.between(self._prints(known), self._prints(self.rows()))
        if missed.all:
            missed = missed.without(self._touched(since))
        if missed.all:
            note = _note(missed, self.stage, since)
            log.warning("salesforce changes missed", sobject=self.selection.sobject, records=len(missed.all))
            self.notes.append(note)

    def _prints(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Without what may have changed and left no trace in any case."""
        stable = [path for path in self.selection.columns if path not in self.selection.volatile]
        return differences.fingerprints(merges.living(rows).select(stable))

    def _touched(self, since: datetime) -> frozenset[str]:
        """What has changed while everything was read."""
        touched = replace(self.selection.changes(since - OVERLAP), fields={})
        return frozenset(one for page in paging.pages(self.client, touched) for one in page[KEY])


def _note(missed: Differences, stage: str, since: datetime) -> str:
    found = {
        f"{len(missed.gone):,} that are gone (deleted without a trace, or hidden)": missed.gone,
        f"{len(missed.new):,} that are there (shown, or restored, without a trace)": missed.new,
        f"{len(missed.changed):,} that are different": missed.changed,
    }
    kinds = ", ".join(words for words, ids in found.items() if ids)
    return (
        f"the changes since {since:%Y-%m-%d %H:%M} UTC had missed {len(missed.all):,} of the {stage}: {kinds};"
        " everything was read anew"
    )
