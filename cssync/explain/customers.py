"""Traces what a book holds to its customers: which accounts count, why, as how many, and with what ARR."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

import polars as pl

from cssync.explain.evidence import Evidence, Row
from cssync.explain.revenue import arr, read_from
from cssync.explain.trace import Measure, Trace
from cssync.model.book import Book
from cssync.model.wording import count, day, listed

_NOTHING = Decimal(0)
_MOST_BOOKS = 3


def customers(evidence: Evidence, book: Book) -> Trace:
    """The customers of *book*, the largest ARR first: they add up to its accounts and its ARR."""
    rows = evidence.company.history.customers(book.id)
    units: dict[str, list[Row]] = {}
    for row in rows.sort(["arr", "account_id"], descending=[True, False], nulls_last=True).iter_rows(named=True):
        units.setdefault(row["unit_id"], []).append(row)
    parts = [_unit(evidence, book, unit, members) for unit, members in units.items()]
    parts.sort(key=lambda part: (part.value is None, -(part.value or _NOTHING)))
    unknown = book.tally.arr_unknown
    says = [f"An account counts as a customer where {condition(evidence)}."]
    if evidence.company.settings.customers.count_by == "ultimate_parent":
        says.append("All accounts of one group in one book count as one customer (customers.count_by).")
    if unknown:
        says.append(f"The ARR of {count(unknown, 'customer')} is not known and is in no sum.")
    return Trace(
        "customers",
        "Customers",
        value=book.arr,
        measure=Measure.MONEY,
        count=book.accounts,
        says=tuple(says),
        sources=(*read_from(evidence), evidence.setting("customers.where"), evidence.setting("customers.count_by")),
        parts=tuple(parts),
        adds_up=True,
    )


def not_counted(evidence: Evidence, book: Book) -> Trace | None:
    """The accounts of the same owner that are no customers, and what it was that they failed; None without any."""
    table = evidence.snapshot.table
    others = table.filter(~pl.col("is_customer") & (pl.col("book_id") == book.id)).sort("account_id")
    if others.is_empty():
        return None
    parts = tuple(
        Trace("account", record.name, says=(seen(evidence, row),), record=record)
        for row in others.iter_rows(named=True)
        for record in [evidence.account(row)]
    )
    says = f"{count(len(parts), 'account')} of the same owner {'is' if len(parts) == 1 else 'are'} in no sum."
    return Trace("not_counted", "Accounts that are no customers", says=(says,), parts=parts)


def condition(evidence: Evidence) -> str:
    """Which accounts are customers: the condition, and who says so."""
    origin = evidence.company.origin("customers.where")
    return f"{evidence.company.settings.customers.where} (customers.where, {origin})"


def asked(evidence: Evidence) -> tuple[str, ...]:
    """The columns that decide who is a customer, in the order in which they are asked for."""
    return _roots(evidence.company.settings.customers.where)


def seen(evidence: Evidence, row: Row) -> str:
    """What an account held of that which decides: churned_on 31 Jan 2026, arr 0.00"""
    return ", ".join(f"{name} {shown(row[name])}" for name in asked(evidence))


def shown(value: object) -> str:
    match value:
        case None:
            return "empty"
        case Decimal():
            return f"{value:,.2f}"
        case date():
            return day(value)
        case _:
            return str(value)


def _unit(evidence: Evidence, book: Book, unit: str, members: Sequence[Row]) -> Trace:
    first = _account(evidence, members[0])
    says = (*first.says, *_elsewhere(evidence, book, unit))
    if len(members) == 1:
        return Trace(
            "customer", first.title, first.value, Measure.MONEY, 1, says, first.record, first.conversion,
            parts=first.parts, adds_up=first.adds_up,
        )  # fmt: skip
    others = tuple(_account(evidence, row) for row in members[1:])
    known = [part.value for part in (first, *others) if part.value is not None]
    together = f"{count(len(members), 'account')} of the group {unit} count as one"
    return Trace(
        "customer",
        first.title,
        value=sum(known, _NOTHING) if known else None,
        measure=Measure.MONEY,
        count=1,
        says=(together, *_elsewhere(evidence, book, unit)),
        record=first.record,
        parts=(first, *others),
        adds_up=True,
    )


def _account(evidence: Evidence, row: Row) -> Trace:
    found, record = arr(evidence, row), evidence.account(row)
    return Trace(
        "account", record.name, found.value, Measure.MONEY, None, found.says, record, found.conversion,
        parts=found.parts, adds_up=found.adds_up,
    )  # fmt: skip


def _elsewhere(evidence: Evidence, book: Book, unit: str) -> Iterator[str]:
    """Yield who else looks after accounts of the same group, where it counts too."""
    names = [evidence.called(other) for other in evidence.shared.get(unit, ()) if other != book.id]
    if names:
        yield f"counts in the books of {listed(names, _MOST_BOOKS)} too, with what they look after of it"


@cache
def _roots(where: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pl.sql_expr(where).meta.root_names()))
