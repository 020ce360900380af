"""The books of a night as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rich.table import Table

from cssync.alerts.known import Known, Told
from cssync.capacity.company import Company
from cssync.capacity.workload import BookLoad
from cssync.model.alert import AlertState
from cssync.model.book import Book, BookKind, Books, Change
from cssync.model.finding import Finding
from cssync.model.history import PIPELINE, reach
from cssync.model.story import plain
from cssync.model.text import isolated, line, name
from cssync.model.wording import count, hours, money, signed_money

_WINDOW_DAYS = 30
_KINDS = {
    BookKind.CSM: "",
    BookKind.POOL: "pool",
    BookKind.QUEUE: "queue",
    BookKind.INACTIVE: "inactive",
    BookKind.UNKNOWN_OWNER: "not in the CRM",
    BookKind.UNASSIGNED: "unassigned",
}


def books_table(company: Company, shown: Sequence[Book] | None = None, most: int = 40) -> Table:
    """*shown* of all books, the largest *most* of them; the last line is always the whole company."""
    books = company.books
    listed = books.books if shown is None else shown
    table = Table(title=f"Books of {books.as_of} in {books.currency}", title_justify="left", box=None, pad_edge=False)
    for column in ("Book", "Team", "Segment"):
        table.add_column(column, overflow="fold")
    for column in ("Customers", "ARR", "Load"):
        table.add_column(column, justify="right")
    since = _since(books)
    table.add_column(f"Since {since}" if since else "Change", overflow="fold")
    for book in listed[:most]:
        load = company.workload.of(book)
        mark = f" ({state})" if (state := _KINDS[book.kind] or _passing(load)) else ""
        table.add_row(
            f"{isolated(name(book.name))}{mark}",
            line(book.team or ""),
            line(book.segment or ""),
            f"{book.accounts:,}",
            money(book.arr, books.currency),
            _utilisation(load),
            moves(_window(book.tally.changes), books.currency),
        )
    if len(listed) > most:
        table.add_row(f"and {count(len(listed) - most, 'more book')}: cssync books --json")
    table.caption, table.caption_justify = _uneven(books) or None, "left"
    totals = books.totals
    table.add_section()
    table.add_row(
        "All books", "", "", f"{totals.accounts:,}", money(totals.arr, books.currency), "",
        moves(_window(totals.changes), books.currency), style="bold",
    )  # fmt: skip
    return table


def alerts_table(alerts: Sequence[Known], *, evidence: bool) -> Table:
    """*alerts* in the order given, those of one book together: the first one's action is the book's."""
    table = Table(box=None, pad_edge=False)
    for column in ("Id", "Severity", "Who", "What", "Do", "Since"):
        table.add_column(column, overflow="fold")
    before = ""
    for known in alerts:
        alert = known.alert
        over = alert.state is AlertState.RESOLVED
        finding = alert.finding
        first = alert.subject_id != before
        before = alert.subject_id
        table.add_row(
            alert.key.short,
            str(alert.severity if alert.state is AlertState.FIRING else alert.state),
            isolated(name(alert.subject_name)) if first else "",
            line(finding.headline) if finding else alert.rule,
            line(finding.action) if finding and first and not over else "",
            str(alert.resolved_on if over else alert.opened_on),
        )
        if known.remark:
            table.add_row("", "", "", f"\u2192 {line(known.remark)}", "", "")
        if evidence and finding:
            for said in _evidence(finding):
                table.add_row("", "", "", said, "", "")
    return table


def exceptions_table(known: Sequence[Known], today: date) -> Table:
    """The exceptions in force, the one that ends first before others; also those with nothing to except tonight."""
    table = Table(box=None, pad_edge=False, title="Exceptions in force", title_justify="left")
    for column in ("Id", "Who", "Rule", "Until", "Left", "Owner", "Why", "Now"):
        table.add_column(column, overflow="fold")
    for one in known:
        alert, exception = one.alert, one.standing.exception
        if exception is None or exception.until is None:
            continue
        now = alert.finding.headline if alert.state.is_open and alert.finding else "nothing to except"
        table.add_row(
            alert.key.short,
            isolated(name(alert.subject_name)),
            alert.rule,
            str(exception.until),
            count((exception.until - today).days, "day"),
            line(exception.owner),
            line(exception.reason),
            line(now),
        )
    return table


def story_table(told: Told) -> Table:
    """The life of one alert, a line for each thing that happened or was decided."""
    alert = told.alert
    title = f"{isolated(name(alert.subject_name))}: {alert.rule}, {alert.fingerprint}, {alert.state}"
    table = Table(box=None, pad_edge=False, title=title, title_justify="left")
    for column in ("Day", "No.", "What", "Why", "Who", "Told"):
        table.add_column(column, overflow="fold")
    for each in told.lines:
        table.add_row(
            str(each.on),
            str(each.incident),
            line(each.what),
            line(each.why),
            line(each.who) or "the night",
            "told" if each.told else "",
        )
    return table


def _evidence(finding: Finding) -> Iterator[str]:
    yield from (f"- {line(f'{driver.name}: {driver.why}')}" for driver in finding.drivers)
    for chapter in finding.story:
        yield chapter.title
        yield from (f"- {line(plain(sentence))}" for sentence in chapter.sentences)


def _uneven(books: Books) -> str:
    """Since when what is known, where not everything is known equally long."""
    shown = {fact: first for fact, first in books.known_since.items() if fact != PIPELINE}
    return reach(shown, books.as_of) if len({*shown.values()}) > 1 else ""


def _utilisation(load: BookLoad) -> str:
    """Of the hours that there are; the hours themselves where there are none, or nobody knows how many."""
    known = load.utilisation is not None and not load.guessed
    return f"{load.utilisation:.0%}" if known else hours(load.hours)


def _passing(load: BookLoad) -> str:
    passing = {part.passes for part in load.capacity.passing}
    return "away" if "absence" in passing else "ramping" if passing else ""


def moves(change: Change | None, currency: str) -> str:
    """+3 won, -1 lost, +2 in, -4 out, +$120k"""
    if change is None:
        return ""
    named = {
        "won": change.won,
        "lost": change.churned,
        "in": change.reassigned_in,
        "out": change.reassigned_out,
    }
    parts = [f"{move.accounts:+d} {word}" for word, move in named.items() if move.accounts]
    if change.net.arr and change.arr_known:
        parts.append(signed_money(change.net.arr, currency))
    return ", ".join(parts)


def _window(changes: Sequence[Change]) -> Change | None:
    return next((change for change in changes if change.days == _WINDOW_DAYS), None)


def _since(books: Books) -> str:
    change = _window(books.totals.changes)
    return str(change.since) if change else ""
