"""The first half of a night: what the CRM holds, as one snapshot, and whether it can be believed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl
import structlog

from cssync.books.snapshot import Snapshot, take_snapshot
from cssync.errors import ImplausibleSnapshotError, MappingError
from cssync.gate import Doubt, doubts
from cssync.model.night import Run
from cssync.model.pull import Pull
from cssync.run.line import Line
from cssync.settings.loaded import Loaded

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Seen:
    """A pull that has passed the gate.

    *run*: with its figures. *pull*: without its accounts, which the snapshot holds. *doubts*: those that were
    accepted by hand.
    """

    run: Run
    pull: Pull
    snapshot: Snapshot
    doubts: tuple[Doubt, ...]


def see(line: Line, run: Run, recent: Sequence[Run], *, full: bool = False) -> Seen:
    """*recent*: the accepted nights before, newest first.

    Raises ConnectorError where the pull fails, and whatever the line's judge raises where it is doubtful.
    """
    settings = line.loaded.settings
    pull, seconds = _pull(line, run, recent, full=full)
    run = replace(run, calls=pull.calls, pull_seconds=seconds)
    snapshot = take_snapshot(pull, settings, run.as_of)
    run = _counted(run, pull, snapshot, line.loaded)
    found = tuple(doubts(run, recent, _unreadable(snapshot), settings.gate))
    line.judge(found)
    told = replace(pull.digested(), notes=(*pull.notes, *snapshot.notes))
    return Seen(run, told, snapshot, found)


def _pull(line: Line, run: Run, recent: Sequence[Run], *, full: bool) -> tuple[Pull, float]:
    started = line.now()
    try:
        pull = line.connector.pull(run.as_of, line.progress, full=full)
    except MappingError as error:
        if not recent:
            raise
        raise ImplausibleSnapshotError(
            f"night refused: a mapped field is gone that was there before: {error.message}", remedy=error.remedy
        ) from error
    seconds = (line.now() - started).total_seconds()
    log.info(
        "pulled",
        source=pull.source,
        accounts=pull.accounts.height,
        owners=len(pull.owners),
        opportunities=pull.opportunities.height,
        problems=pull.problems.height,
        calls=pull.calls,
        changed=pull.changed,
        seconds=round(seconds, 1),
    )
    line.audience.pulled(pull, seconds)
    return pull, seconds


def _counted(run: Run, pull: Pull, snapshot: Snapshot, loaded: Loaded) -> Run:
    customers = snapshot.customers
    return replace(
        run,
        source=pull.source,
        accounts=pull.accounts.height,
        customers=customers.height,
        owners=len(pull.owners),
        arr=Decimal(customers["arr"].sum() or 0),
        currency=snapshot.rates.corporate,
        digest_of_input=_digest_of_input(pull, snapshot, loaded),
        record_url=pull.record_url,
    )


def _digest_of_input(pull: Pull, snapshot: Snapshot, loaded: Loaded) -> str:
    """Equal for equal records and settings, in whatever order the source lists them."""
    digest = hashlib.sha256()
    for table in (snapshot.table, pull.opportunities):
        digest.update(table.hash_rows(seed=0).sort().to_numpy().tobytes())
    for owner in sorted(snapshot.owners, key=lambda owner: owner.id):
        digest.update(repr(owner).encode())
    digest.update(loaded.settings.model_dump_json().encode())
    return digest.hexdigest()


def _unreadable(snapshot: Snapshot) -> int:
    return snapshot.problems.filter(pl.col("object") == "account")["record_id"].n_unique()
