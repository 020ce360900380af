"""Flags a CSM who looks after more customers than one person can know.

Seed 2: more than 50 accounts a CSM; seed 3: from about 50 on, proactive work degrades severely. Complex products
lower the limit (seed 5). Critical from the ceiling of seed 4 on, or when the ARR is over its limit too.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cssync.model.finding import Finding, Severity, Unit
from cssync.model.wording import count
from rules.base import Context, Rule, subject_of
from rules.evidence import about, newest
from rules.proposal import hand_over


def _evaluate(context: Context) -> Iterator[Finding]:
    for book in context.measured():
        limit = context.limits.limit(book, "accounts")
        if book.accounts <= limit.value:
            continue
        ceiling = context.limits.limit(book, "trend_accounts").value
        both = context.share_of_limits(book)[1] > 1
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.CRITICAL if book.accounts >= ceiling or both else Severity.WARNING,
            unit=Unit.ACCOUNTS,
            value=Decimal(book.accounts),
            limit=limit,
            since=context.history.over_since(book.id, Unit.ACCOUNTS, limit.value),
            headline=f"{count(book.accounts, 'account')} (limit {limit.value:f})",
            reason=f"{book.name} looks after {count(book.accounts, 'customer')}; the limit is {limit.value:f}.",
            action=hand_over(context, book, context.relief[book.id]),
            hire=bool(context.relief[book.id].unplaced),
            drivers=newest(context, book),
            story=about(context, book),
        )


RULE = Rule("accounts_over_limit", "Accounts over the limit", ("2", "3"), _evaluate)
