"""Segments by their names: a CRM and the settings may spell one in several ways, and it is still one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import polars as pl

from cssync.model.book import Book


# Thousands of books are of a few segments.
@lru_cache(maxsize=1_000)
def same(one: str | None, other: str | None) -> bool:
    return (one or "").casefold() == (other or "").casefold()


def spelled(segment: str | None, known: Iterable[str | None]) -> str | None:
    """*segment* in the letters that it has among *known*; as it is where it is not among them."""
    return next((name for name in known if same(name, segment)), segment)


def labelled_as(segment: str | None) -> pl.Expr:
    """Whether ``segment`` of a row is this one."""
    return pl.col("segment").fill_null("").str.to_lowercase() == (segment or "").lower()


def of_segment(books: Iterable[Book], segment: str | None) -> Iterator[Book]:
    return (book for book in books if same(book.segment, segment))
