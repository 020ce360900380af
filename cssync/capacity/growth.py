"""Closes the book of a CSM whose customers are about to grow before it is full (seed 14).

A book of $500k that may be ten times as much in two or three years gets no further accounts if engagement would fall:
who grows takes more of a CSM than today's figures show. So it is closed at a share of its limits, and of its hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cssync.capacity.company import Company
from cssync.model.book import Book


@dataclass(frozen=True, slots=True)
class Closed:
    """*rate*: growth of its customers' ARR in a year: 0.5 is half as much again. *full*: the part of *measure* used."""

    rate: Decimal
    full: Decimal
    measure: str


def closed(company: Company, book: Book) -> Closed | None:
    """Why *book* takes no further customers although it is under its limits; None where it may."""
    settings, portfolio = company.settings.portfolio, company.portfolio
    rate = portfolio.growth(book.id).rate
    if not portfolio.known or rate < settings.growth_book_from:
        return None
    used, measure = max(fullness(company, book))
    return Closed(rate, used, measure) if used >= settings.growth_book_closed_at else None


def fullness(company: Company, book: Book) -> tuple[tuple[Decimal, str], ...]:
    """How much of its accounts, ARR and hours *book* uses: 1 is all of it; hours where they are known."""
    limits = company.limits
    used = (
        (book.accounts / limits.limit(book, "accounts").value, "accounts"),
        (book.arr / limits.limit(book, "arr").value, "ARR"),
    )
    load = company.workload.of(book)
    return used if load.utilisation is None or load.guessed else (*used, (load.utilisation, "hours"))
