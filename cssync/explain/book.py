"""Explains one book: whose it is, what it holds, what it is held to, how it came to this and where it is heading."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cssync.explain.customers import customers, not_counted
from cssync.explain.evidence import Evidence
from cssync.explain.heading import heading
from cssync.explain.limits import fullness, limits
from cssync.explain.load import capacity, load
from cssync.explain.ownership import whose
from cssync.explain.past import past
from cssync.explain.portfolio import mix
from cssync.explain.trace import Explanation, Trace
from cssync.explain.warnings import alerts, problems
from cssync.model.book import Book, Tally
from cssync.model.wording import count, exact_money


def explain_book(evidence: Evidence, book: Book) -> Explanation:
    full = fullness(evidence, book)
    return Explanation(
        about="csm",
        subject=evidence.owner(book.id),
        headline=f"{book.name}: {held(book.tally, evidence.company.currency)}{f'; {full}' if full else ''}",
        basis=evidence.basis,
        traces=tuple(chapters(evidence, book)),
    )


def held(tally: Tally, currency: str) -> str:
    """88 customers with $3,120,037.00 of ARR"""
    return f"{count(tally.accounts, 'customer')} with {exact_money(tally.arr, currency)} of ARR"


def chapters(evidence: Evidence, book: Book) -> Iterator[Trace]:
    yield whose(evidence, book)
    yield limits(evidence, book)
    yield customers(evidence, book)
    yield from _if_any(not_counted(evidence, book))
    yield mix(evidence, book)
    if book.kind.is_working:
        yield load(evidence, book)
        yield capacity(evidence, book)
    yield past(evidence, book)
    yield from _if_any(heading(evidence, book))
    yield alerts(evidence, book.id)
    yield from _if_any(_problems(evidence, book))


def _problems(evidence: Evidence, book: Book) -> Trace | None:
    table = evidence.snapshot.table
    ids = table.filter(pl.col("book_id") == book.id)["account_id"]
    deals = evidence.snapshot.opportunities
    of_deals = deals.filter(pl.col("account_id").is_in(ids.implode()))["opportunity_id"]
    return problems(evidence, {"account": ids, "ownership": ids, "opportunity": of_deals, "owner": [book.id]})


def _if_any(trace: Trace | None) -> Iterator[Trace]:
    if trace is not None:
        yield trace
