"""Sentences and drivers that more than one rule puts under its finding."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cssync.books.aggregate import SINCE_LAST_NIGHT
from cssync.model.book import Book, Change
from cssync.model.finding import Driver
from cssync.model.history import reach
from cssync.model.wording import count, day, listed, money, signed_money
from rules.base import Context
from rules.relief import Relief

_DRIVERS = 5
_MOST_SHARES = 4


def largest(context: Context, book: Book) -> tuple[Driver, ...]:
    """The customers with the highest ARR."""
    rows = context.history.customers(book.id).filter(pl.col("arr").is_not_null())
    top = rows.sort(["arr", "account_id"], descending=[True, False]).head(_DRIVERS)
    return tuple(
        Driver(id_, name or id_, arr, f"{money(arr, context.currency)} of ARR")
        for id_, name, arr in top.select("account_id", "name", "arr").iter_rows()
    )


def newest(context: Context, book: Book) -> tuple[Driver, ...]:
    """The customers that came into the book last, by their date of becoming a customer."""
    since = pl.coalesce("customer_since", "created_on").alias("since")
    rows = context.history.customers(book.id).with_columns(since).filter(pl.col("since") <= context.as_of)
    top = rows.sort(["since", "account_id"], descending=[True, False]).head(_DRIVERS)
    return tuple(
        Driver(id_, name or id_, arr, f"customer since {day(since_on)}")
        for id_, name, arr, since_on in top.select("account_id", "name", "arr", "since").iter_rows()
    )


def about(context: Context, book: Book) -> tuple[str, ...]:
    """What the book consists of and how it moved: never a bare number (seed 11)."""
    return (*_moves(context, book), *_mix(context, book))


def reaches_back(context: Context) -> Iterator[str]:
    """From which day each thing is known, where that is not the same for all that a trend rests on."""
    known = context.books.known_since
    if len(set(known.values())) > 1:
        yield reach(known, context.as_of)


def _mix(context: Context, book: Book) -> Iterator[str]:
    for title, shares in (("By segment", book.tally.by_segment), ("By deal size", book.tally.by_deal_size)):
        parts = [f"{s.label} {s.accounts} ({money(s.arr, context.currency)})" for s in shares]
        yield f"{title}: {listed(parts, _MOST_SHARES)}."
    if book.tally.arr_unknown:
        yield f"The ARR of {count(book.tally.arr_unknown, 'customer')} could not be read and is not in the sum."


def _moves(context: Context, book: Book) -> Iterator[str]:
    for change in book.tally.changes:
        if change.days == SINCE_LAST_NIGHT or not (change.net.accounts or (change.net.arr and change.arr_known)):
            continue
        unknown = "" if change.arr_known else "; the ARR of that day is not known"
        net, causes = _net(change, context.currency), _causes(change, context.currency)
        yield f"Since {day(change.since)}: {net} ({causes}){unknown}."


def _net(change: Change, currency: str) -> str:
    accounts, arr = change.net.accounts, change.net.arr
    sign = "+" if accounts > 0 else ""
    parts = [f"{sign}{count(accounts, 'customer')}"] if accounts else []
    return ", ".join([*parts, f"{signed_money(arr, currency)} of ARR"] if arr and change.arr_known else parts)


def _causes(change: Change, currency: str) -> str:
    named = {
        "won": change.won,
        "lost": change.churned,
        "taken over": change.reassigned_in,
        "handed over": change.reassigned_out,
    }
    parts = [f"{abs(move.accounts)} {name}" for name, move in named.items() if move.accounts]
    if change.arr_changed.arr and change.arr_known:
        parts.append(f"ARR of existing customers {signed_money(change.arr_changed.arr, currency)}")
    return ", ".join(parts)


def hand_over(context: Context, book: Book, relief: Relief) -> str:
    """The one action for a book that is over its limits today."""
    whose = f"{count(len(relief.moves), 'customer')} ({money(relief.arr, context.currency)} of ARR)"
    where = f" in {book.segment}" if book.segment else ""
    if relief.short:
        placed = len(relief.moves) - relief.short
        room = f"room for {placed} of them" if placed else "no room"
        return f"Open a requisition now: {whose} should move, and colleagues{where} have {room}."
    to = listed([f"{number} to {colleague.name}" for colleague, number in relief.places], _MOST_SHARES)
    return f"Move {whose}: {to}."
