"""Writes one entry a subject: what stands against its limits, what has ended, and the one thing to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cssync.model.alert import Alert, AlertState, Cause, Transition
from cssync.model.book import Book, BookKind
from cssync.model.digest import Entry, EntryKind
from cssync.model.finding import Finding
from cssync.model.wording import count, money
from cssync.report.evidence import story
from cssync.report.tidings import Tidings

_ACCOUNTS_RULE, _ARR_RULE = "accounts_over_limit", "arr_over_limit"
_WEEK = 7
# What has happened to an alert that leadership has heard of before, the most telling first.
_CHANGES = {
    Cause.WORSENED: "worse",
    Cause.FLAPPING: "comes and goes",
    Cause.EXCEPTION_ENDED: "exception ended",
    Cause.SNOOZE_ENDED: "snooze ended",
    Cause.ESCALATED: "escalated",
    Cause.REMINDED: "reminder",
}


def entries(tidings: Tidings, announced: Iterable[Transition]) -> Iterator[Entry]:
    """Yield the subjects of *announced*, the worst first, and of equals the fullest book."""
    news: dict[str, list[Transition]] = {}
    for transition in announced:
        news.setdefault(transition.alert.subject_id, []).append(transition)
    firing: dict[str, list[Alert]] = {}
    for alert in tidings.firing:
        firing.setdefault(alert.subject_id, []).append(alert)
    books = {book.id: book for book in tidings.books.books}
    found = [
        _of_subject(tidings, transitions, firing.get(subject, []), books.get(subject))
        for subject, transitions in news.items()
    ]
    order = list(EntryKind)
    fullness = {book.id: book.accounts for book in tidings.books.books}
    yield from sorted(found, key=lambda e: (order.index(e.kind), -fullness.get(e.subject_id, 0), e.who, e.subject_id))


def _of_subject(
    tidings: Tidings, transitions: Sequence[Transition], firing: Sequence[Alert], book: Book | None
) -> Entry:
    ended = [transition for transition in transitions if transition.alert.state is AlertState.RESOLVED]
    # What a recovering one found was true of another night.
    standing = [alert for alert in firing if alert.state is AlertState.FIRING]
    if told := [transition.alert for transition in transitions if transition not in ended]:
        # Where none fires any more, what an earlier run of the date told stays; what has become of it stands beside it.
        return _standing(tidings, transitions, ended, standing or told, book if standing else None)
    return _ended(tidings, ended, standing, book)


def _standing(
    tidings: Tidings,
    transitions: Sequence[Transition],
    ended: Sequence[Transition],
    firing: Sequence[Alert],
    book: Book | None,
) -> Entry:
    preference = list(tidings.rules)
    findings = [alert.finding for alert in firing if alert.finding]
    ranked = sorted(findings, key=lambda f: (-f.severity.rank, preference.index(f.rule)))
    first, currency = ranked[0], tidings.books.currency
    over = "".join(f"; no more: {_end(transition, tidings.rules)}" for transition in ended)
    over += "".join(f"; {t.why}" for t in transitions if t.cause is Cause.EXCEPTION_ENDED and t.why)
    return Entry(
        kind=EntryKind(first.severity.value),
        change=_change(transitions),
        who=first.subject.name,
        facts=facts(ranked, book, currency) + over,
        action=first.action,
        story=story(ranked, tidings.rules, currency, _said_first(transitions)),
        incidents=tuple(alert.key for alert in firing),
        subject_id=first.subject.id,
    )


def _change(transitions: Sequence[Transition]) -> str:
    causes = {t.cause for t in transitions}
    if any(t.first for t in transitions) and Cause.FLAPPING not in causes:
        return "new"
    return next((word for cause, word in _CHANGES.items() if cause in causes), "")


def _said_first(transitions: Sequence[Transition]) -> tuple[str, ...]:
    """Why what is new is so, where its figures alone do not tell: the limit was lowered."""
    told = (t for t in transitions if t.why and (t.first or t.cause is Cause.EXCEPTION_ENDED))
    return tuple(f"{t.why[0].upper()}{t.why[1:]}." for t in told)


def facts(findings: Sequence[Finding], book: Book | None, currency: str) -> str:
    """88 accounts (limit 50), +3 since 15 Nov, $3.1M ARR (limit $2M), heading for 75 by 31 Mar 2027 (99% likely)"""
    headlines = {finding.rule: finding.headline for finding in findings}
    parts: list[str] = []
    if book is not None and book.kind in (BookKind.CSM, BookKind.POOL):
        parts.append(headlines.pop(_ACCOUNTS_RULE, "") or count(book.accounts, "account"))
        week = next((change for change in book.tally.changes if change.days == _WEEK), None)
        if week and week.net.accounts:
            parts[0] += f", {week.net.accounts:+d} since {week.since.day} {week.since:%b}"
        parts.append(headlines.pop(_ARR_RULE, "") or f"{money(book.arr, currency)} ARR")
    return ", ".join((*parts, *headlines.values()))


def _ended(tidings: Tidings, ended: Sequence[Transition], firing: Sequence[Alert], book: Book | None) -> Entry:
    alert = ended[0].alert
    now = f"{count(book.accounts, 'account')} now; " if book is not None else ""
    still = "".join(f"; still: {other.finding.headline}" for other in firing if other.finding)
    return Entry(
        kind=EntryKind.RESOLVED,
        change="resolved",
        who=alert.subject_name,
        facts=f"{now}{'; '.join(_end(transition, tidings.rules) for transition in ended)}{still}",
        action="",
        # No incidents: nothing more can become of what has ended.
        subject_id=alert.subject_id,
    )


def _end(transition: Transition, titles: Mapping[str, str]) -> str:
    alert = transition.alert
    days = ((alert.resolved_on or transition.on) - alert.opened_on).days
    return f"{titles.get(alert.rule, alert.rule)}: {_how(transition)} after {count(days, 'day')}"


def _how(transition: Transition) -> str:
    if transition.cause is Cause.SETTLED:
        return f"{transition.cause.value}: {transition.alert.ending}"
    return transition.why or transition.cause.value
