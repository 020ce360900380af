"""Flags a growth book that was given more customers although it is closed before it is full.

Seed 14: a book of fast-growing customers, small as it may be today, takes no further accounts if engagement with them
would fall. It is closed at a share of its limits and of its hours; what it took on since a month ago is what is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cssync.capacity.growth import Closed, closed
from cssync.model.book import Book, Change
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.story import Chapter, Sentence
from cssync.model.wording import count, day, money
from rules.base import Context, Rule, subject_of
from rules.evidence import about, newest
from rules.playbooks import outcomes_plan

_WINDOW_DAYS = 30


def _evaluate(context: Context) -> Iterator[Finding]:
    for book in context.measured():
        month = next((change for change in book.tally.changes if change.days == _WINDOW_DAYS), None)
        taken = _taken_on(month)
        if month is None or not taken or max(context.share_of_limits(book)) > 1:
            continue
        why = closed(context.company, book)
        if why is None:
            continue
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.WATCH,
            unit=Unit.ACCOUNTS,
            value=Decimal(taken),
            limit=_limit(context, book),
            since=None,
            headline=f"growth book (+{why.rate:.0%} a year), closed, yet given {count(taken, 'customer')}",
            reason=(
                f"{book.name} has taken on {count(taken, 'customer')} since {day(month.since)}, while the customers of "
                f"the book grow by {why.rate:.0%} a year."
            ),
            action=f"Give {book.name} no new customers while those of the book grow.",
            drivers=newest(context, book),
            story=(Chapter("Why it is closed", tuple(_why(context, book, why))), *about(context, book)),
        )


def _why(context: Context, book: Book, why: Closed) -> Iterator[Sentence]:
    portfolio, settings = context.company.portfolio, context.settings.portfolio
    growth = portfolio.growth(book.id)
    before, now, more = (money(amount, context.currency) for amount in (growth.before, growth.now, growth.on_offer))
    grown = (
        f"Its customers paid {before} on {day(portfolio.since)} or at first, pay {now} now, and {more} is on offer to "
        f"them: {why.rate:.0%} more, and {settings.growth_book_from:.0%} make a growth book "
        "(portfolio.growth_book_from)."
    )
    used = (
        f"It uses {why.full:.0%} of its {why.measure}, and a growth book is closed from "
        f"{settings.growth_book_closed_at:.0%} on (portfolio.growth_book_closed_at)."
    )
    yield (grown,)
    yield (used,)
    yield outcomes_plan(context.settings.playbooks)


def _taken_on(month: Change | None) -> int:
    return 0 if month is None else month.won.accounts + month.reassigned_in.accounts


def _limit(context: Context, _book: Book) -> Limit:
    setting = "portfolio.growth_book_closed_at"
    return Limit(Decimal(0), setting, context.company.origin(setting), "seed 14", "a growth book takes on nobody")


RULE = Rule("growth_book_closed", "Growth book given more customers", ("14",), _evaluate, _limit, rests_on=("arr",))
