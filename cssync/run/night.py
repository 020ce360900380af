"""The line, walked once: pull, judge, compare, add up, find, reconcile, commit, deliver."""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import structlog

from cssync.alerts.reconcile import reconcile
from cssync.alerts.remarks import remarks
from cssync.alerts.review import reviews
from cssync.alerts.standing import excepted
from cssync.alerts.tonight import Reconciled
from cssync.books.history import REMEMBERED_DAYS
from cssync.books.pipeline import with_pipeline
from cssync.books.spells import advance
from cssync.capacity.company import Company, company_of
from cssync.errors import ConfigError, CssyncError, ImplausibleSnapshotError
from cssync.model.decision import Decision
from cssync.model.delivery import KEPT_TRUE, Delivery
from cssync.model.night import Night, Run, RunStatus, SpellChanges
from cssync.model.wording import day
from cssync.notify.delivery import Delivered, deliver
from cssync.report.tidings import Tidings
from cssync.run import messages, weekly
from cssync.run.line import Line, Outcome
from cssync.run.pulling import see
from cssync.run.recalling import Recalled, recall
from cssync.store.base import Store
from rules.base import Context
from rules.engine import RULES, evaluate
from rules.tonight import context_of, tonight

log = structlog.get_logger()

# So many new objects before the young are searched, and so many such searches before the old ones are.
_SELDOM = (100_000, 50, 50)


def run_night(line: Line, as_of: date, *, full: bool = False) -> Outcome:
    """Walk the line for *as_of*. Nothing is changed unless everything up to the commit has worked.

    *full*: read everything anew, whatever is remembered of the CRM.

    Raises ConnectorError, ImplausibleSnapshotError, StoreError or ConfigError; a message that could not be
    delivered is in the outcome, for the night itself is good.
    """
    with line.store.lock(), _few_collections():
        run = _run(line, as_of)
        line.store.begin(run)
        line.audience.begun(run)
        try:
            _not_before(line.store, run)
            outcome = _work(line, _recalled(line, run, full=full))
        except CssyncError as error:
            _give_up(line, run, error)
            raise
        log.info("concluded", run=run.id, status=outcome.run.status, transitions=len(outcome.reconciled.transitions))
        outcome = replace(outcome, delivered=_deliver(line))
        line.audience.ended(outcome)
        return outcome


def look(line: Line, as_of: date) -> Company:
    """The company as the night of *as_of* would see it, before any rule does. Nothing is kept, and nobody is told.

    Raises as ``run_night`` does.
    """
    with line.store.lock(), _few_collections():
        recalled = _recalled(line, _run(line, as_of), full=False)
        context, *_ = _context(line, recalled, line.store.decisions())
        return context.company


def _run(line: Line, as_of: date) -> Run:
    return Run(
        id=uuid.uuid4().hex,
        as_of=as_of,
        started_at=line.now(),
        status=RunStatus.RUNNING,
        source=line.connector.name,
    )


def _recalled(line: Line, run: Run, *, full: bool) -> Recalled:
    """What the CRM says now, beside what is remembered of it."""
    seen = see(line, run, line.store.accepted(before=run.as_of), full=full)
    # Only now, for a million accounts as they were fill the room that the pull has just left.
    past = line.store.past(run.as_of, run.as_of - timedelta(days=REMEMBERED_DAYS))
    return recall(line, past, seen)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Over the objects of a large company, Python's search for garbage is a fifth of the night and finds none."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def deliver_due(line: Line) -> Delivered:
    """Send what earlier nights could not."""
    with line.store.lock():
        return _deliver(line)


def _work(line: Line, recalled: Recalled) -> Outcome:
    """Everything from the snapshot to the commit."""
    decisions = line.store.decisions()
    context, of_accounts, of_deals = _context(line, recalled, decisions)
    recalled = recalled.digested()
    past, seen = recalled.past, recalled.seen
    findings = tuple(evaluate(context))
    log.info("evaluated", findings=len(findings))
    settings = line.loaded.settings
    found = tonight(context, findings, past.alerts, workdays=line.workdays, first=not past.runs)
    reconciled = reconcile(found, past.alerts, decisions, settings.alerts)
    tidings = _tidings(line, context, recalled, reconciled, decisions)
    deliveries = (
        *messages.digests(tidings, past, line.leadership, settings.tenant, line.now()),
        *weekly.summaries(line, context, tidings, reconciled),
    )
    # What people have decided since may be news although the CRM is as it was.
    unmoved = past.today is not None and past.today.digest_of_input == seen.run.digest_of_input
    repeated = unmoved and not reconciled.transitions
    run = replace(
        seen.run,
        status=RunStatus.REPEATED if repeated else RunStatus.ACCEPTED,
        finished_at=line.now(),
        accepted_by_hand=bool(seen.doubts),
    )
    if repeated:
        line.store.end(run, deliveries)
    else:
        line.store.commit(
            _night(
                run,
                context=context,
                recalled=recalled,
                of_accounts=of_accounts,
                of_deals=of_deals,
                reconciled=reconciled,
                deliveries=deliveries,
            )
        )
    return Outcome(
        run=run,
        pull=seen.pull,
        company=context.company,
        findings=findings,
        reconciled=reconciled,
        alerts=tuple(tidings.firing),
        problems=seen.snapshot.problems,
        deliveries=deliveries,
        delivered=Delivered(),
        doubts=seen.doubts,
    )


