"""Says of an open deal what the CRM says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from cssync.explain.evidence import Evidence, Row
from cssync.explain.trace import Measure, Trace
from cssync.model.wording import day


def open_deals(evidence: Evidence, account_id: str) -> Trace:
    """Those of one account: they add up to what is on offer to it."""
    deals = evidence.snapshot.opportunities.filter(
        (pl.col("account_id") == account_id) & ~pl.col("is_closed").fill_null(value=False)
    )
    if deals.is_empty():
        return Trace("deals", "Open deals", says=("None.",))
    ordered = deals.sort(["value", "opportunity_id"], descending=[True, False], nulls_last=True)
    parts = tuple(_valued(evidence, row) for row in ordered.iter_rows(named=True))
    value = sum((part.value for part in parts if part.value is not None), Decimal(0))
    return Trace("deals", "Open deals", value, Measure.MONEY, parts=parts, adds_up=True)


def expected(
    evidence: Evidence, opportunity_id: str, name: str | None, value: Decimal | None, says: tuple[str, ...]
) -> Trace:
    """One deal of a forecast. *value*: how many customers are expected of it."""
    record = evidence.opportunity({"opportunity_id": opportunity_id, "name": name})
    return Trace("deal", record.name, value, Measure.NUMBER, says=says, record=record)


def about(evidence: Evidence, opportunity_id: str) -> Iterator[str]:
    """Yield in one piece what the CRM says of a deal: expansion, Proposal, 60% by the CRM, closes 24 Dec 2026."""
    row = evidence.deals.get(opportunity_id)
    if row is not None:
        yield from filter(None, (_said(row),))


def _valued(evidence: Evidence, row: Row) -> Trace:
    record, said = evidence.opportunity(row), _said(row)
    return Trace(
        "deal",
        record.name,
        row["value"],
        Measure.MONEY,
        says=(said,) if said else (),
        record=record,
        conversion=evidence.conversion(row["amount"], row["currency"], row["close_on"]),
    )


def _said(row: Row) -> str:
    chance = None if row["probability"] is None else f"{row['probability']:.0%} by the CRM"
    closes = None if row["close_on"] is None else f"closes {day(row['close_on'])}"
    return ", ".join(filter(None, (row["kind"], row["stage"], chance, closes)))
