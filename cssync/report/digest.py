"""Writes the one message of a night: who, why, and the one thing to do, and nothing when nothing has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cssync.model.alert import Alert, AlertState, Cause, Transition
from cssync.model.book import Book, BookKind, Books
from cssync.model.digest import Digest, Entry, EntryKind
from cssync.model.finding import Finding, Limit, Unit
from cssync.model.wording import count, day, listed, money

_ACCOUNTS_RULE, _ARR_RULE = "accounts_over_limit", "arr_over_limit"
_MOST_PROBLEMS = 4
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Tidings:
    """All that a digest is written from.

    *firing*: every alert firing after tonight. *limits*: of ARR, accounts and trend, as they hold for every CSM, to
    be stated (seed 10). *rules*: titles by id, the one whose action is to be named first. *notes*: the connector's.
    """

    run_id: str
    books: Books
    data_as_of: datetime
    transitions: Sequence[Transition]
    firing: Sequence[Alert]
    limits: Sequence[Limit]
    rules: Mapping[str, str]
    problems: pl.DataFrame
    notes: Sequence[str]


def write(tidings: Tidings) -> Digest | None:
    """None when there is nothing that leadership has not been told already."""
    announced = [t for t in tidings.transitions if t.announce]
    if not announced:
        return None
    entries = tuple(_entries(tidings, announced))
    told = {t.fingerprint for t in announced}
    unchanged = sum(alert.fingerprint not in told for alert in tidings.firing)
    as_of = tidings.books.as_of
    return Digest(
        title=f"CS capacity: {day(as_of)}",
        summary=f"CS capacity, {as_of.day} {as_of:%b}: {_counts(entries)}",
        as_of=as_of,
        data_as_of=tidings.data_as_of,
        run_id=tidings.run_id,
        context=tuple(_context(tidings)),
        entries=entries,
        notes=tuple(_notes(tidings)),
        footer=(f"{count(unchanged, 'alert')} unchanged",) if unchanged else (),
    )


def _counts(entries: Iterable[Entry]) -> str:
    """1 critical, 2 warnings, 1 resolved"""
    listed_ = list(entries)
    nouns = {
        EntryKind.CRITICAL: ("critical", "critical"),
        EntryKind.WARNING: ("warning", "warnings"),
        EntryKind.WATCH: ("to watch", "to watch"),
        EntryKind.RESOLVED: ("resolved", "resolved"),
    }
    numbers = {kind: sum(entry.kind is kind for entry in listed_) for kind in nouns}
    return ", ".join(count(number, *nouns[kind]) for kind, number in numbers.items() if number)


def _entries(tidings: Tidings, announced: Sequence[Transition]) -> Iterator[Entry]:
    news: dict[str, list[Transition]] = {}
    for transition in announced:
        news.setdefault(transition.alert.subject_id, []).append(transition)
    firing: dict[str, list[Alert]] = {}
    for alert in tidings.firing:
        firing.setdefault(alert.subject_id, []).append(alert)
    books = {book.id: book for book in tidings.books.books}
    found = [
        entry
        for subject, transitions in news.items()
        for entry in _of_subject(tidings, transitions, firing.get(subject, []), books.get(subject))
    ]
    order = list(EntryKind)
    accounts = {book.name: book.accounts for book in tidings.books.books}
    yield from sorted(found, key=lambda e: (order.index(e.kind), -accounts.get(e.who, 0), e.who))


def _of_subject(
    tidings: Tidings, transitions: Sequence[Transition], firing: Sequence[Alert], book: Book | None
) -> Iterator[Entry]:
    if any(t.alert.state is AlertState.FIRING for t in transitions):
        yield _standing(tidings, transitions, firing, book)
    for transition in transitions:
        if transition.alert.state is AlertState.RESOLVED:
            yield _ended(transition, book, tidings.rules)


def _standing(tidings: Tidings, transitions: Sequence[Transition], firing: Sequence[Alert], book: Book | None) -> Entry:
    findings = [alert.finding for alert in firing if alert.finding]
    preference = list(tidings.rules)
    ranked = sorted(findings, key=lambda f: (-f.severity.rank, preference.index(f.rule)))
    first = ranked[0]
    # What a notifier has room for is taken from the top: what moved comes before what stands.
    drivers = [f"{driver.name} ({driver.why})" for driver in first.drivers]
    details = [f"Driven by {listed(drivers, len(drivers))}."] if drivers else []
    details += [sentence for finding in ranked for sentence in finding.evidence]
    details += [finding.reason for finding in ranked]
    details += _limit_sources(ranked, tidings)
    return Entry(
        kind=EntryKind(first.severity.value),
        change="new" if any(t.cause is Cause.OPENED for t in transitions) else "worse",
        who=first.subject.name,
        facts=_facts(ranked, book, tidings.books.currency),
        action=first.action,
        details=tuple(dict.fromkeys(details)),
        incidents=tuple(alert.key for alert in firing),
        subject_id=first.subject.id,
    )


def _facts(findings: Sequence[Finding], book: Book | None, currency: str) -> str:
    """88 accounts (limit 50), $3.1M ARR (limit $2M), +3 this week; heading for 75 by 31 Mar 2027"""
    headlines = {finding.rule: finding.headline for finding in findings}
    parts: list[str] = []
    if book is not None and book.kind in (BookKind.CSM, BookKind.POOL):
        parts.append(headlines.pop(_ACCOUNTS_RULE, "") or count(book.accounts, "account"))
        week = next((change for change in book.tally.changes if change.days == _WEEK), None)
        if week and week.net.accounts:
            parts[0] += f", {week.net.accounts:+d} since {week.since.day} {week.since:%b}"
        parts.append(headlines.pop(_ARR_RULE, "") or f"{money(book.arr, currency)} ARR")
    return ", ".join((*parts, *headlines.values()))


def _ended(transition: Transition, book: Book | None, titles: Mapping[str, str]) -> Entry:
    alert = transition.alert
    days = (transition.on - alert.opened_on).days
    held = f"{titles.get(alert.rule, alert.rule)}: {transition.cause.value} after {count(days, 'day')}"
    now = f"{count(book.accounts, 'account')} now; " if book is not None else ""
    return Entry(
        kind=EntryKind.RESOLVED,
        change="resolved",
        who=alert.subject_name,
        facts=f"{now}{held}",
        action="",
        incidents=(alert.key,),
        subject_id=alert.subject_id,
    )


def _limit_sources(findings: Iterable[Finding], tidings: Tidings) -> Iterator[str]:
    for finding in findings:
        limit = finding.limit
        source = f"{limit.seed}, {limit.origin}" if limit.seed else limit.origin
        if finding.unit is Unit.MONEY:
            held = money(limit.value, tidings.books.currency)
            yield f"The limit of {held} is {limit.setting} ({source}), {limit.why}."
        elif limit.value:
            yield f"The limit of {count(int(limit.value), 'account')} is {limit.setting} ({source}), {limit.why}."
        if finding.since:
            yield f"{tidings.rules[finding.rule]} since {day(finding.since)}."


def _context(tidings: Tidings) -> Iterator[str]:
    books = tidings.books
    csms = sum(book.kind is BookKind.CSM for book in books.books)
    totals = books.totals
    yield f"{count(csms, 'CSM')}, {count(totals.accounts, 'customer')}, {money(totals.arr, books.currency)} ARR"
    yield f"data as of {tidings.data_as_of:%H:%M %Z}"
    arr, accounts, trend = tidings.limits
    yield (
        f"limits: {money(arr.value, books.currency)} ARR ({_said_by(arr)}), {accounts.value:f} accounts "
        f"({_said_by(accounts)}), {trend.value:f} by the end of next quarter ({_said_by(trend)})"
    )
    yield f"run {tidings.run_id[:8]}"


def _said_by(limit: Limit) -> str:
    return "ClientSuccess" if limit.origin == "default" else limit.origin


def _notes(tidings: Tidings) -> Iterator[str]:
    yield from tidings.notes
    if unknown := tidings.books.totals.arr_unknown:
        yield f"The ARR of {count(unknown, 'customer')} could not be read and is in no sum."
    yield from _to_mend(tidings.problems)


def _to_mend(problems: pl.DataFrame) -> Iterator[str]:
    if problems.is_empty():
        return
    kinds = problems.group_by("object", "field", "reason").agg(pl.len().alias("n"), pl.col("record_id"), "value")
    kinds = kinds.sort(["n", "object", "field", "reason"], descending=[True, False, False, False])
    parts = []
    for object_, field, reason, ids, values in kinds.drop("n").head(_MOST_PROBLEMS).iter_rows():
        shown = [_record(id_, value) for id_, value in zip(ids, values, strict=True)]
        parts.append(f"{object_} {field}: {reason} ({listed(shown, 2)})")
    more = f"; and {kinds.height - _MOST_PROBLEMS} other kinds" if kinds.height > _MOST_PROBLEMS else ""
    yield f"{count(problems.height, 'record')} to mend in the CRM: {'; '.join(parts)}{more}."


def _record(id_: str | None, value: str | None) -> str:
    told = f" {value!r}" if value and value != id_ else ""
    return f"{id_ or 'no id'}{told}"
