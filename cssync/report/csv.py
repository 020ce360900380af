"""The books for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from cssync.model.book import Book, Books

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
)
# A cell that begins with one of these is a formula to a spreadsheet, whoever typed it into the CRM.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def books_csv(books: Books, shown: Iterable[Book] | None = None) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    for book in books.books if shown is None else shown:
        writer.writerow(
            _harmless(cell)
            for cell in (
                books.as_of, book.id, book.name, book.email, book.kind, book.active, book.team, book.manager,
                book.segment, book.accounts, f"{book.arr:f}", books.currency,
            )
        )  # fmt: skip
    return out.getvalue()


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
