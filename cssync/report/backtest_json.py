"""A backtest for programs and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from cssync.model.backtest import Backtest, Firing, Proposal, Replayed, RuleFigures, Trial
from cssync.report.csv import cell

Json = dict[str, Any]
_HEADER = (
    "scenario", "rule", "subject_id", "subject", "opened", "ended", "how", "worst", "stood", "again", "breach",
    "lead_days", "told",
)  # fmt: skip


def backtest_as_json(found: Backtest) -> Json:
    span = found.span
    return {
        "since": str(span.since),
        "until": str(span.until),
        "every_days": span.every,
        "present": _replayed(found.present, found),
        "changed": _replayed(found.changed, found) if found.changed else None,
        "proposals": [_proposal(one) for one in found.proposals],
        "notes": list(found.notes),
    }


def backtest_csv(found: Backtest) -> str:
    """One line an opening of an alert; *scenario* is empty for the settings in force."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    for replayed in filter(None, (found.present, found.changed)):
        writer.writerows(_row(replayed.name, firing) for figures in replayed.rules for firing in figures.firings)
    return out.getvalue()


def _row(scenario: str, firing: Firing) -> Iterator[object]:
    yield from (cell(scenario), firing.rule, cell(firing.subject.id), cell(firing.subject.name), firing.opened)
    yield from (firing.ended, cell(firing.how), firing.worst, firing.stood, firing.again, firing.breach)
    yield from (firing.lead_days, firing.told)


def _replayed(replayed: Replayed, found: Backtest) -> Json:
    return {
        "set": replayed.name,
        "digests": len(replayed.digests),
        "digests_a_week": str(round(len(replayed.digests) / found.span.weeks, 2)),
        "reminders": replayed.reminders,
        "entries": replayed.entries,
        "rules": [_rule(figures) for figures in replayed.rules],
    }


def _rule(figures: RuleFigures) -> Json:
    return {
        "rule": figures.rule,
        "replayed_since": str(figures.since) if figures.since else None,
        **_counts(figures),
        "firings": [_firing(one) for one in figures.firings],
        "missed": [
            {"id": one.subject.id, "name": one.subject.name, "on": str(one.on), "handed_over": one.handed_over}
            for one in figures.missed
        ],
    }


def _counts(figures: RuleFigures) -> Json:
    return {
        "fired": len(figures.opened),
        "stood": len(figures.firings) - len(figures.opened),
        "flips": figures.flips,
        "lead_days": figures.typical_lead,
        "breaches": figures.breaches if figures.warns else None,
        "for_nothing": figures.for_nothing if figures.warns else None,
    }


def _firing(firing: Firing) -> Json:
    return {
        "subject": {"id": firing.subject.id, "name": firing.subject.name},
        "opened": str(firing.opened),
        "ended": str(firing.ended) if firing.ended else None,
        "how": firing.how,
        "worst": str(firing.worst),
        "stood": firing.stood,
        "again": firing.again,
        "breach": str(firing.breach) if firing.breach else None,
        "lead_days": firing.lead_days,
        "told": firing.told,
    }


def _proposal(proposal: Proposal) -> Json:
    present = next(trial for trial in proposal.trials if trial.present)
    return {
        "setting": proposal.setting,
        "rule": proposal.rule,
        "present": f"{present.value:f}",
        "proposed": f"{proposal.chosen.value:f}" if proposal.chosen else None,
        "why": proposal.why,
        "trials": [_trial(one) for one in proposal.trials],
    }


def _trial(trial: Trial) -> Json:
    return {"value": f"{trial.value:f}", **_counts(trial.figures), "missed": len(trial.figures.missed)}
