"""Flags a CSM who answers for more recurring revenue than one person can keep.

Seed 1: a book over $2,000,000 of ARR is the trigger to hire. Never without the mix of the book beside it
(seed 11). Critical from 1.5 times the limit on (a setting), or when the number of accounts is over its limit too. A
mature book of low maintenance may far exceed the limit (seed 13): where its hours are known to be there, and its
accounts are within their limit, it is one step less severe. An alert that is open stays so, as something to watch,
until the book is a little under its limit.
"""

from __future__ import annotations

from collections.abc import Iterator

from cssync.model.book import Book
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.wording import hours, money
from rules.base import Context, Rule, subject_of
from rules.effort import share
from rules.evidence import about, largest, last_night
from rules.proposal import hand_over, hold_back

_ONE_LESS = {
    Severity.CRITICAL: Severity.WARNING,
    Severity.WARNING: Severity.WATCH,
    Severity.WATCH: Severity.WATCH,
}


def _evaluate(context: Context) -> Iterator[Finding]:
    for book in context.measured():
        limit = _limit(context, book)
        over = book.arr > limit.value
        ends_at = limit.value * context.settings.rules.arr_over_limit.clear_at
        if not over and ((RULE.id, book.id) not in context.firing or book.arr <= ends_at):
            continue
        held, most, least = (money(amount, context.currency) for amount in (book.arr, limit.value, ends_at))
        end = "" if over else f"; the alert ends at {least}"
        severity = _severity(context, book, limit) if over else Severity.WATCH
        less = ""
        if over and _fits(context, book):
            severity, less = _ONE_LESS[severity], _why_less(context, book)
        acts = over and severity is not Severity.WATCH
        action, hire = hand_over(context, RULE.id, book) if acts else (hold_back(book, f"{least} or less"), False)
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=severity,
            unit=Unit.MONEY,
            value=book.arr,
            limit=limit,
            since=context.history.over_since(book.id, Unit.MONEY, limit.value),
            headline=f"{held} ARR (limit {most}{end})",
            reason=f"{book.name} answers for {held} of ARR; the limit is {most}{end}.{less}",
            action=action,
            hire=hire,
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


def _fits(context: Context, book: Book) -> bool:
    """Whether the ARR is the only thing that is too much, as far as is known."""
    within = context.share_of_limits(book)[0] <= 1
    return context.settings.rules.arr_over_limit.soften and within and context.company.workload.of(book).fits


def _why_less(context: Context, book: Book) -> str:
    load = context.company.workload.of(book)
    return f" The effort fits, {hours(load.hours)} a month, {share(load)}, so it is one step less severe (seed 13)."


RULE = Rule(
    "arr_over_limit", "ARR over the limit", ("1", "13"), _evaluate, _limit, rests_on=("arr",), tuned_by="limits.arr"
)
