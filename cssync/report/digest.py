"""Writes the one message of a night: who, why, and the one thing to do, and nothing when nothing has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cssync.model.alert import Transition
from cssync.model.book import BookKind
from cssync.model.digest import Digest, Entry, EntryKind
from cssync.model.finding import Limit
from cssync.model.wording import count, day, money
from cssync.report.entries import entries
from cssync.report.exceptions import to_review
from cssync.report.notes import to_mend
from cssync.report.tidings import Tidings


def write(tidings: Tidings) -> Digest | None:
    """None when there is nothing that leadership has not been told already."""
    announced = [t for t in tidings.transitions if t.announce]
    if not announced and not tidings.reviews:
        return None
    order = list(EntryKind)
    news = (*entries(tidings, announced), *to_review(tidings))
    told = tuple(sorted(news, key=lambda entry: order.index(entry.kind)))
    as_of = tidings.books.as_of
    return Digest(
        title=f"CS capacity: {day(as_of)}",
        summary=f"CS capacity, {as_of.day} {as_of:%b}: {counted(told)}",
        as_of=as_of,
        data_as_of=tidings.data_as_of,
        run_id=tidings.run_id,
        context=tuple(context(tidings)),
        entries=told,
        notes=tuple(_notes(tidings)),
        footer=tuple(_footer(tidings, announced)),
    )


def _footer(tidings: Tidings, announced: Iterable[Transition]) -> Iterator[str]:
    """Yield how many alerts are open and not in the message; what is right for a recorded reason by itself (seed 7)."""
    told = {t.fingerprint for t in announced}
    silent = [alert for alert in tidings.firing if alert.fingerprint not in told]
    excepted = sum(alert.excepted for alert in silent)
    if unchanged := len(silent) - excepted:
        yield f"{count(unchanged, 'alert')} unchanged"
    if excepted:
        yield f"{count(excepted, 'exception')} in force"


def counted(told: Iterable[Entry]) -> str:
    """1 critical, 2 warnings, 1 resolved"""
    listed_ = list(told)
    nouns = {
        EntryKind.CRITICAL: ("critical", "critical"),
        EntryKind.WARNING: ("warning", "warnings"),
        EntryKind.WATCH: ("to watch", "to watch"),
        EntryKind.REVIEW: ("exception to review", "exceptions to review"),
        EntryKind.RESOLVED: ("resolved", "resolved"),
    }
    numbers = {kind: sum(entry.kind is kind for entry in listed_) for kind in nouns}
    return ", ".join(count(number, *nouns[kind]) for kind, number in numbers.items() if number)


def context(tidings: Tidings) -> Iterator[str]:
    """Yield size of the team, age of the data, and the limits with who says so (seed 10)."""
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
    who = "ClientSuccess" if limit.origin == "default" else limit.origin
    return f"{limit.value / limit.full:.0%} of {who}" if limit.full else who


def _notes(tidings: Tidings) -> Iterator[str]:
    yield from tidings.notes
    if unknown := tidings.books.totals.arr_unknown:
        yield f"The ARR of {count(unknown, 'customer')} could not be read and is in no sum."
    yield from to_mend(tidings.problems)
