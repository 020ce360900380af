"""Flags a CSM who answers for more recurring revenue than one person can keep.

Seed 1: a book over $2,000,000 of ARR is the trigger to hire. Never without the mix of the book beside it
(seed 11). Critical from 1.5 times the limit on (a setting), or when the number of accounts is over its limit too. An
alert that is open stays so, as something to watch, until the book is a little under its limit.
"""

from __future__ import annotations

from collections.abc import Iterator

from cssync.model.book import Book
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.wording import money
from rules.base import Context, Rule, subject_of
from rules.evidence import about, largest, last_night
from rules.proposal import hand_over, hold_back


def _evaluate(context: Context) -> Iterator[Finding]:
    for book in context.measured():
        limit = _limit(context, book)
        over = book.arr > limit.value
        ends_at = limit.value * context.settings.rules.arr_over_limit.clear_at
        if not over and ((RULE.id, book.id) not in context.firing or book.arr <= ends_at):
            continue
        held, most, least = (money(amount, context.currency) for amount in (book.arr, limit.value, ends_at))
        end = "" if over else f"; the alert ends at {least}"
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=_severity(context, book, limit) if over else Severity.WATCH,
            unit=Unit.MONEY,
            value=book.arr,
            limit=limit,
            since=context.history.over_since(book.id, Unit.MONEY, limit.value),
            headline=f"{held} ARR (limit {most}{end})",
            reason=f"{book.name} answers for {held} of ARR; the limit is {most}{end}.",
            action=hand_over(context, book, context.relief[book.id]) if over else hold_back(book, f"{least} or less"),
            hire=over and bool(context.relief[book.id].unplaced),
            drivers=largest(context, book),
            story=about(context, book),
            before=last_night(book, Unit.MONEY),
            lingers=not over,
        )


def _limit(context: Context, book: Book) -> Limit:
    return context.limits.limit(book, "arr")


def _severity(context: Context, book: Book, limit: Limit) -> Severity:
    far_over = limit.value * context.settings.rules.arr_over_limit.critical_at
    both = context.share_of_limits(book)[0] > 1
    return Severity.CRITICAL if both or book.arr >= far_over else Severity.WARNING


RULE = Rule("arr_over_limit", "ARR over the limit", ("1",), _evaluate, _limit, rests_on=("arr",), tuned_by="limits.arr")
