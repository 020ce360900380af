"""Flags customers for whom two fields of the CRM name two CSMs.

Seed 36: one owner an account, or the customer does not know whom to turn to. A bulk reassignment that changes the
owner and misses the field beside it leaves just that behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

import polars as pl

from cssync.books.owners import UNKNOWN_OWNER_PREFIX, with_book
from cssync.model.book import Book
from cssync.model.finding import Driver, Finding, Limit, Severity, Unit
from cssync.model.story import Chapter, Sentence
from cssync.model.wording import count, listed
from rules.base import Context, Rule, subject_of
from rules.movers import enumerated

_MOST_NAMED = 10
NONE_ALLOWED = Limit(Decimal(0), "rules.dual_ownership", "default", "seed 36", "every customer has one owner")


def _evaluate(context: Context) -> Iterator[Finding]:
    disputed = _disputed(context)
    for book in _worked(context):
        drivers = disputed.get(book.id)
        if not drivers:
            continue
        others = Counter(driver.why.removeprefix("also ") for driver in drivers)
        named = [f"{other} ({number})" for other, number in sorted(others.items(), key=lambda one: (-one[1], one[0]))]
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.WATCH,
            unit=Unit.ACCOUNTS,
            value=Decimal(len(drivers)),
            limit=NONE_ALLOWED,
            since=None,
            headline=f"{count(len(drivers), 'customer')} with a second owner",
            reason=f"For {count(len(drivers), 'customer')} of {book.name} another field names {listed(named)}.",
            action=f"Name one owner in the CRM for {listed([driver.name for driver in drivers])}.",
            drivers=drivers,
            story=(Chapter("Two owners", tuple(_named(context, drivers))),),
        )


def _disputed(context: Context) -> Mapping[str, tuple[Driver, ...]]:
    """By book: its customers whose second field names somebody else, the largest first."""
    rows = context.books.customers.filter(pl.col("second_csm_ref").is_not_null())
    keyed = rows.select("account_id", "name", "arr", held_by="book_id", csm_ref="second_csm_ref")
    others = with_book(keyed, context.history.snapshot.owners).filter(pl.col("book_id") != pl.col("held_by"))
    found: dict[str, list[Driver]] = {}
    for row in others.sort(["arr", "account_id"], descending=[True, False], nulls_last=True).iter_rows(named=True):
        name = row["name"] or row["account_id"]
        other = context.owners.get(row["book_id"], row["book_id"].removeprefix(UNKNOWN_OWNER_PREFIX))
        found.setdefault(row["held_by"], []).append(Driver(row["account_id"], name, row["arr"], f"also {other}"))
    return {book: tuple(drivers) for book, drivers in found.items()}


def _named(context: Context, drivers: tuple[Driver, ...]) -> Iterator[Sentence]:
    by_other: dict[str, list[Driver]] = {}
    for driver in drivers:
        by_other.setdefault(driver.why, []).append(driver)
    for other, of in by_other.items():
        named = [(context.named(driver.account_id, driver.name), driver.arr) for driver in of]
        yield (f"{other[0].upper()}{other[1:]}: ", *enumerated(named, context.currency, _MOST_NAMED), ".")


def _worked(context: Context) -> Iterator[Book]:
    """Who has no working CSM at all is told by another rule."""
    return (book for book in context.books.books if book.kind.is_working)


def _limit(_context: Context, _book: Book) -> Limit:
    return NONE_ALLOWED


RULE = Rule(
    "dual_ownership", "Customers with two owners", ("36",), _evaluate, _limit, _worked, rests_on=("second_csm_ref",)
)
