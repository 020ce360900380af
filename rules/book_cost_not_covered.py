"""Flags a book that brings in no more than it costs to look after it.

Seed 12: what success costs must stay below the recurring revenue assigned to it. The cost is that of the CSM, or of the
people behind a pool: all of it once they are ramped, as much as they can give until then. Books with customers whose
ARR is not known are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cssync.capacity.cost import BookCost, cost_of
from cssync.model.book import Book, BookKind
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.story import Chapter, Sentence
from cssync.model.wording import listed, money
from rules.base import Context, Rule, subject_of
from rules.evidence import about, largest


def _evaluate(context: Context) -> Iterator[Finding]:
    for book in _judged(context):
        cost = cost_of(context.company.staff, book.id, context.as_of)
        if cost is None or book.tally.arr_unknown or book.arr > cost.a_year or not cost.a_year:
            continue
        lacks, held, costs = (
            money(amount, context.currency) for amount in (cost.a_year - book.arr, book.arr, cost.a_year)
        )
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.WARNING,
            unit=Unit.MONEY,
            value=cost.a_year - book.arr,
            limit=_limit(context, book),
            since=None,
            headline=f"costs {costs} a year",
            reason=f"{book.name} answers for {held} of ARR and costs {costs} a year.",
            action=f"Add customers worth {lacks} of ARR to the book of {book.name}.",
            drivers=largest(context, book),
            story=(Chapter("What it costs", _costs(context, cost)), *about(context, book)),
        )


def _judged(context: Context) -> Iterator[Book]:
    yield from context.measured()
    yield from (book for book in context.books.books if book.kind is BookKind.POOL)


def _costs(context: Context, cost: BookCost) -> tuple[Sentence, ...]:
    setting = "capacity.cost_per_year"
    said = f"{setting} ({context.company.origin(setting)}, seed 23)"
    whole, now = (money(amount, context.currency) for amount in (cost.whole, cost.a_year))
    if not cost.passing:
        return ((f"{whole} a year by {said}: the cost must stay below the revenue that it looks after (seed 12).",),)
    why = listed([part.words for part in cost.passing], len(cost.passing))
    return ((f"{whole} a year by {said}, of which {now} count now: {why}.",),)


def _limit(context: Context, _book: Book) -> Limit:
    setting = "capacity.cost_per_year"
    return Limit(Decimal(0), setting, context.company.origin(setting), "seed 12", "a book covers what it costs")


RULE = Rule(
    "book_cost_not_covered", "Cost of the book not covered", ("12", "23"), _evaluate, _limit, _judged, rests_on=("arr",)
)
