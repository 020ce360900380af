"""Flags a CSM who looks after more customers than one person can know.

Seed 2: more than 50 accounts a CSM; seed 3: from about 50 on, proactive work degrades severely. Complex products
lower the limit (seed 5). Critical from the ceiling of seed 4 on, or when the ARR is over its limit too. An alert that
is open stays so, as something to watch, until the book is a little under its limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from cssync.model.book import Book
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.wording import count
from rules.base import Context, Rule, subject_of
from rules.evidence import about, last_night, newest
from rules.proposal import hand_over, hold_back


def _evaluate(context: Context) -> Iterator[Finding]:
    for book in context.measured():
        limit = _limit(context, book)
        over = book.accounts > limit.value
        ends_at = _ends_at(context, limit)
        if not over and ((RULE.id, book.id) not in context.firing or book.accounts <= ends_at):
            continue
        held, most = count(book.accounts, "account"), f"{limit.value:f}"
        end = "" if over else f"; the alert ends at {ends_at:f}"
        held_back = hold_back(book, f"{ends_at:f} or fewer"), False
        action, hire = hand_over(context, RULE.id, book) if over else held_back
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=_severity(context, book) if over else Severity.WATCH,
            unit=Unit.ACCOUNTS,
            value=Decimal(book.accounts),
            limit=limit,
            since=context.history.over_since(book.id, Unit.ACCOUNTS, limit.value),
            headline=f"{held} (limit {most}{end})",
            reason=f"{book.name} looks after {count(book.accounts, 'customer')}; the limit is {most}{end}.",
            action=action,
            hire=hire,
            drivers=newest(context, book),
            story=about(context, book),
            before=last_night(book, Unit.ACCOUNTS),
            lingers=not over,
        )


def _limit(context: Context, book: Book) -> Limit:
    return context.limits.limit(book, "accounts")


def _severity(context: Context, book: Book) -> Severity:
    ceiling = context.limits.limit(book, "trend_accounts").value
    both = context.share_of_limits(book)[1] > 1
    return Severity.CRITICAL if book.accounts >= ceiling or both else Severity.WARNING


def _ends_at(context: Context, limit: Limit) -> Decimal:
    """In whole accounts, so that the small limit of a strategic book is its own end: 50 -> 47, 10 -> 9, 5 -> 5."""
    margin = limit.value * (1 - context.settings.rules.accounts_over_limit.clear_at)
    return limit.value - margin.to_integral_value(ROUND_HALF_UP)


RULE = Rule("accounts_over_limit", "Accounts over the limit", ("2", "3"), _evaluate, _limit, tuned_by="limits.accounts")
