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
from tests.nights import TODAY, Night, Nights, Row, account, pull_of, settings, table

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


def held(rows: Iterable[Row]) -> list[Row]:
    """``OWNERSHIP`` of customers who have been with one CSM all along."""
    return [
        {"account_id": row["account_id"], "csm_ref": row["csm_ref"], "is_customer": True,
         "valid_from": row["customer_since"], "valid_to": None}
        for row in rows
    ]  # fmt: skip


def newcomer(segment: str) -> list[Row]:
    """Sam came a month ago, and has been given a customer a day since."""
    return [
        account(f"s{n:03}", "U2", segment=segment, customer_since=days_ago(n + 1), renewal_on=date(2029, 1, 1))
        for n in range(30)
    ]


def weekly(csm: str, segment: str) -> list[Row]:
    """Who has won a customer a week for a year."""
    return [
        account(f"{csm}-{n:03}", csm, segment=segment, customer_since=days_ago(7 * n + 3), renewal_on=date(2029, 1, 1))
        for n in range(52)
    ]


def ledger(night: Night) -> Ledger:
    return Ledger(night.history, CALENDAR)
