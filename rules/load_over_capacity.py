"""Flags a CSM whose customers take more hours than there are, whatever their number and their ARR.

The three factors (seeds 1, 2 and 5) say nothing of a CSM who works half time, trains colleagues (seed 9), brings
customers on board or answers tickets beside (seed 35), nor of a book full of renewals. Watched from 110% of the hours
on (``capacity.amber_at``), a warning from 130% (``capacity.act_at``), critical if the book is over a limit as well.
What a ramp will make good is watched only; a leave without cover is a warning. Hours that are a guess, of segments that
no setting knows, raise no alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cssync.capacity.person import CsmCapacity
from cssync.capacity.workload import BookLoad
from cssync.model.book import Book
from cssync.model.finding import Finding, Limit, Severity, Unit
from cssync.model.wording import count, day, hours
from rules.base import Context, Rule, subject_of
from rules.effort import most_work, share
from rules.evidence import about
from rules.proposal import hand_over, hold_back


def _evaluate(context: Context) -> Iterator[Finding]:
    for book in context.measured():
        load = context.company.workload.of(book)
        limit = _limit(context, book)
        over = load.known > 0 and load.known >= limit.value
        ends_at = limit.value * context.settings.rules.load_over_capacity.clear_at
        if not over and ((RULE.id, book.id) not in context.firing or load.known < ends_at):
            continue
        end = "" if over else f"; the alert ends below {hours(ends_at)}"
        told = f"{hours(load.hours)} a month, {share(load)}{end}"
        severity = _severity(context, book, load) if over else Severity.WATCH
        action, hire = _action(context, book, load) if over else (hold_back(book, _below(ends_at)), False)
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=severity,
            unit=Unit.HOURS,
            value=load.hours,
            limit=limit,
            since=None,
            headline=f"{hours(load.hours)} a month ({share(load)}{end})",
            reason=f"{book.name}'s {count(book.accounts, 'customer')} take {told}.",
            action=action,
            hire=hire,
            drivers=most_work(context, book),
            story=about(context, book),
            lingers=not over,
        )


def _limit(context: Context, book: Book) -> Limit:
    capacity = context.company.staff.capacity(book.id, context.as_of)
    amber = context.settings.capacity.amber_at
    return Limit(
        (capacity.hours or Decimal(0)) * amber,
        "capacity.amber_at",
        context.limits.origin("capacity.amber_at"),
        None,
        f"{amber:.0%} of {capacity.words}",
        moves=True,
    )


def _severity(context: Context, book: Book, load: BookLoad) -> Severity:
    if _passes(context, load):
        return Severity.WARNING if _absent(load.capacity) else Severity.WATCH
    if load.known < (load.capacity.hours or 0) * context.settings.capacity.act_at:
        return Severity.WATCH
    return Severity.CRITICAL if max(context.share_of_limits(book)) > 1 else Severity.WARNING


def _passes(context: Context, load: BookLoad) -> bool:
    """Whether the hours will be enough once ramp and leave are over."""
    full = load.capacity.lasting_hours or Decimal(0)
    return bool(load.capacity.passing) and load.hours < full * context.settings.capacity.amber_at


def _absent(capacity: CsmCapacity) -> bool:
    return any(part.passes == "absence" for part in capacity.passing)


def _ramped_on(capacity: CsmCapacity) -> date:
    return max(part.ends for part in capacity.passing if part.ends)


def _action(context: Context, book: Book, load: BookLoad) -> tuple[str, bool]:
    """(the one action, whether it is to hire)"""
    if _absent(load.capacity):
        away = next(part.words for part in load.capacity.passing if part.passes == "absence")
        return f"Name somebody to cover the {count(book.accounts, 'customer')} of {book.name}, {away}.", False
    if _passes(context, load):
        return f"Give {book.name} no new customers before the ramp ends, on {day(_ramped_on(load.capacity))}.", False
    if book.id in context.relief or context.excepts(RULE.id, book):
        return hand_over(context, RULE.id, book)
    # Too little beyond the hours of a full month for anybody to be moved, as in `cssync rebalance`.
    full = load.capacity.lasting_hours or Decimal(0)
    return hold_back(book, _below(full * context.settings.capacity.amber_at)), False


def _below(amount: Decimal) -> str:
    return f"less than {hours(amount)} a month"


RULE = Rule(
    "load_over_capacity",
    "Load over capacity",
    ("5", "9", "35"),
    _evaluate,
    _limit,
    # Health and renewals of a past day are not kept: a replay goes without what they add, on single accounts alone.
    rests_on=("segment", "lifecycle"),
    tuned_by="capacity.amber_at",
)
