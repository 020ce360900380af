"""Flags customers that nobody works: no owner, a deactivated one, an unknown one, or a queue.

Seed 31: customers expect support from day one. A CRM does not reassign anything when an owner leaves, so a dead
owner keeps accounts for months, and averages per CSM never show them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cssync.capacity.rebalance.words import colleagues
from cssync.model.book import Book, BookKind
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.wording import count, listed, money
from rules.base import Context, Rule, subject_of
from rules.evidence import about, largest

_STATE = {
    BookKind.UNASSIGNED: "no CSM is named",
    BookKind.INACTIVE: "their owner {name} is no longer active in the CRM",
    BookKind.QUEUE: "they wait in the queue {name}",
    BookKind.UNKNOWN_OWNER: "the CRM does not list their owner",
}
_BRIEFLY = {
    BookKind.UNASSIGNED: "without a CSM",
    BookKind.INACTIVE: "whose owner is no longer active",
    BookKind.QUEUE: "waiting in a queue",
    BookKind.UNKNOWN_OWNER: "of an owner whom the CRM does not list",
}
NONE_ALLOWED = Limit(Decimal(0), "rules.without_working_csm", "default", "seed 31", "every customer has a CSM")


def _evaluate(context: Context) -> Iterator[Finding]:
    critical_at = context.settings.rules.without_working_csm.critical_at_arr
    for book in context.unworked():
        worth = money(book.arr, context.currency)
        state = _STATE[book.kind].format(name=book.name)
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.CRITICAL if book.arr >= critical_at else Severity.WARNING,
            unit=Unit.ACCOUNTS,
            value=Decimal(book.accounts),
            limit=NONE_ALLOWED,
            since=context.history.over_since(book.id, Unit.ACCOUNTS, NONE_ALLOWED.value),
            headline=f"{count(book.accounts, 'customer')}, {worth} ARR, {_BRIEFLY[book.kind]}",
            reason=f"{count(book.accounts, 'customer')} with {worth} of ARR: {state}.",
            action=_action(context, book),
            drivers=largest(context, book),
            story=about(context, book),
        )


def _action(context: Context, book: Book) -> str:
    if context.excepts(RULE.id, book):
        return f"Leave them with {book.name}: an exception holds."
    relief = context.relief[book.id]
    what = f"Reassign {count(book.accounts, 'customer')} in the CRM"
    left = len(relief.unplaced) - sum(len(customers) for _, customers in relief.strangers)
    parts = [colleagues(relief.placed)] if relief.placed else []
    if relief.strangers:
        parts.append(f"{colleagues(relief.strangers)}, where few share their region or language, or hire")
    if not parts:
        first = listed([customer.name for customer in relief.moves], 2)
        return f"{what}, beginning with {first}; colleagues have no room, so hire."
    if left:
        parts.append(f"{left} more find no room")
    return f"{what}: {'; '.join(parts)}."


def _limit(_context: Context, _book: Book) -> Limit:
    return NONE_ALLOWED


RULE = Rule("without_working_csm", "Customers without a working CSM", ("31",), _evaluate, _limit, Context.unworked)
