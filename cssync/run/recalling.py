"""What the CRM remembers of the time before our own nights: asked for once, and laid before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import polars as pl
import structlog

from cssync.books.backfill import backfill_of, before, known_since, with_history
from cssync.books.snapshot import Snapshot
from cssync.errors import ConfigError, ConnectorError, PermissionDeniedError
from cssync.model.history import Backfill, History, reach
from cssync.model.night import Past, Run, RunStatus
from cssync.model.tables import OPPORTUNITIES
from cssync.run.line import Line
from cssync.run.pulling import Seen, see
from cssync.settings.model import Settings
from cssync.settings.source import FileSource
from cssync.store.base import Store

log = structlog.get_logger()

_DAYS_A_YEAR, _MONTHS_A_YEAR = 365, 12
_EVER = 1_000_000


@dataclass(frozen=True, slots=True)
class Recalled:
    """A night with the time before it.

    *past*: with that time, where there were nights already. *backfill*: to go in with a first night. *history*: to be
    stored with it. *seen*: with what there is to say about it.
    """

    past: Past
    seen: Seen
    backfill: Backfill = field(default_factory=Backfill)
    history: History | None = None

    def digested(self) -> Recalled:
        """The same without all spells: see ``Past.digested``."""
        return replace(self, past=self.past.digested(), backfill=Backfill())


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What ``cssync backfill`` found. *accounts* and *changes*: of how many something is remembered, and how much."""

    history: History
    known: Mapping[str, date]
    first_night: date
    accounts: int
    changes: int


def recall(line: Line, past: Past, seen: Seen) -> Recalled:
    """Ask for the CRM's history where the store has never taken it.

    That it cannot be had tonight does not spoil the night: a note says why, and the next one asks again.
    """
    as_of = seen.run.as_of
    reaching = _begins(line.loaded.settings, as_of)
    if past.history_tracked is not None or reaching is None:
        return Recalled(past, seen)
    try:
        history = _asked(line, seen.snapshot, reaching)
    except PermissionDeniedError as denied:
        note = f"No history from the CRM: {denied.message}. To have it: {denied.remedy}; then run cssync backfill."
        history = History(notes=(note,))
    except ConnectorError as error:
        log.warning("history_put_off", reason=error.message)
        put_off = f"History could not be read yet ({error.message}); the next night goes on from there."
        return Recalled(past, _noted(seen, History(notes=(put_off,))))
    told_by_crm = backfill_of(history, seen.snapshot, line.loaded.settings.customers)
    first_night = _first_night(line.store, as_of)
    known = known_since(history, line.loaded.settings.customers, first_night)
    told = replace(history, since=known, notes=(*history.notes, *_reach(known, as_of)))
    if past.spells.is_empty():
        return Recalled(replace(past, history_tracked=known), _noted(seen, told), told_by_crm, told)
    earlier = before(told_by_crm, first_night)
    line.store.backfill(earlier, first_night, told)
    return Recalled(with_history(past, earlier, first_night, known), _noted(seen, told))


def backfill(line: Line, as_of: date) -> Backfilled:
    """Rebuild the time before the first accepted night from what the CRM remembers now, whatever stood there.

    Raises ConnectorError, ImplausibleSnapshotError, StoreError; ConfigError where there is nothing to lay it before.
    """
    settings = line.loaded.settings
    reaching = _begins(settings, as_of)
    if reaching is None:
        raise ConfigError(
            "source.history_months is 0: no history is to be read", remedy="set it to up to 24, then run this again"
        )
    with line.store.lock():
        if not line.store.accepted(before=date.max):
            raise ConfigError(
                "there is no night yet that a past could be laid before; the first one reads the CRM's history by"
                " itself",
                remedy="cssync run",
            )
        run = Run("backfill", as_of, line.now(), RunStatus.RUNNING, line.connector.name)
        snapshot = see(line, run, line.store.accepted(before=as_of)).snapshot
        history = _asked(line, snapshot, reaching)
        first_night = _first_night(line.store, as_of)
        earlier = before(backfill_of(history, snapshot, settings.customers), first_night)
        known = known_since(history, settings.customers, first_night)
        line.store.backfill(earlier, first_night, replace(history, since=known))
    accounts = earlier.spells["account_id"].n_unique()
    return Backfilled(history, known, first_night, accounts, earlier.spells.height - accounts)


def _begins(settings: Settings, as_of: date) -> date | None:
    """How far back the settings want history; None: not at all."""
    if isinstance(settings.source, FileSource):
        return date.min
    months = settings.source.history_months
    return as_of - timedelta(days=months * _DAYS_A_YEAR // _MONTHS_A_YEAR) if months else None


def _asked(line: Line, snapshot: Snapshot, since: date) -> History:
    started = line.now()
    deals = snapshot.opportunities.select(OPPORTUNITIES.names())
    history = line.connector.history(snapshot.table, deals, snapshot.as_of, since, line.progress)
    seconds = (line.now() - started).total_seconds()
    rows = history.ownership.height
    told = history.pipeline.height
    log.info(
        "recalled", rows=rows, deals=told, calls=history.calls, tracked=sorted(history.since), seconds=round(seconds, 1)
    )
    return history


def _first_night(store: Store, as_of: date) -> date:
    """The first accepted night, or the one at hand."""
    return min((run.as_of for run in store.runs(_EVER) if run.status is RunStatus.ACCEPTED), default=as_of)


def _reach(known: Mapping[str, date], as_of: date) -> tuple[str, ...]:
    return (reach(known, as_of),) if min(known.values()) < as_of else ()


def _noted(seen: Seen, history: History) -> Seen:
    """*seen* with what *history* has to say among its notes, and its calls among those made."""
    pull = seen.pull
    pull = replace(pull, notes=(*pull.notes, *history.notes), calls=pull.calls + history.calls)
    problems = pl.concat([seen.snapshot.problems, history.problems])
    return replace(seen, pull=pull, snapshot=replace(seen.snapshot, problems=problems))
