"""Traces where a book is heading to what the forecast is made of."""

from __future__ import annotations

from cssync.explain.evidence import Evidence
from cssync.explain.trace import Trace
from cssync.model.book import Book, BookKind


def heading(evidence: Evidence, book: Book) -> Trace | None:
    """The forecast of *book* for the end of next quarter; None where nobody works it."""
    company = evidence.company
    if book.kind is not BookKind.CSM:
        return None
    horizon = company.calendar.next_quarter_end(company.as_of)
    limit = int(company.limits.limit(book, "trend_accounts").value)
    forecast = company.forecaster.forecast(book, horizon, limit)
    return Trace("forecast", "Where it is heading", says=(f"{forecast.words}.", f"It rests on {forecast.basis}."))
