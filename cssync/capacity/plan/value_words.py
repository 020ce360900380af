"""Says what the hires of a segment cost and bring, on which assumptions, and which way its churn goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cssync.capacity.plan.plan import Plan
from cssync.capacity.plan.segment import SegmentPlan
from cssync.capacity.plan.worth import Worth
from cssync.model.wording import count, day, money
from cssync.settings.hiring import HireValue

# Less than this of a CSM is not worth a whole one.
_HALF = 0.5


def money_words(plan: Plan, of: SegmentPlan) -> Iterator[str]:
    hired, value, currency = of.worth[:-1], plan.company.settings.hiring.value, plan.currency
    total, arr, lifetime = (
        sum((getattr(each, name) for each in hired), Decimal(0)) for name in ("cost_per_year", "arr", "lifetime")
    )
    if arr:
        cost = f"{'Together they cost' if len(hired) > 1 else 'That costs'} {money(total, currency)} a year"
        pays = total / (arr * value.lifetime)
        yield f"{cost}, to look after {money(arr, currency)} of ARR."
        yield (
            f"It pays if {pays:.1%} of that is kept a year, over a customer's lifetime "
            f"({value.lifetime.normalize():f}x, seed 23); at {_assumed(value)} it brings {money(lifetime, currency)}."
        )
    yield from _little(of, hired)
    yield from _valuation(hired, currency)
    yield from _direction(plan, of)


def _assumed(value: HireValue) -> str:
    kept = f"{value.churn_avoided:.1%} kept (seed 35)"
    return f"{kept} and {value.expansion:.1%} added" if value.expansion else kept


def _little(of: SegmentPlan, hired: Sequence[Worth]) -> Iterator[str]:
    last = hired[-1]
    if last.busy < _HALF:
        what = f"Hire {last.number}" if len(hired) > 1 else "The hire"
        until = day(of.quarters[-1].quarter.last)
        yield f"{what} would be {last.busy:.0%} busy by {until}: weigh a part-timer or a pool against it (seed 16)."


def _valuation(hired: Sequence[Worth], currency: str) -> Iterator[str]:
    if sums := [each.valuation for each in hired if each.valuation is not None]:
        yield f"The churn avoided is worth {money(sum(sums, Decimal(0)), currency)} of valuation (seed 35)."


def _direction(plan: Plan, of: SegmentPlan) -> Iterator[str]:
    churn = (plan.churn or {}).get(of.segment)
    if churn is None:
        return
    way = "rising" if churn.rising else "falling" if churn.falling else "steady"
    now, before = (
        f"{count(lost.accounts, 'customer')} ({money(lost.arr, plan.currency)})" for lost in (churn.now, churn.before)
    )
    yield f"Churn is {way}: {now} in the last half-year, {before} in the one before (seed 24)."
