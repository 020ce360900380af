"""The line, walked once: pull, compare, judge, add up, find, reconcile, commit, deliver.

``cssync run`` and ``cssync run --dry`` walk the same line with other objects; nothing here knows which.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

import polars as pl
import structlog

from connectors.base import Connector, Progress
from cssync.alerts.reconcile import Reconciled, Tonight, reconcile
from cssync.books.aggregate import add_up
from cssync.books.backfill import spells_of
from cssync.books.history import LOOK_BACK_DAYS, History
from cssync.books.snapshot import Snapshot, take_snapshot
from cssync.books.spells import advance
from cssync.capacity.forecast import RateForecaster
from cssync.capacity.limits import LimitBook
from cssync.errors import ConfigError, CssyncError, ImplausibleSnapshotError, MappingError, StoppedError
from cssync.gate import Doubt, doubts
from cssync.model.alert import Alert, AlertState
from cssync.model.book import UNASSIGNED_BOOK_ID, BookKind, Books
from cssync.model.delivery import Delivery
from cssync.model.digest import Digest, Notice
from cssync.model.finding import Finding
from cssync.model.night import Night, Past, Run, RunStatus
from cssync.model.pull import Pull
from cssync.model.tables import SPELLS, empty
from cssync.model.wording import day
from cssync.notify.base import Notifier
from cssync.notify.delivery import Delivered, deliver
from cssync.report.digest import Tidings, write
from cssync.settings.loaded import Loaded
from cssync.store.base import Store
from rules.base import Context
from rules.engine import RULES, enabled, evaluate

log = structlog.get_logger()

_RECENT_RUNS = 100
_FIGURE = re.compile(r"\S*\d\S*")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes: a sink by the name of its notifier, and what the sink calls the place."""

    sink: str
    place: str


class Audience(Protocol):
    """Whoever watches the line at work; told of each stage as soon as it is done."""

    def pulled(self, pull: Pull, seconds: float) -> None: ...

    def added_up(self, books: Books) -> None: ...


@dataclass(frozen=True, slots=True)
class Line:
    """The objects that one night runs on. *judge* refuses a doubtful night by raising, or lets it pass.

    *leadership* get the digest, *operations* are told of a refused night.
    """

    loaded: Loaded
    connector: Connector
    store: Store
    notifiers: Sequence[Notifier]
    leadership: Sequence[Address]
    operations: Sequence[Address]
    judge: Callable[[Sequence[Doubt]], None]
    audience: Audience
    progress: Progress
    now: Callable[[], datetime]
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a night came to.

    *pull* is without its accounts, which the books hold. *digest* is None when there was nothing new to tell;
    *alerts*: all that are firing.
    """

    run: Run
    pull: Pull
    books: Books
    findings: tuple[Finding, ...]
    reconciled: Reconciled
    alerts: tuple[Alert, ...]
    problems: pl.DataFrame
    digest: Digest | None
    delivered: Delivered
    doubts: tuple[Doubt, ...]


def refuse(found: Sequence[Doubt]) -> None:
    """The judge of every night that nobody looks at. Raises ImplausibleSnapshotError if there is any doubt."""
    if found:
        raise ImplausibleSnapshotError(
            "night refused: " + "; ".join(doubt.what for doubt in found),
            remedy="; ".join(dict.fromkeys(doubt.remedy for doubt in found)),
        )


def accept(found: Sequence[Doubt]) -> None:
    """The judge of a night that someone has looked at and accepted by hand."""
    for doubt in found:
        log.warning("accepted_by_hand", doubt=doubt.what)


def run_night(line: Line, as_of: date) -> Outcome:
    """Walk the line for *as_of*. Nothing is changed unless everything up to the commit has worked.

    Raises ConnectorError, ImplausibleSnapshotError, StoreError or ConfigError; a message that could not be
    delivered is in the outcome, for the night itself is good.
    """
    with line.store.lock():
        run = Run(
            id=uuid.uuid4().hex,
            as_of=as_of,
            started_at=line.now(),
            status=RunStatus.RUNNING,
            source=line.connector.name,
        )
        line.store.begin(run)
        try:
            outcome, night = _work(line, run)
        except CssyncError as error:
            _give_up(line, run, error)
            raise
        if night is not None:
            line.store.commit(night)
        else:
            line.store.end(outcome.run)
        log.info(
            "concluded", run=run.id, status=str(outcome.run.status), transitions=len(outcome.reconciled.transitions)
        )
        return replace(outcome, delivered=_deliver(line))


def deliver_due(line: Line) -> Delivered:
    """Send what earlier nights could not."""
    with line.store.lock():
        return _deliver(line)


def _work(line: Line, run: Run) -> tuple[Outcome, Night | None]:
    """The night as it would be committed; None in its place when the day's accepted run saw the same input."""
    settings = line.loaded.settings
    past = line.store.past(run.as_of, run.as_of - timedelta(days=LOOK_BACK_DAYS))
    _not_before(line.store, run)
    pull = _pull(line, run, past)
    snapshot = take_snapshot(pull, settings, run.as_of)
    run = _counted(run, pull, snapshot, line.loaded)
    found = tuple(doubts(run, past.runs, _unreadable(snapshot), settings.gate))
    line.judge(found)
    # The CRM's own history is read once, before there is any of ours.
    backfill = spells_of(pull.ownership, snapshot) if past.spells.is_empty() else empty(SPELLS)
    timeline, changes = advance(past, snapshot, backfill)
    pull = pull.digested()
    last_night = past.runs[0].as_of if past.runs else None
    books = add_up(snapshot, timeline, settings.team, last_night)
    log.info("added_up", books=len(books.books), customers=books.totals.accounts)
    line.audience.added_up(books)
    history = History(snapshot, timeline, books)
    context = Context(
        books=books,
        history=history,
        forecaster=RateForecaster(books, history.flows()),
        limits=LimitBook(settings.limits, line.loaded.origin),
        settings=settings,
        firing=frozenset((a.rule, a.subject_id) for a in past.alerts if a.state is AlertState.FIRING),
    )
    findings = tuple(evaluate(context))
    log.info("evaluated", findings=len(findings))
    tonight = Tonight(
        as_of=run.as_of,
        tenant=settings.tenant,
        findings=findings,
        rules=frozenset(rule.id for rule in enabled(context)),
        subjects=frozenset(
            (*(owner.id for owner in snapshot.owners), *(b.id for b in books.books), UNASSIGNED_BOOK_ID)
        ),
        left=frozenset(_left(context)),
    )
    repeated = past.today is not None and past.today.digest_of_input == run.digest_of_input
    reconciled = reconcile(tonight, past.alerts, settings.alerts)
    firing = _firing(past.alerts, reconciled)
    tidings = Tidings(
        run_id=run.id,
        books=books,
        data_as_of=pull.pulled_at.astimezone(settings.zone),
        transitions=reconciled.transitions,
        firing=firing,
        limits=[context.limits.general(measure) for measure in ("arr", "accounts", "trend_accounts")],
        rules={rule.id: rule.title for rule in RULES},
        problems=snapshot.problems,
        notes=pull.notes,
    )
    digest = None if repeated else write(tidings)
    status = RunStatus.REPEATED if repeated else RunStatus.ACCEPTED
    run = replace(run, status=status, finished_at=line.now(), accepted_by_hand=bool(found))
    outcome = Outcome(
        run=run,
        pull=pull,
        books=books,
        findings=findings,
        reconciled=reconciled,
        alerts=firing,
        problems=snapshot.problems,
        digest=digest,
        delivered=Delivered(),
        doubts=found,
    )
    if repeated:
        return outcome, None
    return outcome, Night(
        run=run,
        spells=changes,
        owners=snapshot.owners,
        opportunities=pull.opportunities,
        books=books,
        alerts=reconciled.alerts,
        transitions=reconciled.transitions,
        deliveries=_messages(digest, reconciled, line.leadership, settings.tenant),
    )


