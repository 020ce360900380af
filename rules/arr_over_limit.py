"""Flags a CSM who answers for more recurring revenue than one person can keep.

Seed 1: a book over $2,000,000 of ARR is the trigger to hire. Never without the mix of the book beside it
(seed 11). Critical from 1.5 times the limit on (a setting), or when the number of accounts is over its limit too.
"""

from __future__ import annotations

from collections.abc import Iterator

from cssync.model.finding import Finding, Severity, Unit
from cssync.model.wording import money
from rules.base import Context, Rule, subject_of
from rules.evidence import about, largest
from rules.proposal import hand_over


def _evaluate(context: Context) -> Iterator[Finding]:
    far_over = context.settings.rules.arr_over_limit.critical_at
    for book in context.measured():
        limit = context.limits.limit(book, "arr")
        if book.arr <= limit.value:
            continue
        both = context.share_of_limits(book)[0] > 1
        held, most = money(book.arr, context.currency), money(limit.value, context.currency)
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.CRITICAL if both or book.arr >= limit.value * far_over else Severity.WARNING,
            unit=Unit.MONEY,
            value=book.arr,
            limit=limit,
            since=context.history.over_since(book.id, Unit.MONEY, limit.value),
            headline=f"{held} ARR (limit {most})",
            reason=f"{book.name} answers for {held} of ARR; the limit is {most}.",
            action=hand_over(context, book, context.relief[book.id]),
            hire=bool(context.relief[book.id].unplaced),
            drivers=largest(context, book),
            story=about(context, book),
        )


RULE = Rule("arr_over_limit", "ARR over the limit", ("1",), _evaluate)
