"""Flags a segment that needs another CSM, while there is time to hire one.

Seed 20: hire ahead, not in arrears, and by segment; seed 31: the day on which a CSM is lacking less the ramp, the
notice and the time to fill. Other rules say whose book is too full; this one says how many CSMs their segment lacks, by
when each requisition has to be open, and which customers and deals that rests on. It is critical when a whole CSM is
lacking tonight. The whole plan: `cssync plan`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from cssync.capacity.plan.hires import Hire
from cssync.capacity.plan.segment import SegmentPlan
from cssync.capacity.plan.spelling import of_segment
from cssync.capacity.plan.value_words import money_words
from cssync.capacity.plan.words import bridge, need, when
from cssync.model.book import Book
from cssync.model.finding import Driver, Finding, Limit, Severity, Subject, Unit
from cssync.model.story import Chapter, Sentence
from cssync.model.wording import count, day
from rules.base import Context, Rule
from rules.movers import enumerated
from rules.subjects import no_book, segment_subject

NONE_LATE = Limit(Decimal(0), "hiring", "default", "seed 20", "every requisition is open in time")


def _evaluate(context: Context) -> Iterator[Finding]:
    rule = context.settings.rules.hire_by
    for of in context.plan.segments:
        subject = _subject(context, of.segment)
        firing = (RULE.id, subject.id) in context.firing
        until = context.as_of + timedelta(days=rule.clear_after_days if firing else rule.within_days)
        due = tuple(hire for hire in of.hires if hire.hire_by <= until)
        if not due:
            continue
        first = due[0]
        yield Finding(
            rule=RULE.id,
            subject=subject,
            severity=_severity(of, first),
            unit=Unit.CSMS,
            value=Decimal(len(due)),
            limit=NONE_LATE,
            since=None,
            headline=_headline(of, due),
            reason=need(context.plan, of),
            action=when(due),
            act_by=first.hire_by,
            hire=True,
            drivers=(*of.ahead.accounts, *of.ahead.deals),
            story=tuple(_story(context, of)),
            lingers=(first.hire_by - context.as_of).days > rule.within_days,
        )


def due_soon(context: Context, by: date) -> bool:
    """Whether a requisition that has to be open *by* then is told of by an alert of its segment."""
    return by <= context.as_of + timedelta(days=context.settings.rules.hire_by.within_days)


def _subject(context: Context, segment: str | None) -> Subject:
    """The segment, and its manager where all of its CSMs have the same one."""
    subject = segment_subject(segment)
    managers = {(book.manager, book.manager_email) for book in of_segment(context.measured(), segment)}
    if len(managers) != 1:
        return subject
    ((manager, email),) = managers
    return replace(subject, manager=manager, manager_email=email)


def _severity(of: SegmentPlan, first: Hire) -> Severity:
    if of.lacking_tonight >= 1:
        return Severity.CRITICAL
    return Severity.WARNING if first.hire_by <= of.today else Severity.WATCH


def _headline(of: SegmentPlan, due: tuple[Hire, ...]) -> str:
    hires, first = count(len(due), "hire"), due[0]
    if not first.overdue_days:
        return f"{hires} due by {day(first.hire_by)}" if first.hire_by > of.today else f"{hires} due today"
    return f"{hires} due{', the first' if len(due) > 1 else ''} {count(first.overdue_days, 'day')} ago"


def _story(context: Context, of: SegmentPlan) -> Iterator[Chapter]:
    drivers = (("Newest customers: ", of.ahead.accounts), ("Largest open deals: ", of.ahead.deals))
    named = tuple(_named(context, title, of_kind) for title, of_kind in drivers if of_kind)
    if named:
        yield Chapter("What drives it", named)
    if of.to_bridge:
        yield Chapter("Until then", ((bridge(context.plan, of),),))
    yield Chapter("What it costs and brings", tuple((said,) for said in money_words(context.plan, of)))


def _named(context: Context, title: str, drivers: tuple[Driver, ...]) -> Sentence:
    named = [(context.named(driver.account_id, driver.name), driver.arr) for driver in drivers]
    return (title, *enumerated(named, context.currency), ".")


def _limit(_context: Context, _book: Book) -> Limit:
    return NONE_LATE


RULE = Rule(
    "hire_by",
    "Hires due",
    ("20", "31"),
    _evaluate,
    _limit,
    no_book,
    rests_on=("arr", "health", "renewal_on", "pipeline"),
)
