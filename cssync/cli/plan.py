"""``cssync plan``: how many CSMs each segment needs, by when to hire them, and what that costs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cssync.capacity.plan.plan import Plan
    from cssync.capacity.plan.segment import SegmentPlan
    from cssync.settings.what_if import Supposition


def plan(
    path: ConfigPath = None,
    *,
    segment: Annotated[str | None, typer.Option("--segment", help="Only this one.")] = None,
    quarters: Annotated[
        int | None,
        typer.Option("--quarters", metavar="N", min=1, max=12, help="Quarters after this one. Else hiring.quarters."),
    ] = None,
    hire: Annotated[
        list[str] | None,
        typer.Option(
            "--hire",
            metavar="[SEGMENT:]N@DATE",
            help="What if N more CSMs began on DATE: SMB:2@2027-02-01. May be given several times.",
        ),
    ] = None,
    growth: Annotated[
        str | None,
        typer.Option("--growth", metavar="RATE", help="What if customers, ARR and hours grew by so much a year: 40%."),
    ] = None,
    what_if: Annotated[
        Path | None,
        typer.Option("--what-if", metavar="FILE", help="What if: hires, growth, leavers, attrition, limits, in YAML."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program, as docs/json.md says.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line a segment and quarter, for a spreadsheet.")] = False,
) -> None:
    """Say whom to hire by when, for which segment, and what that costs.

    What is supposed (--hire, --growth, --what-if) is set beside the plan as it stands. It looks at the last accepted
    night; where there is none yet, at the source, and stores nothing.
    """
    from cssync.capacity.plan.plan import plan as plan_of
    from cssync.capacity.plan.scenario import supposed
    from cssync.cli.company import company
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.errors import ConfigError
    from cssync.report.plan import plan_report
    from cssync.report.plan_csv import plan_csv
    from cssync.report.plan_json import plan_as_json

    if json and csv:
        raise ConfigError("--json and --csv exclude each other", remedy="choose one of them")
    supposition = _supposition(what_if, hire or (), growth, segment)
    looked_at = company(start(path))
    found = plan_of(looked_at, quarters_ahead=quarters)
    baseline = None
    if supposition is not None:
        known = tuple(each.segment for each in found.segments)
        baseline, found = found, plan_of(looked_at, supposed(looked_at, supposition, known), quarters)
    shown = _chosen(found, segment)
    if json:
        write_json(plan_as_json(found, shown, baseline))
    elif csv:
        sys.stdout.write(plan_csv(found, shown, baseline))
    else:
        product().print(plan_report(found, shown, baseline))


def _supposition(
    file: Path | None, hires: Sequence[str], growth: str | None, segment: str | None
) -> Supposition | None:
    """None where nothing is supposed."""
    from cssync.settings.what_if import Supposition, growth_said, hire_said, read

    if file is None and not hires and growth is None:
        return None
    found = read(file) if file is not None else Supposition()
    for said in hires:
        found = found.with_hire(hire_said(said, segment), f"--hire {said}")
    return found if growth is None else found.with_growth(growth_said(growth), f"--growth {growth}")


def _chosen(plan: Plan, segment: str | None) -> Sequence[SegmentPlan]:
    from cssync.capacity.plan.spelling import same
    from cssync.cli.nearest import nearest
    from cssync.errors import ConfigError

    if segment is None:
        return plan.segments
    shown = [each for each in plan.segments if same(each.segment, segment)]
    if not shown:
        known = [each.segment for each in plan.segments if each.segment]
        raise ConfigError(f"there is no segment called {segment!r}", remedy=nearest(segment, known))
    return shown
