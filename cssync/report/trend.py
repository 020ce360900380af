"""Reads the whole team off the books of one night, so that weeks can be laid side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from cssync.model.book import BookKind
from cssync.model.wording import signed_money

_WEEK = timedelta(days=7)


class Most(NamedTuple):
    """What a CSM may hold."""

    accounts: Decimal
    arr: Decimal


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Today's limits, by book id; *general* for CSMs of the past. *excused*: ids of those held to none."""

    of: Mapping[str, Most]
    general: Most
    excused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """*unworked*: customers whom neither a CSM nor a pool looks after. *in_books*: those in the books of the *csms*.

    *over*: how many of these are over a limit.
    """

    as_of: date
    customers: int
    unworked: int
    arr: Decimal
    csms: int
    in_books: int
    over: int


def readings(nights: pl.DataFrame, as_of: date, weeks: int, ceilings: Ceilings) -> Iterator[Reading]:
    """Yield *as_of* and each week before it, newest first; of each week its last night, none where there was none.

    *nights*: ``as_of, book_id, kind, accounts, arr``, a row a book and night, *as_of* among them.
    """
    known = nights.get_column("as_of").unique().to_list()
    for ago in range(weeks + 1):
        end = as_of - ago * _WEEK
        of_week = [night for night in known if end - _WEEK < night <= end]
        if of_week:
            yield reading(nights.filter(pl.col("as_of") == max(of_week)), ceilings)


def reading(books: pl.DataFrame, ceilings: Ceilings) -> Reading:
    """*books*: of one night."""
    rows = list(books.select("book_id", "kind", "accounts", "arr").iter_rows())
    csms = [
        (book_id, accounts, arr)
        for book_id, kind, accounts, arr in rows
        if kind == BookKind.CSM and book_id not in ceilings.excused
    ]
    return Reading(
        as_of=books.item(0, "as_of"),
        customers=sum(accounts for _, _, accounts, _ in rows),
        unworked=sum(accounts for _, kind, accounts, _ in rows if not BookKind(kind).is_working),
        arr=sum((arr for *_, arr in rows), Decimal(0)),
        csms=len(csms),
        in_books=sum(accounts for _, accounts, _ in csms),
        over=sum(
            _is_over(ceilings.of.get(book_id, ceilings.general), accounts, arr) for book_id, accounts, arr in csms
        ),
    )


def moved(then: Reading, now: Reading, currency: str) -> str:
    """+23 customers, +$770k of ARR, CSMs from 8 to 9, of them over a limit from 2 to 3"""
    parts = (
        f"{now.customers - then.customers:+,} customers",
        f"{signed_money(now.arr - then.arr, currency)} of ARR",
        f"CSMs {_step(then.csms, now.csms)}",
        f"of them over a limit {_step(then.over, now.over)}",
    )
    return ", ".join(parts)


def _step(then: int, now: int) -> str:
    return f"{now:,} as before" if then == now else f"from {then:,} to {now:,}"


def _is_over(most: Most, accounts: int, arr: Decimal) -> bool:
    return accounts > most.accounts or arr > most.arr
