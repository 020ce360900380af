"""Companies small enough to be forecast by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from cssync.capacity.forecast import Ledger
from cssync.model.calendar import FiscalCalendar
from cssync.model.history import CSM, PIPELINE
from cssync.model.history import History as Memories
from cssync.model.tables import OPPORTUNITY_SPELLS, OWNERSHIP
from tests.nights import TODAY, Night, Nights, Row, pull_of, settings, table

CALENDAR = FiscalCalendar()
HORIZON = date(2027, 3, 31)
AHEAD = (HORIZON - TODAY).days  # 129


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def deal(opportunity_id: str, account_id: str, **more: Any) -> Row:
    """An open one with a prospect."""
    return {
        "opportunity_id": opportunity_id,
        "account_id": account_id,
        "name": f"Deal {opportunity_id}",
        "kind": "new",
        "is_closed": False,
        "is_won": False,
        "created_on": days_ago(20),
        **more,
    }


def a_night(
    rows: Iterable[Row],
    deals: Iterable[Row] = (),
    *,
    owned: Iterable[Row] = (),
    pipeline: Iterable[Row] = (),
    since: date | None = None,
    **sections: Any,
) -> Night:
    """*owned*: ``OWNERSHIP`` of the past, *pipeline*: ``OPPORTUNITY_SPELLS`` of it, both real from *since* on."""
    memories = None
    if since is not None:
        memories = Memories(
            table(owned, OWNERSHIP),
            since={CSM: since, PIPELINE: since},
            pipeline=table(pipeline, OPPORTUNITY_SPELLS),
        )
    return Nights(settings(**sections)).walk(pull_of(rows, opportunities=deals), history=memories)


def ledger(night: Night) -> Ledger:
    return Ledger(night.history, CALENDAR)
