"""A night as a program may read it, from `cssync run --json`."""

from __future__ import annotations

from cssync.report.json import Json, books_as_json, digest_as_json, finding_as_json, transition_as_json
from cssync.run import Outcome


def outcome_as_json(outcome: Outcome) -> Json:
    run = outcome.run
    return {
        "run": run.id,
        "as_of": str(run.as_of),
        "status": str(run.status),
        "source": run.source,
        "pulled_at": outcome.pull.pulled_at.isoformat(),
        "pulled": {
            "accounts": run.accounts,
            "owners": run.owners,
            "opportunities": outcome.pull.opportunities.height,
            "changed": outcome.pull.changed,
            "calls": outcome.pull.calls,
        },
        "doubts": [doubt.what for doubt in outcome.doubts],
        "notes": list(outcome.pull.notes),
        "problems": outcome.problems.to_dicts(),
        "findings": [finding_as_json(finding) for finding in outcome.findings],
        "transitions": [transition_as_json(transition) for transition in outcome.reconciled.transitions],
        "digest": digest_as_json(outcome.digest) if outcome.digest else None,
        "delivered": {
            "sent": outcome.delivered.sent,
            "pending": outcome.delivered.pending,
            "dead": outcome.delivered.dead,
        },
        "books": books_as_json(outcome.company),
    }