def _context(
    line: Line, recalled: Recalled, decisions: Iterable[Decision]
) -> tuple[Context, SpellChanges, SpellChanges]:
    """The night as the rules see it, and how the stored spells become tonight's: of accounts, and of deals."""
    past, snapshot = recalled.past, recalled.seen.snapshot
    timeline, of_accounts = advance(past, snapshot, recalled.backfill.spells)
    timeline, of_deals = with_pipeline(timeline, past, snapshot, recalled.backfill.pipeline)
    company = company_of(
        snapshot,
        timeline,
        line.loaded.settings,
        origin=line.loaded.origin,
        last_night=past.runs[0].as_of if past.runs else None,
        record_url=recalled.seen.pull.record_url,
        excepted=excepted(past.alerts, decisions, snapshot.as_of),
    )
    log.info("added_up", books=len(company.books.books), customers=company.books.totals.accounts)
    line.audience.added_up(company)
    return context_of(company, past.alerts), of_accounts, of_deals


def _tidings(
    line: Line, context: Context, recalled: Recalled, reconciled: Reconciled, decisions: Iterable[Decision]
) -> Tidings:
    past, seen, settings = recalled.past, recalled.seen, line.loaded.settings
    latest = {alert.fingerprint: alert for alert in (*past.alerts, *reconciled.alerts)}
    to_review = reviews(
        latest,
        decisions,
        after=past.runs[0].as_of if past.runs else None,
        on=context.as_of,
        zone=settings.zone,
        policy=settings.alerts,
    )
    return Tidings(
        run_id=seen.run.id,
        books=context.books,
        data_as_of=seen.pull.pulled_at.astimezone(settings.zone),
        transitions=reconciled.transitions,
        firing=tuple(alert for alert in latest.values() if alert.state.is_open),
        limits=[context.limits.general(measure) for measure in ("arr", "accounts", "trend_accounts")],
        rules={rule.id: rule.title for rule in RULES},
        problems=seen.snapshot.problems,
        notes=seen.pull.notes,
        reviews=tuple(to_review),
    )


def _night(
    run: Run,
    *,
    context: Context,
    recalled: Recalled,
    of_accounts: SpellChanges,
    of_deals: SpellChanges,
    reconciled: Reconciled,
    deliveries: tuple[Delivery, ...],
) -> Night:
    seen = recalled.seen
    return Night(
        run=run,
        spells=of_accounts,
        pipeline=of_deals,
        owners=seen.snapshot.owners,
        rates=seen.snapshot.rates,
        crm_currency=seen.snapshot.crm_currency,
        problems=seen.snapshot.problems,
        books=context.books,
        alerts=reconciled.alerts,
        transitions=reconciled.transitions,
        deliveries=deliveries,
        history=recalled.history,
    )


def _not_before(store: Store, run: Run) -> None:
    """A night cannot be slipped in before one that was accepted already."""
    latest = max((known.as_of for known in store.accepted(before=date.max)), default=run.as_of)
    if run.as_of < latest:
        raise ConfigError(
            f"the night of {day(latest)} was accepted already; {day(run.as_of)} is before it",
            remedy="leave --as-of out, or give a later date",
        )


def _give_up(line: Line, run: Run, error: CssyncError) -> None:
    """Record the failure and tell operations; the last good night stays as it was."""
    status = RunStatus.REFUSED if isinstance(error, ImplausibleSnapshotError) else RunStatus.FAILED
    ended = replace(run, status=status, finished_at=line.now(), reason=error.message)
    tenant = line.loaded.settings.tenant
    line.store.end(ended, tuple(messages.notices(run, error, line.operations, tenant)))
    log.warning("gave_up", run=run.id, status=status)
    _deliver(line)


def _deliver(line: Line) -> Delivered:
    """Send what waits, and let what was sent tell what has become of its alerts since."""
    now, zone = line.now(), line.loaded.settings.zone
    alerts, decisions = line.store.incidents((now - KEPT_TRUE).date()), line.store.decisions()
    since_told = remarks(alerts, decisions, now.astimezone(zone).date(), zone)
    return deliver(
        line.store,
        line.notifiers,
        now=line.now,
        sleep=line.sleep,
        remarks=since_told,
        fallbacks=line.fallbacks,
    )
