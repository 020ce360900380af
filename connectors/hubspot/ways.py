"""Reads what deals held before: what they were at, for how much, and when they were expected to close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl
import structlog

from connectors.canonical import pipeline
from connectors.canonical.cells import probability, text
from connectors.canonical.dates import dates
from connectors.canonical.money import LARGEST, amounts
from connectors.hubspot import versions
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.deals import STAGE, Stages
from connectors.hubspot.endpoints import DEALS
from connectors.hubspot.versions import Request, Versions
from cssync.model.history import PIPELINE, History
from cssync.model.wording import count
from cssync.settings.source import OpportunityFields

log = structlog.get_logger()

# Canonical column -> its setting.
_RECORDED = {"stage": "stage", "amount": "amount", "probability": "probability", "close_on": "close"}


@dataclass(frozen=True, slots=True)
class Listed:
    """The deals of today: *table*, ``OPPORTUNITIES``, and the window by which they were chosen.

    *fields*: where what is from. *stages*: what HubSpot calls them.
    """

    table: pl.DataFrame
    fields: OpportunityFields
    stages: Stages
    closed_within_days: int


def read(client: HubspotClient, listed: Listed, asked: Request) -> History:
    """What HubSpot remembers of the deals that are *listed*; a note for what it does not.

    Of those that were closed before the window none is listed, so what is known of deals begins with it.
    """
    if listed.fields.stage is None:
        return History()
    mapped = {name: getattr(listed.fields, setting) for name, setting in _RECORDED.items()}
    properties = {name: property_ for name, property_ in mapped.items() if property_ is not None}
    reading = Versions(client, DEALS, tuple(dict.fromkeys(properties.values())), asked, "history of deals")
    held = versions.told(reading.brought(listed.table["opportunity_id"].sort().to_list()))
    # What HubSpot works out by itself it may keep no history of.
    recorded = {name: found for name, found in properties.items() if found in held["property"]}
    if "stage" not in recorded:
        return History(notes=("HubSpot remembers no stage of a deal from before the first night.",))
    since = max(asked.since, asked.as_of - timedelta(days=listed.closed_within_days))
    states = _states(held, recorded, listed)
    found = pipeline.spells(states, listed.table, tuple(recorded), asked.as_of, since)
    log.info("hubspot history of deals", versions=held.height, spells=found.height, calls=client.calls)
    return History(since={PIPELINE: since} if found.height else {}, notes=_cut(held), pipeline=found)


def _states(held: pl.DataFrame, recorded: Mapping[str, str], listed: Listed) -> pl.DataFrame:
    """``pipeline.STATES``: on every day on which a property was set, what all of them held."""
    rows = held.select("record", "day").unique().sort("record", "day")
    for name, property_ in recorded.items():
        of_day = held.filter(pl.col("property") == property_).group_by("record", "day", maintain_order=True).last()
        # A value that was cleared is empty, and stays so until it is set again.
        set_ = of_day.select("record", "day", pl.col("value").fill_null("").alias(name))
        rows = rows.join(set_, on=["record", "day"], how="left", maintain_order="left")
        rows = rows.with_columns(pl.col(name).forward_fill().over("record"))
    currencies = listed.table.select(record="opportunity_id", currency="currency")
    rows = rows.join(currencies, on="record", how="left", maintain_order="left")
    read = {"stage": text(rows["stage"])}
    if listed.fields.stage == STAGE:
        labels = {stage: found.label for (_, stage), found in listed.stages.items()}
        read["stage"] = read["stage"].replace(list(labels), list(labels.values()))
    if "amount" in recorded:
        read["amount"] = amounts(rows["amount"], rows["currency"], decimal_mark=".", at_least=-LARGEST).values
    if "probability" in recorded:
        read["probability"] = probability(rows["probability"]).values
    if "close_on" in recorded:
        read["close_on"] = dates(rows["close_on"]).values
    told = rows.select(opportunity_id="record", day="day")
    return told.with_columns(series.alias(name) for name, series in read.items()).match_to_schema(
        pipeline.STATES, missing_columns="insert"
    )


def _cut(held: pl.DataFrame) -> tuple[str, ...]:
    cut = held.group_by("record", "property").len().filter(pl.col("len") >= versions.MOST)["record"].n_unique()
    if not cut:
        return ()
    had_more = f"{count(cut, 'deal')} may have had more"
    return (f"HubSpot keeps the last {versions.MOST} values of a property, and {had_more}: the first are not known.",)
