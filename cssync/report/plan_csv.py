"""The headcount plan for a spreadsheet: one line a segment and quarter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from cssync.capacity.plan.plan import Plan
from cssync.capacity.plan.segment import QuarterPlan, SegmentPlan
from cssync.capacity.plan.shortage import Measure
from cssync.report.csv import cell

_HEADER = (
    "as_of", "scenario", "segment", "quarter", "first", "last", "accounts", "arr", "hours", "accounts_in_place",
    "arr_in_place", "hours_in_place", "measure", "needed", "in_place", "lacking", "after_hires", "hire_by", "cost",
    "cost_of_hires", "currency",
)  # fmt: skip


def plan_csv(plan: Plan, shown: Sequence[SegmentPlan], baseline: Plan | None = None) -> str:
    """*baseline*: told first, as the scenario "as it is". *hire_by*: dates of the hires whose need begins then."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    if baseline is not None:
        names = {segment.segment for segment in shown}
        writer.writerows(_rows(baseline, [each for each in baseline.segments if each.segment in names], "as it is"))
    writer.writerows(_rows(plan, shown, "; ".join(plan.supposed) or "as it is"))
    return out.getvalue()


def _rows(plan: Plan, shown: Sequence[SegmentPlan], scenario: str) -> Iterator[tuple[object, ...]]:
    for segment in shown:
        for quarter in segment.quarters:
            yield plan.as_of, cell(scenario), cell(segment.segment), *_figures(quarter), plan.currency


def _figures(of: QuarterPlan) -> tuple[object, ...]:
    loads = [of.loads[measure] for measure in (Measure.ACCOUNTS, Measure.ARR, Measure.HOURS)]
    return (
        of.quarter.label,
        of.quarter.first,
        of.quarter.last,
        *(f"{load.likely:.2f}" for load in loads),
        *(f"{load.in_place:.2f}" for load in loads),
        of.binding,
        *(f"{csms:.2f}" for csms in (of.needed, of.in_place, of.lacking, of.after_hires)),
        " ".join(str(hire.hire_by) for hire in of.hires),
        f"{of.cost:f}",
        f"{of.cost_of_hires:f}",
    )
