"""Overviews of a store, with defaults that a test overrides by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cssync.model.delivery import DeliveryState
from cssync.model.finding import Severity
from cssync.model.night import Run, RunStatus
from cssync.model.overview import Firing, Overview, Sink, Undelivered
from cssync.operations.status import Status, status
from cssync.settings.model import Settings

BEGAN = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_run(run_status: RunStatus = RunStatus.ACCEPTED, began: datetime = BEGAN, **more: Any) -> Run:
    values: dict[str, Any] = {
        "id": f"r{began:%d%H%M}",
        "as_of": began.date(),
        "started_at": began,
        "finished_at": began + timedelta(seconds=90),
        "status": run_status,
        "source": "file",
        "accounts": 419,
        "customers": 374,
        "owners": 19,
        "arr": Decimal("12060411.50"),
        "currency": "USD",
        "calls": 14,
        "pull_seconds": 80.5,
    }
    return Run(**{**values, **more})


def an_undelivered(**more: Any) -> Undelivered:
    values: dict[str, Any] = {
        "sink": "slack",
        "address": "C0CAPACITY",
        "state": DeliveryState.PENDING,
        "attempts": 3,
        "since": BEGAN,
        "not_before": None,
        "error": "Slack answered HTTP 503",
    }
    return Undelivered(**{**values, **more})


def an_overview(*runs: Run, **more: Any) -> Overview:
    """*runs*: newest first; one good night unless told."""
    known = runs or (a_run(),)
    values: dict[str, Any] = {
        "runs": known,
        "accepted": next((run for run in known if run.status is RunStatus.ACCEPTED), None),
        "csms": 9,
        "ended": {RunStatus.ACCEPTED: 21, RunStatus.REFUSED: 2},
        "firing": {Firing(Severity.CRITICAL, "arr_over_limit"): 2, Firing(Severity.WATCH, "trending_to_ceiling"): 1},
        "deliveries": {Sink("slack", DeliveryState.SENT): 40, Sink("slack", DeliveryState.PENDING): 1},
        "undelivered": (),
        "where": "cssync.db",
        "revision": "0004",
        "size": 409_600,
    }
    return Overview(**{**values, **more})


def a_status(overview: Overview | None = None, now: datetime = NOON, **settings: Any) -> Status:
    """At noon, of nights at four; Slack is on."""
    slack = {"enabled": True, "channel": "C0CAPACITY"}
    return status(now, overview, Settings.model_validate({"notify": {"slack": slack}, **settings}))
