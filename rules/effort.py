"""Tells what the customers of a book take of a month, what its CSM has of one, and what makes both."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest

from cssync.capacity.workload import BookLoad, Extra, SegmentLoad
from cssync.model.book import Book
from cssync.model.finding import Driver
from cssync.model.story import Named, Sentence
from cssync.model.wording import count, hours, listed
from rules.base import Context

_DRIVERS = 5
_MOST_SEGMENTS = 4


def share(load: BookLoad) -> str:
    """As in: 125% of 128 h"""
    has = load.capacity.hours
    if has is None:
        return "of hours that are not known"
    return "with nobody to work them" if load.utilisation is None else f"{load.utilisation:.0%} of {hours(has)}"


def effort(context: Context, book: Book) -> Iterator[Sentence]:
    load = context.company.workload.of(book)
    yield (f"{count(book.accounts, 'customer')}: {hours(load.hours)} a month, {share(load)}.",)
    yield (f"By segment: {listed([_segment(part) for part in load.segments], _MOST_SEGMENTS)}.",)
    if load.extras:
        yield (f"Adjustments: {listed([_extra(part) for part in load.extras], len(load.extras))}.",)
    if load.guessed:
        setting = "capacity.hours_per_account.otherwise"
        yield (f"No setting says what {count(load.guessed, 'customer')} of these segments take: see {setting}.",)
    if book.kind.is_working:
        yield (f"Capacity: {load.capacity.words}.",)
    if work := most_work(context, book):
        yield ("Most work: ", *_named(context, work), ".")


def most_work(context: Context, book: Book) -> tuple[Driver, ...]:
    """The customers that take most hours."""
    if not context.tells:
        return ()
    workload = context.company.workload
    own = workload.of_book(book.id)
    takes, ids, cases = (own[column].to_list() for column in ("hours", "account_id", "case"))
    most = nsmallest(_DRIVERS, range(own.height), key=lambda place: (-takes[place], ids[place]))
    known = {id_: (name or id_, arr) for id_, name, arr in context.history.facts(book.id, "account_id", "name", "arr")}
    extras = workload.effort.parts[1:]
    reasons = ([_words(name) for name in extras if workload.parts[cases[place]][name]] for place in most)
    return tuple(
        Driver(ids[place], *known[ids[place]], f"{hours(takes[place])} a month{': ' if why else ''}{', '.join(why)}")
        for place, why in zip(most, reasons, strict=True)
    )


def _segment(part: SegmentLoad) -> str:
    return f"{part.segment or 'no segment'} {part.accounts} ({hours(part.hours)})"


def _extra(part: Extra) -> str:
    sign = "+" if part.hours > 0 else "-"
    return f"{_words(part.name)} {part.accounts} ({sign}{hours(abs(part.hours))})"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _named(context: Context, drivers: tuple[Driver, ...]) -> Iterator[str | Named]:
    for place, driver in enumerate(drivers):
        if place:
            yield ", "
        yield context.named(driver.account_id, driver.name)
        yield f" ({driver.why})"
