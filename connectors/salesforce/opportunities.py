"""Chooses the opportunities that matter: open ones, those decided lately, and won ones that are still in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from connectors.salesforce.mapping import Plan
from connectors.salesforce.soql import Selection

_PERCENT = 100


def chosen(plan: Plan, as_of: date, closed_within_days: int) -> Selection:
    """The condition twice: for Salesforce, and for the replica, whose rows the window leaves night by night."""
    first, ends = as_of - timedelta(days=closed_within_days), plan.opportunities.ends
    asked = f"IsClosed = false OR CloseDate >= {first}"
    # Days are text in the order of the calendar.
    held = ~pl.col("IsClosed") | (pl.col("CloseDate") >= str(first)).fill_null(value=False)
    if ends is not None:
        asked = f"{asked} OR (IsWon = true AND {ends} > {as_of})"
        held = held | (pl.col("IsWon") & (pl.col(ends) > str(as_of)).fill_null(value=False))
    return replace(
        plan.opportunity_rows,
        where=asked,
        matches=held,
        rule=f"open, or closed within {closed_within_days} days, or in force until {ends}",
    )


def with_shares(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Probabilities as shares of 1. Salesforce says 1 for 1%, which the values alone would not tell."""
    probability = plan.opportunities.probability
    if probability is None or plan.kinds["source.opportunities.probability"].kind != "percent":
        return rows
    return rows.with_columns(pl.col(probability) / _PERCENT)
