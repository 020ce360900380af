"""Reads OpportunityHistory: what each deal was at, for how much, and when it was expected to close, change by change.

Salesforce writes a row whenever stage, amount, probability or close date of an opportunity change, always, for as long
as there is the opportunity.
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunityhistory.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
import structlog

from connectors.canonical import pipeline
from connectors.canonical.cells import text
from connectors.canonical.dates import dates
from connectors.canonical.money import LARGEST, amounts
from connectors.salesforce import opportunities as deals
from connectors.salesforce.client import Client
from connectors.salesforce.mapping import Plan
from connectors.salesforce.recorded import Choice, Recording, Request
from connectors.salesforce.schema import Schema
from connectors.salesforce.soql import KEY, Selection, moment
from cssync.errors import PermissionDeniedError
from cssync.model.history import PIPELINE, History

log = structlog.get_logger()

_OBJECT = "OpportunityHistory"
_BOOKKEEPING = {"OpportunityId": "reference", "CreatedDate": "datetime"}
# Canonical column -> (setting, the field that is recorded, its type).
_RECORDED = {
    "stage": ("stage", "StageName", "picklist"),
    "amount": ("amount", "Amount", "currency"),
    "probability": ("probability", "Probability", "percent"),
    "close_on": ("close", "CloseDate", "date"),
}
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """The deals of today: *table*, ``OPPORTUNITIES``, and the window by which they were chosen."""

    table: pl.DataFrame
    closed_within_days: int


def read(client: Client, schema: Schema, plan: Plan, listed: Listed, asked: Request) -> History:
    """What the org remembers of the deals that are *listed*; a note where it does not show it.

    Of those that were closed before the window none is listed, so what is known of deals begins with it.
    """
    if plan.opportunities.stage != "StageName":
        return History(
            notes=(f"Salesforce keeps no history of the stages of deals in {plan.opportunities.stage or 'any field'}.",)
        )
    try:
        visible = schema.fields(_OBJECT)
        recorded = {
            name: (field, kind)
            for name, (setting, field, kind) in _RECORDED.items()
            if getattr(plan.opportunities, setting) == field and field in visible
        }
        chosen = deals.chosen(plan, asked.as_of, listed.closed_within_days)
        rows = Recording(client, _choice(chosen, recorded), asked, "history of deals").rows()
    except PermissionDeniedError as denied:
        hidden = (
            f"Salesforce shows no {_OBJECT} to this user, so what deals were at before the first night is not known"
            f" ({denied.message}): let the integration user see it, then run cssync backfill."
        )
        return History(notes=(hidden,))
    since = max(asked.since, asked.as_of - timedelta(days=listed.closed_within_days))
    states = _states(rows, listed.table, recorded)
    found = pipeline.spells(states, listed.table, tuple(recorded), asked.as_of, since)
    log.info("salesforce history of deals", rows=rows.height, spells=found.height, calls=client.calls)
    return History(since={PIPELINE: since} if found.height else {}, pipeline=found)


def _choice(listed: Selection, recorded: Mapping[str, tuple[str, str]]) -> Choice:
    # The condition is made of days and of names that Salesforce itself gave.
    of_listed = f"OpportunityId IN (SELECT Id FROM Opportunity WHERE {listed.where})"  # noqa: S608

    def chosen(since: datetime | None) -> Selection:
        recent = f"CreatedDate >= {moment(since)} AND " if since else ""
        fields = {**_BOOKKEEPING, **dict(recorded.values())}
        return Selection(_OBJECT, fields, where=recent + of_listed, rule=f"of deals {listed.rule}")

    return chosen


def _states(rows: pl.DataFrame, opportunities: pl.DataFrame, recorded: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    """``pipeline.STATES``, in the order in which they came about."""
    ordered = rows.sort("OpportunityId", "CreatedDate", KEY)
    states = ordered.select(opportunity_id="OpportunityId", day=dates(ordered["CreatedDate"]).values)
    if "stage" in recorded:
        states = states.with_columns(stage=text(ordered["StageName"]))
    if "amount" in recorded:
        currency = states.join(
            opportunities.select("opportunity_id", "currency"), on="opportunity_id", how="left", maintain_order="left"
        )["currency"]
        read = amounts(ordered["Amount"], currency, decimal_mark=".", at_least=-LARGEST)
        states = states.with_columns(amount=read.values)
    if "probability" in recorded:
        states = states.with_columns(probability=ordered["Probability"] / _PERCENT)
    if "close_on" in recorded:
        states = states.with_columns(close_on=dates(ordered["CloseDate"]).values)
    return states.match_to_schema(pipeline.STATES, missing_columns="insert")