def _left(context: Context) -> Iterator[tuple[str, str]]:
    """(rule, owner) where the owner of a book was deactivated and the rule is about CSMs at work."""
    inactive = {book.id for book in context.books.books if book.kind is BookKind.INACTIVE}
    for rule in enabled(context):
        yield from ((rule.id, left) for left in inactive.difference(book.id for book in rule.subjects(context)))


def _not_before(store: Store, run: Run) -> None:
    """A night cannot be slipped in before one that was accepted already."""
    accepted = (known.as_of for known in store.runs(_RECENT_RUNS) if known.status is RunStatus.ACCEPTED)
    latest = max(accepted, default=run.as_of)
    if run.as_of < latest:
        raise ConfigError(
            f"the night of {day(latest)} was accepted already; {day(run.as_of)} is before it",
            remedy="leave --as-of out, or give a later date",
        )


def _pull(line: Line, run: Run, past: Past) -> Pull:
    started = line.now()
    try:
        pull = line.connector.pull(run.as_of, line.progress)
    except MappingError as error:
        if not past.runs:
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
        seconds=round(seconds, 1),
    )
    line.audience.pulled(pull, seconds)
    return pull


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


def _firing(known: Iterable[Alert], reconciled: Reconciled) -> tuple[Alert, ...]:
    latest = {alert.fingerprint: alert for alert in known} | {a.fingerprint: a for a in reconciled.alerts}
    return tuple(alert for alert in latest.values() if alert.state is AlertState.FIRING)


def _messages(
    digest: Digest | None, reconciled: Reconciled, addresses: Iterable[Address], tenant: str
) -> tuple[Delivery, ...]:
    """One message to each address; its id says what it announces and where, so it can never be queued twice."""
    if digest is None:
        return ()
    news = sorted(
        # The value, since a book may worsen twice in a day.
        f"{t.fingerprint}:{t.incident}:{t.on}:{t.cause}:{t.after}:{t.alert.value:f}"
        for t in reconciled.transitions
        if t.announce
    )
    return tuple(
        Delivery(_id(tenant, *news, address.sink, address.place), address.sink, address.place, digest)
        for address in addresses
    )


def _give_up(line: Line, run: Run, error: CssyncError) -> None:
    """Record the failure and tell operations, once a day and reason; the last good night stays as it was.

    Someone who stopped the process knows that, and the next start catches up.
    """
    status = RunStatus.REFUSED if isinstance(error, ImplausibleSnapshotError) else RunStatus.FAILED
    ended = replace(run, status=status, finished_at=line.now(), reason=error.message)
    remedy = error.remedy or "see the log"
    notice = Notice(
        title=f"CS capacity: no report for {day(run.as_of)}",
        text=f"{error.message}. No alert was changed; the last good night stands. To do: {remedy}",
        run_id=run.id,
    )
    tenant = line.loaded.settings.tenant
    deliveries = tuple(
        Delivery(_id(tenant, str(run.as_of), _reason(error), to.sink, to.place), to.sink, to.place, notice)
        for to in (() if isinstance(error, StoppedError) else line.operations)
    )
    line.store.end(ended, deliveries)
    log.warning("gave_up", run=run.id, status=str(status))
    _deliver(line)


def _reason(error: CssyncError) -> str:
    """What went wrong without its figures: a retry that counts other rows is refused for the same reason."""
    return _FIGURE.sub("#", error.message)


def _deliver(line: Line) -> Delivered:
    return deliver(line.store, line.notifiers, now=line.now, sleep=line.sleep)


def _id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
