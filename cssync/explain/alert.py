"""Explains one alert: why it fired, what it is held to and who says so, what became of it, and the book behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from cssync.alerts.known import Told
from cssync.alerts.story import Line
from cssync.explain.book import chapters, held
from cssync.explain.evidence import Evidence
from cssync.explain.limits import threshold
from cssync.explain.trace import Explanation, Measure, Record, Trace
from cssync.explain.warnings import opened
from cssync.model.alert import Alert
from cssync.model.book import Book, Tally
from cssync.model.finding import COMPANY_ID, Driver, Finding
from cssync.model.wording import day


def explain_alert(evidence: Evidence, told: Told) -> Explanation:
    alert = told.alert
    title = evidence.title(alert.rule)
    book = evidence.books.get(alert.subject_id)
    headline = f"{alert.key.short} {title}: {alert.subject_name}"
    return Explanation(
        about="alert",
        subject=Record("alert", alert.fingerprint, alert.subject_name),
        headline=f"{headline}, {held(_tally(_held(evidence, alert)), evidence.company.currency)}",
        basis=evidence.basis,
        traces=(*_of_alert(evidence, told), *(chapters(evidence, book) if book else _books(evidence, alert))),
    )


def _of_alert(evidence: Evidence, told: Told) -> Iterator[Trace]:
    alert = told.alert
    yield _why(evidence, alert)
    if alert.finding is not None:
        yield _limit(evidence, alert.finding)
        if alert.finding.drivers:
            yield _drivers(evidence, alert.finding)
    yield Trace("story", "What became of it", parts=tuple(_line(line) for line in told.lines))


def _held(evidence: Evidence, alert: Alert) -> tuple[Book, ...]:
    """The books that an alert is about: one, those of a segment, or all; none where it is gone."""
    books, segment = evidence.company.books.books, alert.finding.subject.segment if alert.finding else None
    if alert.subject_id == COMPANY_ID:
        return books
    if alert.subject_id in evidence.books:
        return (evidence.books[alert.subject_id],)
    of_segment = segment is not None and alert.subject_id not in evidence.owners
    return tuple(book for book in books if of_segment and book.segment == segment)


def _books(evidence: Evidence, alert: Alert) -> Iterator[Trace]:
    """Yield the books behind an alert about several; nothing where it is about none any more."""
    books = sorted(_held(evidence, alert), key=lambda book: (-book.arr, book.id))
    if books:
        whole = _tally(books)
        parts = tuple(_book(evidence, book) for book in books)
        yield Trace("books", "Whose books", whole.arr, Measure.MONEY, whole.accounts, parts=parts, adds_up=True)


def _book(evidence: Evidence, book: Book) -> Trace:
    record = evidence.owner(book.id)
    return Trace("book", record.name, book.arr, Measure.MONEY, book.accounts, record=record)


def _tally(books: Iterable[Book]) -> Tally:
    listed = tuple(books)
    return Tally(sum(book.accounts for book in listed), sum((book.arr for book in listed), Decimal(0)))


def _why(evidence: Evidence, alert: Alert) -> Trace:
    found, rule = alert.finding, evidence.rules.get(alert.rule)
    says = list(opened(alert))
    if found is not None:
        says.append(f"To do: {found.action}")
        if found.since:
            says.append(f"So since {day(found.since)}.")
    return Trace(
        "why",
        "Why it fired",
        value=alert.value,
        measure=Measure(found.unit) if found else Measure.NUMBER,
        says=tuple(says),
        sources=evidence.seeds(f"seeds {' and '.join(rule.seeds)}") if rule else (),
    )


def _limit(evidence: Evidence, finding: Finding) -> Trace:
    limit = finding.limit
    return Trace(
        "held_to",
        "What it is held to",
        value=limit.value,
        measure=Measure(finding.unit),
        says=(limit.why,),
        sources=threshold(evidence, limit),
    )


def _drivers(evidence: Evidence, finding: Finding) -> Trace:
    return Trace("drivers", "What drives it", parts=tuple(_driver(evidence, driver) for driver in finding.drivers))


def _driver(evidence: Evidence, driver: Driver) -> Trace:
    record = evidence.account({"account_id": driver.account_id, "name": driver.name})
    return Trace("account", record.name, driver.arr, Measure.MONEY, says=(driver.why,), record=record)


def _line(line: Line) -> Trace:
    who = line.who or "the night"
    says = (line.what, *filter(None, (line.why,)), f"by {who}", *(("leadership was told",) if line.told else ()))
    return Trace("happened", day(line.on), says=says)
