"""Whom an alert may be about beside a book: a segment, or the whole company."""

from __future__ import annotations

from collections.abc import Iterator

from cssync.model.book import UNASSIGNED_BOOK_ID, Book
from cssync.model.finding import COMPANY_ID, SEGMENT_IDS, Subject
from rules.base import Context

COMPANY = Subject(COMPANY_ID, "The company")


def segment_subject(segment: str | None) -> Subject:
    """None: all that have none."""
    if segment is None:
        return Subject(SEGMENT_IDS, "Customers without a segment")
    return Subject(f"{SEGMENT_IDS}{segment.casefold()}", segment, segment=segment)


def no_book(_context: Context) -> Iterator[Book]:
    """For rules that are about segments or the company."""
    return iter(())


def subject_ids(context: Context) -> frozenset[str]:
    """Ids of all that there is tonight for an alert to be about: one about anything else is about what has gone."""
    owners = (owner.id for owner in context.history.snapshot.owners)
    books = (book.id for book in context.books.books)
    # The customers of a segment may all sit in books of another.
    segments = {group.label for group in context.books.segments} | {book.segment for book in context.books.books}
    named = (segment_subject(segment).id for segment in segments)
    return frozenset((*owners, *books, *named, UNASSIGNED_BOOK_ID, COMPANY.id))
