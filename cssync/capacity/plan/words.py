"""Answers in a few sentences why someone is to be hired, and by when; then what that costs and brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from cssync.capacity.plan.hires import Hire
from cssync.capacity.plan.plan import Plan
from cssync.capacity.plan.segment import SegmentPlan
from cssync.capacity.plan.shortage import HAIR, Measure
from cssync.capacity.plan.value_words import money_words
from cssync.model.finding import Driver
from cssync.model.wording import count, day, listed, money

# Less than this of a CSM is not worth a whole one.
_HALF = 0.5
_MOST_DRIVERS = 3


def answer(plan: Plan) -> str:
    """As in: 5 more CSMs are needed by 31 Dec 2027: 4 for Mid-Market and 1 for SMB. ..."""
    last = plan.quarters[-1].last
    short = [(segment, segment.hires) for segment in plan.segments if segment.hires]
    total = sum(len(hires) for _, hires in short)
    if not total:
        return f"Nobody has to be hired until {day(last)}."
    parts = listed([f"{len(hires)} for {called(segment.segment)}" for segment, hires in short], len(short))
    first = min((hire for _, hires in short for hire in hires), key=lambda hire: hire.hire_by)
    late = [hire for _, hires in short for hire in hires if hire.overdue_days]
    needs = "is" if total == 1 else "are"
    due = f"The first requisition is due by {day(first.hire_by)}."
    if late:
        due = (
            f"{count(len(late), 'requisition')} should be open already, the first since {day(first.hire_by)}, "
            f"{count(first.overdue_days, 'day')} ago."
        )
    return f"{count(total, 'more CSM')} {needs} needed by {day(last)}: {parts}. {due}"


def called(segment: str | None) -> str:
    return segment or "customers without a segment"


def story(plan: Plan, of: SegmentPlan) -> Iterator[str]:
    """Whole sentences about one segment, the reason first."""
    yield need(plan, of)
    if of.hires:
        yield when(of.hires)
        if of.to_bridge:
            yield bridge(plan, of)
        yield from _because(of, plan.currency)
        yield from money_words(plan, of)
    elif of.ahead.first is None:
        yield _room(of)


def need(plan: Plan, of: SegmentPlan) -> str:
    """What there is, what there will be, how many CSMs that takes, and how many are there."""
    if of.ahead.first is not None:
        due = "It is time for its first" if of.ahead.first.due else "Its first is not due yet"
        return f"{called(of.segment)} has no CSM of its own. {due}: {of.ahead.first.why} (seed 21)."
    end = of.quarters[-1]
    at = (end.quarter.last - of.today).days
    line = of.shortage.binding(at)
    held = [_load(of, day_, line.measure, plan.currency) for day_ in (0, at)]
    sure = f"{plan.company.settings.hiring.quantile:.0%} sure"
    each = _amount(line.each, line.measure, plan.currency)
    return (
        f"{called(of.segment)} has {held[0]} tonight, and by {day(end.quarter.last)} at most {held[1]} ({sure}). "
        f"At {each} each that takes {end.needed:.1f} CSMs; {end.in_place:.1f} are in place."
    )


def _load(of: SegmentPlan, at: int, measure: Measure, currency: str) -> str:
    """The customers, and what the team is measured by where that is something else."""
    amounts = {each: float(of.ahead.likely(each, of.quantile)[at]) for each in (Measure.ACCOUNTS, measure)}
    return " and ".join(_amount(amount, each, currency) for each, amount in amounts.items())


def when(hires: Sequence[Hire]) -> str:
    """By when the requisitions have to be open: those that are late together, and then each."""
    late = [hire for hire in hires if hire.overdue_days]
    parts = []
    if late:
        what = "a requisition" if len(late) == 1 else f"{len(late)} requisitions"
        start = f"who starts on {day(late[0].starts_on)} is ramped on {day(late[0].ramped_on)}"
        parts.append(f"open {what} now, due {_since(late)}: {start}")
    for hire in hires[len(late) :]:
        what = "one more" if hire.number > 1 else "a requisition"
        parts.append(f"open {what} by {day(hire.hire_by)}, needed from {day(hire.short_on)} on")
    told = "; ".join(parts)
    return f"{told[0].upper()}{told[1:]}."


def _since(late: Sequence[Hire]) -> str:
    """As in: since 27 Jun 2026 (156 days ago, two of them) and since 20 Aug 2026 (102 days ago)"""
    groups = [(on, list(of)) for on, of in groupby(late, key=lambda hire: hire.hire_by)]
    several = len(groups) > 1
    told = []
    for on, of in groups:
        number = f", {len(of)} of them" if several and len(of) > 1 else ""
        told.append(f"since {day(on)} ({count(of[0].overdue_days, 'day')} ago{number})")
    return listed(told, len(told))


def bridge(plan: Plan, of: SegmentPlan) -> str:
    """What helps while hires are on their way: colleagues of other segments, a pool, no new customers."""
    gap = of.to_bridge[0]
    ways = [*_lenders(plan, of), *_pools(plan), "give the fullest books no new customers"]
    until = f" until {day(gap.last)}" if gap.last else ""
    since = f" from {day(gap.first)}" if gap.first > of.today else ""
    return f"Bridge it{since}{until}: {'; '.join(ways)}."


def _lenders(plan: Plan, of: SegmentPlan) -> Iterator[str]:
    spare = [(other, other.room) for other in plan.segments if other is not of and other.room >= _HALF]
    if spare:
        rooms = listed([f"{called(other.segment)} has room for {room:.1f} CSMs' work" for other, room in spare])
        yield f"rebalance, for {rooms}"


def _pools(plan: Plan) -> Iterator[str]:
    pools = [person.name for person in plan.company.staff.people.values() if person.is_pool and person.active]
    if pools and plan.structure.pooled:
        under = money(plan.company.settings.hiring.pooled_under_arr, plan.currency)
        yield f"hand customers under {under} to {listed(pools)} (seed 32)"


def _room(of: SegmentPlan) -> str:
    tightest = float(of.lacking.max())
    if tightest <= HAIR:
        return f"Nobody has to be hired: at the tightest there is room for {-tightest:.1f} CSMs' work."
    gap = of.to_bridge[0]
    until = f"until {day(gap.last)}" if gap.last else "on"
    return (
        f"Nobody has to be hired: from {day(gap.first)} {until} at most {tightest:.2f} of a CSM is lacking, which a "
        "part-timer or a pool may bridge."
    )


def _because(of: SegmentPlan, currency: str) -> Iterator[str]:
    if new := of.ahead.accounts[:_MOST_DRIVERS]:
        yield f"Newest customers: {_names(new, currency)}."
    if deals := of.ahead.deals[:_MOST_DRIVERS]:
        yield f"Largest open deals: {_names(deals, currency)}."


def _names(drivers: Sequence[Driver], currency: str) -> str:
    told = ((each, "ARR unknown" if each.arr is None else money(each.arr, currency)) for each in drivers)
    return "; ".join(f"{each.name} ({arr}, {each.why})" for each, arr in told)


def _amount(amount: float, measure: Measure, currency: str) -> str:
    match measure:
        case Measure.HOURS:
            return f"{amount:,.0f} hours a month"
        case Measure.ACCOUNTS:
            return count(round(amount), "customer")
        case Measure.ARR:
            return f"{money(Decimal(round(amount)), currency)} of ARR"
