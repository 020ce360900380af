"""Turns a folder of exports into a Pull."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import structlog

from connectors import canonical
from connectors.base import Progress, no_progress
from connectors.canonical import pipeline
from connectors.file import doctor
from connectors.file.amounts import doubt
from connectors.file.exports import (
    DEAL_HISTORY_COLUMNS,
    DEAL_HISTORY_OPTIONAL,
    OWNERSHIP_COLUMNS,
    OWNERSHIP_OPTIONAL,
    Exports,
    locate,
    staleness,
    wanted,
)
from connectors.file.folder import Export
from connectors.file.owners import read_owners, read_rates
from cssync.model.check import Check
from cssync.model.history import ARR, CSM, LIFECYCLE, PIPELINE, History
from cssync.model.money import ExchangeRates
from cssync.model.pull import Pull
from cssync.model.tables import OPPORTUNITIES, PROBLEMS, empty
from cssync.settings.source import FileSource

log = structlog.get_logger()


class FileConnector:
    """accounts and owners, and where they are there opportunities, ownership, opportunity_history and rates.

    Each is .csv or .parquet. Columns of accounts and opportunities are named in the settings. owners: id, name, and
    where known email, active, kind (person, queue, pool), team, manager_id. ownership: account_id, csm, valid_from, and
    where known amount, currency, is_customer, lifecycle, valid_to. opportunity_history: opportunity_id, valid_from,
    stage, and where known amount, probability, close_on. rates: currency, rate (corporate units for one unit).
    """

    name = "file"

    def __init__(self, settings: FileSource, folder: Path, *, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._folder = folder
        self._now = now

    def pull(self, as_of: date, progress: Progress = no_progress, *, full: bool = False) -> Pull:  # noqa: ARG002 - files are always read whole
        """Raises ConfigError, ConnectorError; MappingError before the first record is read."""
        pulled_at, started = self._now(), time.monotonic()
        exports = locate(self._settings, self._folder)
        accounts, notes = self._accounts(exports.accounts, progress)
        owners, owner_problems = read_owners(exports.owners)
        progress("owners", len(owners), len(owners))
        opportunities = self._opportunities(exports.opportunities, progress)
        seconds = round(time.monotonic() - started, 2)
        log.info("exports read", as_of=str(as_of), accounts=accounts.table.height, owners=len(owners), seconds=seconds)
        return Pull(
            source="file exports",
            pulled_at=pulled_at,
            accounts=accounts.table,
            owners=owners,
            rates=self._rates(exports),
            opportunities=opportunities.table,
            problems=pl.concat((accounts.problems, owner_problems, opportunities.problems)),
            notes=(*notes, *(note for export in exports if (note := staleness(export, pulled_at)))),
        )

    def history(
        self,
        accounts: pl.DataFrame,  # noqa: ARG002 - the export names its own
        opportunities: pl.DataFrame,
        as_of: date,
        since: date,  # noqa: ARG002 - and its own days
        progress: Progress = no_progress,
    ) -> History:
        """What the exports of ownership and of opportunities' history hold, however far back; nothing without them.

        An amount or a lifecycle is known from the first row that names one. Raises as ``pull`` does.
        """
        exports = locate(self._settings, self._folder)
        owned, deals = History(), History()
        if exports.ownership is not None:
            owned = self._owned(exports.ownership, progress)
        if exports.opportunity_history is not None:
            deals = self._dealt(exports.opportunity_history, opportunities, as_of, progress)
        return History(
            owned.ownership,
            {**owned.since, **deals.since},
            pl.concat([owned.problems, deals.problems]),
            pipeline=deals.pipeline,
        )

    def _owned(self, export: Export, progress: Progress) -> History:
        parsed = self._ownership(export, progress)
        told = {CSM: parsed.table, ARR: _with(parsed.table, "amount"), LIFECYCLE: _with(parsed.table, "lifecycle")}
        first = {fact: rows.select(pl.min("valid_from")).item() for fact, rows in told.items()}
        known = {fact: day for fact, day in first.items() if day is not None}
        return History(parsed.table, known, parsed.problems)

    def _dealt(self, export: Export, opportunities: pl.DataFrame, as_of: date, progress: Progress) -> History:
        known = tuple(column for column in DEAL_HISTORY_OPTIONAL if column in export.table.columns)
        raw = _read(export, DEAL_HISTORY_COLUMNS + known, "opportunity history", progress)
        parsed = canonical.opportunity_history(raw, decimal_mark=self._settings.decimal_mark)
        told = ("stage", *known)
        spells = pipeline.spells(parsed.table, opportunities, told, as_of, date.min)
        if spells.is_empty():
            return History(problems=parsed.problems)
        # Of deals that were decided before the first decision in it, an export holds nothing.
        decided = spells.filter("is_closed") if spells["is_closed"].any() else spells
        since: date = decided.select(pl.min("valid_from")).item()
        lasting = spells.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > since))
        clipped = lasting.with_columns(valid_from=pl.max_horizontal("valid_from", pl.lit(since)))
        return History(since={PIPELINE: since}, problems=parsed.problems, pipeline=clipped)

    def check(self) -> Iterator[Check]:
        """Yield what the folder holds, and every mapped column with samples and its share of empty cells."""
        return doctor.check(self._settings, self._folder, self._now())

    def _accounts(self, export: Export, progress: Progress) -> tuple[canonical.Parsed, tuple[str, ...]]:
        fields, mark = self._settings.accounts, self._settings.decimal_mark
        raw = _read(export, tuple(wanted(self._settings, "accounts")), "accounts", progress)
        note = doubt(raw[fields.arr], mark) if fields.arr is not None else ""
        return canonical.accounts(raw, fields, decimal_mark=mark), (note,) if note else ()

    def _opportunities(self, export: Export | None, progress: Progress) -> canonical.Parsed:
        if export is None:
            return canonical.Parsed(empty(OPPORTUNITIES), empty(PROBLEMS))
        fields, mark = self._settings.opportunities, self._settings.decimal_mark
        raw = _read(export, tuple(wanted(self._settings, "opportunities")), "opportunities", progress)
        return canonical.opportunities(raw, fields, decimal_mark=mark)

    def _ownership(self, export: Export, progress: Progress) -> canonical.Parsed:
        known = tuple(column for column in OWNERSHIP_OPTIONAL if column in export.table.columns)
        raw = _read(export, OWNERSHIP_COLUMNS + known, "ownership", progress)
        return canonical.ownership(raw, decimal_mark=self._settings.decimal_mark)

    def _rates(self, exports: Exports) -> ExchangeRates:
        corporate = self._settings.corporate_currency
        if exports.rates is None:
            return ExchangeRates(corporate)
        return read_rates(exports.rates, corporate, decimal_mark=self._settings.decimal_mark)


def _with(ownership: pl.DataFrame, column: str) -> pl.DataFrame:
    return ownership.filter(pl.col(column).is_not_null())


def _read(export: Export, columns: tuple[str, ...], stage: str, progress: Progress) -> pl.DataFrame:
    progress(stage, 0, None)
    raw = export.read(columns)
    progress(stage, raw.height, raw.height)
    return raw
