"""Puts into words whom an overloaded book should hand over, and to which colleague."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cssync.model.book import Book
from cssync.model.story import Named, Sentence
from cssync.model.wording import count, day, listed, money
from rules.base import Context
from rules.movers import enumerated
from rules.relief import RENEWAL_SOON, Customer, Relief, everyone, worth

_MOST_COLLEAGUES = 4


def hand_over(context: Context, book: Book, relief: Relief) -> str:
    """The one action for a book that is over its limits today."""
    whose = f"{count(len(relief.moves), 'customer')} ({money(relief.arr, context.currency)} of ARR)"
    where = f" in {book.segment}" if book.segment else ""
    if relief.unplaced:
        placed = len(relief.moves) - len(relief.unplaced)
        room = f"room for {placed} of them" if placed else "no room"
        return f"Open a requisition now: {whose} should move, and colleagues{where} have {room}."
    to = listed([f"{len(customers)} to {colleague.name}" for colleague, customers in relief.placed], _MOST_COLLEAGUES)
    return f"Move {whose}: {to}."


def hold_back(book: Book, end: str) -> str:
    """The one action for a book that is within its limit again, but only just."""
    return f"Give {book.name} no new customers until the book is down to {end}."


def proposal(context: Context, book: Book) -> Iterator[Sentence]:
    """Yield for each colleague who is to take whom over, by name; never a customer that renews within 60 days."""
    relief = context.relief.get(book.id)
    if relief is None:
        return
    for colleague, customers in relief.placed:
        if calm := _calm(context, customers):
            yield ("To ", Named(colleague.name), f", {_sum(context, calm)}: ", *_named(context, calm), ".")
    if calm := _calm(context, relief.unplaced):
        yield (f"No colleague has room for {_sum(context, calm)}: ", *_named(context, calm), ".")
    yield from _renewing(context, book)


def _renewing(context: Context, book: Book) -> Iterator[Sentence]:
    """Whose turn it is in any case: with a CSM they stay, without one they are the first to be given one."""
    soon = [one for one in everyone(context.history.customers(book.id)) if one.renews_soon(context.as_of)]
    if not soon:
        return
    within = f"within {RENEWAL_SOON.days} days"
    if book.kind.is_working:
        yield (f"{count(len(soon), 'customer')} {'renews' if len(soon) == 1 else 'renew'} {within} and should stay.",)
        return
    first = day(min(one.renews_on for one in soon if one.renews_on))
    yield (f"Renewing {within}, the first on {first}, so to be given a CSM at once: ", *_named(context, soon), ".")


def _calm(context: Context, customers: Iterable[Customer]) -> tuple[Customer, ...]:
    return tuple(customer for customer in customers if not customer.renews_soon(context.as_of))


def _sum(context: Context, customers: tuple[Customer, ...]) -> str:
    return f"{count(len(customers), 'customer')} ({money(worth(customers), context.currency)})"


def _named(context: Context, customers: Iterable[Customer]) -> Iterator[str | Named]:
    listed_ = [(context.named(one.account_id, one.name), one.known_arr) for one in customers]
    return enumerated(listed_, context.currency)
