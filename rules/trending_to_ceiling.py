"""Flags a CSM who is heading for 75 customers by the end of next quarter, while there is time to hire.

Seed 4: start interviewing and budgeting now. The date to open a requisition is the day on which the forecast
reaches the ceiling, less the ramp (seed 31), the notice and the time to fill. Fires at an even chance and clears
well below it, so that one customer more or less does not make it flap. At the ceiling itself, accounts_over_limit
says what there is to say. It says who is heading there; where hire_by is on, that says by when to hire for the whole
segment, and two dates for one requisition would be one too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cssync.capacity.forecast import Forecast
from cssync.capacity.plan.plan import lead_of
from cssync.capacity.plan.words import called
from cssync.model.book import Book
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.wording import count, day
from rules.base import Context, Rule, subject_of
from rules.evidence import about, newest
from rules.hire_by import due_soon


def _evaluate(context: Context) -> Iterator[Finding]:
    rule = context.settings.rules.trending_to_ceiling
    horizon = context.calendar.next_quarter_end(context.as_of)
    for book in context.measured():
        limit = _limit(context, book)
        if book.accounts >= limit.value:
            continue
        forecast = context.forecaster.forecast(book, horizon, int(limit.value))
        firing = (RULE.id, book.id) in context.firing
        if forecast.reaches < (rule.clear_under if firing else rule.fire_at):
            continue
        over_now = context.share_of_limits(book)[0] > 1
        ask = _ask(context, book, forecast)
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.WARNING if over_now else Severity.WATCH,
            unit=Unit.ACCOUNTS,
            value=Decimal(forecast.median),
            limit=limit,
            since=None,
            headline=f"heading for {limit.value:f} by {day(horizon)} ({forecast.reaches:.0%} likely)",
            reason=(
                f"{book.name} looks after {count(book.accounts, 'customer')} and is heading for {limit.value:f} by "
                f"{day(horizon)}: {forecast.reaches:.0%} likely."
            ),
            action=ask.action,
            act_by=ask.by,
            hire=ask.hire,
            drivers=newest(context, book),
            story=about(context, book),
            lingers=forecast.reaches < rule.fire_at,
        )


def _limit(context: Context, book: Book) -> Limit:
    return context.limits.limit(book, "trend_accounts")


def _at_the_ceiling(context: Context) -> Iterator[Book]:
    return (book for book in context.measured() if book.accounts >= _limit(context, book).value)


class _Ask(NamedTuple):
    action: str
    by: date | None
    hire: bool


def _ask(context: Context, book: Book, forecast: Forecast) -> _Ask:
    if not context.settings.rules.hire_by.enabled:
        by = _hire_by(context, forecast)
        return _Ask(_action(context, book, by), by, hire=True)
    of = context.plan.of(book.segment)
    hold, where = f"Give {book.name} no new customers", called(book.segment)
    if of is None or not of.hires:
        return _Ask(f"{hold}; colleagues have room for them, and nobody has to be hired for {where}.", None, hire=False)
    by = of.hires[0].hire_by
    if due_soon(context, by):
        return _Ask(f"{hold} until a hire for {where} is there, as its own alert says.", None, hire=False)
    return _Ask(
        f"{hold}, and start interviewing: the next requisition for {where} is due by {day(by)}.", by, hire=False
    )


def _hire_by(context: Context, forecast: Forecast) -> date:
    """The last day on which opening a requisition brings a ramped CSM in time; may have passed."""
    return lead_of(context.settings.hiring).hire_by(forecast.crosses_on or forecast.horizon)


def _action(context: Context, book: Book, act_by: date) -> str:
    what = f"a requisition{f' for {book.segment}' if book.segment else ''}"
    late = (context.as_of - act_by).days
    if late > 0:
        return f"Open {what} now, {count(late, 'day')} late, and give {book.name} no new customers until then."
    return f"Open {what} by {day(act_by)}."


RULE = Rule(
    "trending_to_ceiling",
    "Trending to the ceiling",
    ("4", "31"),
    _evaluate,
    _limit,
    reached=_at_the_ceiling,
    tuned_by="rules.trending_to_ceiling.fire_at",
)
