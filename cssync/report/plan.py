"""The headcount plan for a terminal: the answer first, then every segment by quarter, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from cssync.capacity.plan.footnotes import footnotes
from cssync.capacity.plan.plan import Plan
from cssync.capacity.plan.segment import QuarterPlan, SegmentPlan
from cssync.capacity.plan.shortage import HAIR, Measure
from cssync.capacity.plan.words import answer, called, story
from cssync.model.text import isolated, line
from cssync.model.wording import money

_COLUMNS = ("Quarter", "Customers", "ARR", "Hours", "Needed", "In place", "Short", "After hires", "Cost")

_LEAST_SHOWN = 0.1


def plan_report(plan: Plan, shown: Sequence[SegmentPlan], baseline: Plan | None = None) -> Group:
    """*shown*: the segments to tell of. *baseline*: the plan as it stands, where *plan* supposes something else."""
    parts: list[RenderableType] = []
    if baseline is not None:
        parts += [f"What if: {line('; '.join(plan.supposed))}", f"  {answer(plan)}", f"As it is: {answer(baseline)}"]
    else:
        parts.append(answer(plan))
    for segment in shown:
        before = baseline.of(segment.segment) if baseline else None
        parts += [
            "",
            _heading(segment),
            *_sentences(plan, segment),
            _quarters(plan, segment, before),
            *_worth(plan, segment),
        ]
    parts += ["", *(f"- {line(sentence)}" for sentence in footnotes(plan))]
    return Group(*parts)


def _heading(segment: SegmentPlan) -> str:
    return (
        isolated(line(called(segment.segment))).upper() if segment.segment is None else isolated(line(segment.segment))
    )


def _sentences(plan: Plan, segment: SegmentPlan) -> Iterator[RenderableType]:
    return (Padding(line(sentence), (0, 0, 0, 2)) for sentence in story(plan, segment))


def _quarters(plan: Plan, segment: SegmentPlan, before: SegmentPlan | None) -> RenderableType:
    table = Table(box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column == _COLUMNS[0] else "right", no_wrap=True)
    table.add_column("Hire by", no_wrap=True)
    for number, quarter in enumerate(segment.quarters):
        was = before.quarters[number] if before else None
        table.add_row(quarter.quarter.label, *_cells(plan, quarter, was), _due(quarter))
    return Padding(table, (1, 0, 0, 2))


def _cells(plan: Plan, quarter: QuarterPlan, was: QuarterPlan | None) -> Iterator[str]:
    told = [_figures(plan, one) for one in (quarter, was or quarter)]
    for now, then in zip(*told, strict=True):
        yield now if now == then else f"{now}\n({then})"


def _figures(plan: Plan, quarter: QuarterPlan) -> tuple[str, ...]:
    loads = quarter.loads
    return (
        f"{loads[Measure.ACCOUNTS].likely:,.0f}",
        money(Decimal(round(loads[Measure.ARR].likely)), plan.currency),
        f"{loads[Measure.HOURS].likely:,.0f}",
        f"{quarter.needed:.1f}",
        f"{quarter.in_place:.1f}",
        _short(quarter.lacking),
        _short(quarter.after_hires),
        money(quarter.cost + quarter.cost_of_hires, plan.currency),
    )


def _short(csms: float) -> str:
    if csms <= HAIR:
        return "-"
    return f"{csms:.1f}" if csms >= _LEAST_SHOWN else f"<{_LEAST_SHOWN}"


def _due(quarter: QuarterPlan) -> str:
    """One requisition a line."""
    return "\n".join(f"{hire.hire_by}{' (late)' if hire.overdue_days else ''}" for hire in quarter.hires)


def _worth(plan: Plan, segment: SegmentPlan) -> Iterator[RenderableType]:
    """Each hire's own value beside its cost, and that of one more (seed 16)."""
    if not segment.hires:
        return
    table = Table(box=None, pad_edge=False)
    for column in ("Hire", "Busy", "Cost", "ARR in care", "Kept a year", "Added", "Over a lifetime", "Pays from"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in segment.worth:
        more = each.number > len(segment.hires)
        table.add_row(
            "one more" if more else str(each.number),
            f"{each.busy:.0%}",
            *(
                money(amount, plan.currency)
                for amount in (each.cost_per_year, each.arr, each.kept, each.added, each.lifetime)
            ),
            "-" if each.pays_from is None else f"{each.pays_from:.1%}",
        )
    yield Padding(table, (1, 0, 0, 2))
