"""Flags a model that no longer tells healthy books from others: churn rises where everything is within its limits.

Seed 8: rising churn is a sign that the model needs refining. Seed 24: the direction of churn matters more than any
absolute level, so the last quarter is held against the year before it. Books change by chance, and a small company
loses three customers in one quarter and none in the next: it fires only where chance alone would hardly ever do that,
and where the rise is large enough to matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cssync.books.history import QUARTER_DAYS
from cssync.capacity.chance import of_amount, of_count
from cssync.capacity.healthy_churn import Churn, churn_within_limits
from cssync.model.book import Book
from cssync.model.finding import Driver, Finding, Limit, Severity, Unit
from cssync.model.story import Chapter, Named, Sentence
from cssync.model.wording import count, day, money
from rules.base import Context, Rule
from rules.movers import enumerated
from rules.subjects import COMPANY, no_book

# Customers and ARR are two chances to be wrong.
_TESTS = 2
_DRIVERS = 5


@dataclass(frozen=True, slots=True)
class _Rise:
    """*chance*: that churn as it was before would lead to so much or more. *times*: the pace of before."""

    chance: float
    times: float


def _evaluate(context: Context) -> Iterator[Finding]:
    rule = context.settings.rules.churn_in_healthy_books
    firing = (RULE.id, COMPANY.id) in context.firing
    recent, before = churn_within_limits(context.company)
    if (before.until - before.since) < timedelta(days=QUARTER_DAYS) or recent.customers < rule.at_least:
        return
    likely = float(rule.clear_over if firing else rule.chance)
    rises = [rise for rise in _rises(context, recent, before) if rise.chance <= likely]
    rises = [rise for rise in rises if rise.times >= float(rule.worse_by)]
    if not rises:
        return
    rise = min(rises, key=lambda one: one.chance)
    lingers = rise.chance > float(rule.chance)
    yield Finding(
        rule=RULE.id,
        subject=COMPANY,
        severity=Severity.WATCH if lingers else Severity.WARNING,
        unit=Unit.ACCOUNTS,
        value=Decimal(recent.customers),
        limit=_expected(context, recent, before),
        since=None,
        headline=(
            f"{count(recent.customers, 'customer')} left books within their limits since {day(recent.since)}, "
            f"{recent.a_year:.0%} a year against {before.a_year:.0%} in the year before"
        ),
        reason=(
            f"Books that the model calls healthy lost {count(recent.customers, 'customer')} with "
            f"{money(recent.arr, context.currency)} of ARR since {day(recent.since)}: {recent.a_year:.0%} of customers "
            f"and {recent.arr_a_year:.0%} of ARR a year, against {before.a_year:.0%} and {before.arr_a_year:.0%} in "
            f"the time before; chance alone does that {_rarely(rise.chance)}."
        ),
        action=(
            "Refine the model: cssync backtest tells which limits would have spoken before these customers left; "
            "then ask what the books that lost them have in common."
        ),
        drivers=_drivers(context, recent),
        story=(Chapter("Who left", tuple(_who(context, recent))),),
        lingers=lingers,
    )


def _rises(context: Context, recent: Churn, before: Churn) -> Iterator[_Rise]:
    exposure = recent.customer_days + before.customer_days
    if exposure:
        chance = of_count(recent.customers, before.customers, recent.customer_days / exposure)
        yield _Rise(min(1.0, _TESTS * chance), _times(recent.a_year, before.a_year))
    worth = recent.arr_days + before.arr_days
    # What ARR was is not known of days on which it was not recorded.
    if worth and context.history.timeline.arr_since <= before.since:
        lost, lost_before = ([arr for arr in one.lost["arr"] if arr] for one in (recent, before))
        chance = of_amount(lost, lost_before, float(recent.arr_days / worth))
        yield _Rise(min(1.0, _TESTS * chance), _times(recent.arr_a_year, before.arr_a_year))


def _times(now: float, before: float) -> float:
    return now / before if before else float("inf")


def _expected(context: Context, recent: Churn, before: Churn) -> Limit:
    """What would have left at the pace of the year before."""
    share = before.customers / before.customer_days if before.customer_days else 0.0
    setting = "rules.churn_in_healthy_books.chance"
    origin = context.company.origin(setting)
    return Limit(
        Decimal(round(share * recent.customer_days)),
        setting,
        origin,
        "seed 8" if origin == "default" else None,
        "as many as would have left at the pace of the year before",
        moves=True,
    )


def _rarely(chance: float) -> str:
    return f"once in {count(round(1 / chance), 'quarter')}" if chance > 1e-4 else "less than once in 10,000 quarters"  # noqa: PLR2004


def _drivers(context: Context, recent: Churn) -> tuple[Driver, ...]:
    named = _named(context, recent)
    return tuple(
        Driver(account_id, name, arr, f"left on {day(on)}, from the book of {context.owners.get(book_id, book_id)}")
        for account_id, name, arr, on, book_id in named[:_DRIVERS]
    )


def _who(context: Context, recent: Churn) -> Iterator[Sentence]:
    """One sentence a book, the one that lost most first."""
    by_book: dict[str, list[tuple[Named, Decimal | None]]] = {}
    for account_id, name, arr, _, book_id in _named(context, recent):
        by_book.setdefault(book_id, []).append((context.named(account_id, name), arr))
    for book_id, left in sorted(by_book.items(), key=lambda item: (-len(item[1]), item[0])):
        owner = Named(context.owners.get(book_id, book_id))
        yield (
            "From the book of ",
            owner,
            f", {count(len(left), 'customer')}: ",
            *enumerated(left, context.currency),
            ".",
        )


def _named(context: Context, churn: Churn) -> list[tuple[str, str, Decimal | None, date, str]]:
    """(account id, name, ARR, day, book id), the largest first."""
    names = dict(context.history.snapshot.table.select("account_id", "name").iter_rows())
    rows = churn.lost.sort(["arr", "account_id"], descending=[True, False], nulls_last=True)
    return [
        (id_, names.get(id_) or id_, arr, on, book_id)
        for id_, book_id, on, arr in rows.select("account_id", "book_id", "on", "arr").iter_rows()
    ]


def _limit(context: Context, _book: Book) -> Limit:
    return _expected(context, *churn_within_limits(context.company))


RULE = Rule(
    "churn_in_healthy_books", "Churn rises in books within their limits", ("8", "24"), _evaluate, _limit, no_book
)
