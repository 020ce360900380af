"""The books for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from decimal import Decimal

from cssync.capacity.company import Company
from cssync.model.book import Book
from cssync.model.text import line

_HEADER = (
    "as_of",
    "id",
    "name",
    "email",
    "kind",
    "active",
    "team",
    "manager",
    "segment",
    "accounts",
    "arr",
    "currency",
    "hours",
    "capacity_hours",
    "utilisation",
)
# What makes a formula of a cell, at its beginning and behind a semicolon, by which spreadsheets of half of Europe part
# cells. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"(^|;\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def books_csv(company: Company, shown: Iterable[Book] | None = None) -> str:
    """One line a book. Texts of the CRM are one line each, with an apostrophe before what would be a formula."""
    books, out = company.books, io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    for book in books.books if shown is None else shown:
        load = company.workload.of(book)
        writer.writerow(
            (
                books.as_of, cell(book.id), cell(book.name), cell(book.email), book.kind, book.active,
                cell(book.team), cell(book.manager), cell(book.segment), book.accounts, f"{book.arr:f}",
                cell(books.currency), f"{load.hours:f}", _figure(load.capacity.hours), _figure(load.utilisation),
            )
        )  # fmt: skip
    return out.getvalue()


def _figure(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def cell(foreign: str | None) -> str:
    """A text of the CRM as one line, with an apostrophe before what would be a formula."""
    return _FORMULA.sub(r"\1'", line(foreign or ""))
