"""Puts into words whom an overloaded book should hand over, and to which colleague."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from cssync.capacity.plan.words import called
from cssync.capacity.rebalance.proposal import Customer
from cssync.capacity.rebalance.words import colleagues
from cssync.model.book import Book
from cssync.model.story import Named, Sentence
from cssync.model.wording import count, day, money
from rules.base import Context
from rules.hire_by import due_soon
from rules.movers import enumerated
from rules.relief import Relief, worth


def hand_over(context: Context, rule: str, book: Book) -> tuple[str, bool]:
    """(the one action for a book that is over the limit of *rule* today, whether it is to hire)"""
    if context.excepts(rule, book):
        return f"Leave the book of {book.name} as it is: an exception holds.", False
    relief = context.relief[book.id]
    if not relief.unplaced:
        return _moves(context, book, relief), False
    return _hire(context, book, relief)


def hold_back(book: Book, end: str) -> str:
    """The one action for a book that is within its limit again, but only just."""
    return f"Give {book.name} no new customers until the book is down to {end}."


def proposal(context: Context, book: Book) -> Iterator[Sentence]:
    """Yield for each colleague who is to take whom over, by name; then who waits or stays, and what comes of it."""
    relief = context.relief.get(book.id)
    if relief is None:
        return
    for colleague, customers in relief.placed:
        if calm := _calm(context, customers):
            yield ("To ", Named(colleague.name), f", {_sum(context, calm)}: ", *_named(context, calm), ".")
    if relief.waiting:
        waiting = relief.waiting
        yield (f"Next quarter, {_sum(context, waiting)}: ", *_named(context, waiting), ".")
    who_knows = " who knows their region and language" if relief.strangers else ""
    if calm := _calm(context, relief.unplaced):
        yield (f"No colleague{who_knows} has room for {_sum(context, calm)}: ", *_named(context, calm), ".")
    for colleague, customers in relief.strangers:
        few = "looks after few in their region or language"
        yield (Named(colleague.name), f" would have room for {len(customers)} of them, but {few}.")
    yield from _renewing(context, book)


def _moves(context: Context, book: Book, relief: Relief) -> str:
    whose = _whose(context, relief)
    if not relief.moves:
        return f"Open a requisition now: none of {book.name}'s customers may change hands at present."
    if relief.waiting and not relief.placed:
        return f"Move {whose} next quarter: this one allows no further moves."
    later = f"; {len(relief.waiting)} of them next quarter" if relief.waiting else ""
    return f"Move {whose}: {colleagues(relief.placed)}{later}."


def _hire(context: Context, book: Book, relief: Relief) -> tuple[str, bool]:
    """(what to do where colleagues have too little room, whether it is to open a requisition)

    A segment's hires are told by the segment's own alert, once: a requisition asked for by every full book of a segment
    would be one too many. Where by the plan it needs none, the book is no reason for one.
    """
    why = f"{_whose(context, relief)} should move, and {_room(book, relief)}"
    of = context.plan.of(book.segment) if context.settings.rules.hire_by.enabled else None
    if of is None:
        return f"Open a requisition now: {why}.", True
    where = called(book.segment)
    if not of.hires:
        first = f"Move {colleagues(relief.placed)}, and bridge the rest" if relief.placed else "Bridge it"
        return f"{first} by a part-timer or a pool: {why}, but by the plan nobody has to be hired for {where}.", False
    by = of.hires[0].hire_by
    if due_soon(context, by):
        return f"Hire for {where}, as its own alert says: {why}.", False
    return f"Open the requisition for {where} now that is due by {day(by)}: {why}.", True


def _whose(context: Context, relief: Relief) -> str:
    return f"{count(len(relief.moves), 'customer')} ({money(relief.arr, context.currency)} of ARR)"


def _room(book: Book, relief: Relief) -> str:
    where = f" in {book.segment}" if book.segment else ""
    who = f"colleagues{where}{' who know their region and language' if relief.strangers else ''}"
    placed, waiting = sum(len(customers) for _, customers in relief.placed), len(relief.waiting)
    if not placed + waiting:
        return f"{who} have no room"
    now = f", {placed or 'none'} of these this quarter" if waiting else ""
    return f"{who} have room for {placed + waiting} of them{now}"


def _renewing(context: Context, book: Book) -> Iterator[Sentence]:
    """Whose turn it is in any case: with a CSM they stay, without one they are the first to be given one."""
    last = context.as_of + _too_near(context)
    rows = context.history.facts(book.id, "renewal_on", "account_id", "name", "arr")
    soon = [row for row in rows if row[0] is not None and context.as_of <= row[0] <= last]
    if not soon:
        return
    within = f"within {_too_near(context).days} days"
    if book.kind.is_working:
        yield (f"{count(len(soon), 'customer')} {'renews' if len(soon) == 1 else 'renew'} {within} and should stay.",)
        return
    largest = sorted(soon, key=lambda row: (row[3] is None, -(row[3] or 0), row[1]))
    named = [(context.named(id_, name or id_), arr) for _, id_, name, arr in largest]
    first = min(renews_on for renews_on, *_ in soon)
    due = f"Renewing {within}, the first on {day(first)}, so to be given a CSM at once: "
    yield (due, *enumerated(named, context.currency), ".")


def _too_near(context: Context) -> timedelta:
    return timedelta(days=context.settings.rebalance.stay_before_renewal_days)


def _calm(context: Context, customers: Iterable[Customer]) -> tuple[Customer, ...]:
    """Those whose renewal is not so near that they are told of by themselves."""
    last = context.as_of + _too_near(context)
    return tuple(one for one in customers if one.renews_on is None or not context.as_of <= one.renews_on <= last)


def _sum(context: Context, customers: tuple[Customer, ...]) -> str:
    return f"{count(len(customers), 'customer')} ({money(worth(customers), context.currency)})"


def _named(context: Context, customers: Iterable[Customer]) -> Iterator[str | Named]:
    listed_ = [(context.named(one.account_id, one.name), one.known_arr) for one in customers]
    return enumerated(listed_, context.currency)
