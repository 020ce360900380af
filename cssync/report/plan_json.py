"""The headcount plan for a program, as docs/json.md says. Money is text; CSMs and loads are numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cssync.capacity.plan.footnotes import footnotes
from cssync.capacity.plan.hires import Hire
from cssync.capacity.plan.plan import Plan
from cssync.capacity.plan.segment import Load, QuarterPlan, SegmentPlan
from cssync.capacity.plan.shortage import Measure
from cssync.capacity.plan.structure import Structure
from cssync.capacity.plan.words import answer, story
from cssync.capacity.plan.worth import Worth
from cssync.model.finding import Driver

Json = dict[str, Any]
_DIGITS = 4


def plan_as_json(plan: Plan, shown: Sequence[SegmentPlan], baseline: Plan | None = None) -> Json:
    """*baseline*: the plan as it stands, where *plan* supposes something else."""
    names = {segment.segment for segment in shown}
    return {
        **_plan(plan, shown),
        "baseline": _plan(baseline, [each for each in baseline.segments if each.segment in names])
        if baseline
        else None,
    }


def _plan(plan: Plan, shown: Sequence[SegmentPlan]) -> Json:
    return {
        "as_of": str(plan.as_of),
        "currency": plan.currency,
        "supposed": list(plan.supposed),
        "answer": answer(plan),
        "segments": [_segment(plan, segment) for segment in shown],
        "team": _team(plan.structure),
        "notes": list(footnotes(plan)),
    }


def _segment(plan: Plan, of: SegmentPlan) -> Json:
    churn = (plan.churn or {}).get(of.segment)
    return {
        "segment": of.segment,
        "story": list(story(plan, of)),
        "hires": [_hire(hire) for hire in of.hires],
        "to_bridge": [
            {"first": str(gap.first), "last": None if gap.last is None else str(gap.last)} for gap in of.to_bridge
        ],
        "quarters": [_quarter(quarter) for quarter in of.quarters],
        "value": [_worth(each) for each in of.worth],
        "customers": [_driver(driver) for driver in of.ahead.accounts],
        "deals": [_driver(driver) for driver in of.ahead.deals],
        "churn": [
            {"accounts": lost.accounts, "arr": _money(lost.arr)}
            for lost in ((churn.before, churn.now) if churn else ())
        ],
    }


def _hire(hire: Hire) -> Json:
    return {
        "number": hire.number,
        "hire_by": str(hire.hire_by),
        "overdue_days": hire.overdue_days,
        "needed_on": str(hire.short_on),
        "starts_on": str(hire.starts_on),
        "ramped_on": str(hire.ramped_on),
    }


def _quarter(of: QuarterPlan) -> Json:
    return {
        "quarter": of.quarter.label,
        "first": str(of.quarter.first),
        "last": str(of.quarter.last),
        **{measure.value: _load(of.loads[measure]) for measure in Measure},
        "measure": of.binding.value,
        "needed": round(of.needed, _DIGITS),
        "in_place": round(of.in_place, _DIGITS),
        "lacking": round(of.lacking, _DIGITS),
        "after_hires": round(of.after_hires, _DIGITS),
        "cost": _money(of.cost),
        "cost_of_hires": _money(of.cost_of_hires),
    }


def _load(load: Load) -> Json:
    return {name: round(getattr(load, name), _DIGITS) for name in ("mean", "likely", "in_place")}


def _worth(each: Worth) -> Json:
    return {
        "number": each.number,
        "busy": round(each.busy, _DIGITS),
        "cost_per_year": _money(each.cost_per_year),
        "arr": _money(each.arr),
        "kept": _money(each.kept),
        "added": _money(each.added),
        "lifetime": _money(each.lifetime),
        "pays_from": None if each.pays_from is None else str(each.pays_from),
        "valuation": None if each.valuation is None else _money(each.valuation),
    }


def _driver(driver: Driver) -> Json:
    arr = None if driver.arr is None else _money(driver.arr)
    return {"id": driver.account_id, "name": driver.name, "arr": arr, "why": driver.why}


def _team(team: Structure) -> Json:
    return {
        "customers": team.customers,
        "arr": _money(team.arr),
        "carriers": str(team.carriers),
        "per_million": None if team.per_million is None else f"{team.per_million:.2f}",
        "dedicated": team.dedicated,
        "between": team.between,
        "pooled": team.pooled,
        "renewals_team_from": team.renewals_team_from,
        "renewals_team_on": None if team.renewals_team_on is None else str(team.renewals_team_on),
        "outside": [
            {"name": one.name, "role": one.role, "cost_per_year": _money(one.cost_per_year)} for one in team.outside
        ],
    }


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"
