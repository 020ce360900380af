"""Deals as opportunities: what their stage means, and which of them matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from connectors.canonical import Parsed
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import PIPELINES
from cssync.settings.source import OpportunityFields

STAGE = "dealstage"
_PIPELINE = "pipeline"
_STAGE_LABEL = "stage.label"
_STAGE_CLOSED = "stage.isClosed"
_STAGE_WON = "stage.isWon"
STAGE_PROPERTIES = (STAGE, _PIPELINE)  # asked for beside the mapped ones, so that stages can be told apart
_CERTAIN = 1.0
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Stage:
    """*closed*, *won*: "true", "false", or None where the pipeline does not say."""

    label: str
    closed: str | None
    won: str | None


Stages = Mapping[tuple[str, str], Stage]


def stages(client: HubspotClient) -> Stages:
    """Every stage of every pipeline, by ids of pipeline and stage."""
    found: dict[tuple[str, str], Stage] = {}
    for pipeline in client.get(PIPELINES, holds="results")["results"]:
        for stage in pipeline.get("stages") or ():
            metadata = stage.get("metadata") or {}
            closed = _truth(metadata.get("isClosed"))
            found[str(pipeline.get("id")), str(stage.get("id"))] = Stage(
                label=str(stage.get("label") or stage.get("id")),
                closed=closed,
                won=_won(closed, metadata.get("probability")),
            )
    return found


def with_stages(raw: pl.DataFrame, known: Stages, fields: OpportunityFields) -> tuple[pl.DataFrame, OpportunityFields]:
    """The deals with what their stages say, and the mapping that reads it: labels for ids, and is_closed and is_won
    where the deal itself is silent.
    """
    of_deal = [known.get(key) for key in zip(raw[_PIPELINE], raw[STAGE], strict=True)]
    by_stage = {
        _STAGE_LABEL: [stage and stage.label for stage in of_deal],
        _STAGE_CLOSED: [stage and stage.closed for stage in of_deal],
        _STAGE_WON: [stage and stage.won for stage in of_deal],
    }
    table = raw.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in by_stage.items())
    table = table.with_columns(
        pl.coalesce(_STAGE_LABEL, STAGE).alias(_STAGE_LABEL),
        _else(fields.is_closed, _STAGE_CLOSED),
        _else(fields.is_won, _STAGE_WON),
    )
    read = {"is_closed": _STAGE_CLOSED, "is_won": _STAGE_WON}
    if fields.stage == STAGE:
        read["stage"] = _STAGE_LABEL
    return table, fields.model_copy(update=read)


def relevant(parsed: Parsed, fields: OpportunityFields, as_of: date, closed_within_days: int) -> Parsed:
    """Open deals, those closed in the last *closed_within_days*, and those won earlier that are in force still.

    A deal that does not say whether it is closed is open; a won one without a date may be recent, and stays.
    """
    won = pl.col("is_won").fill_null(value=False)
    recent = (pl.col("close_on") >= as_of - timedelta(days=closed_within_days)).fill_null(won)
    in_force = won & (pl.col("ends_on") > as_of).fill_null(value=False)
    kept = parsed.table.filter(~pl.col("is_closed").fill_null(value=False) | recent | in_force)
    told = parsed.problems.join(
        kept.select(record_id="opportunity_id"), on="record_id", how="semi", maintain_order="left"
    )
    without_id = parsed.problems.filter(pl.col("record_id").is_null())
    return Parsed(table=kept, problems=pl.concat([told, without_id, _won_for_nobody(kept, fields.account)]))


def _won_for_nobody(table: pl.DataFrame, account_field: str) -> pl.DataFrame:
    """A problem for each won deal without a company: its amount is nobody's ARR."""
    return table.filter(pl.col("is_won").fill_null(value=False) & pl.col("account_id").is_null()).select(
        object=pl.lit("opportunity"),
        record_id="opportunity_id",
        field=pl.lit(account_field),
        value=pl.col("name").str.slice(0, _SHOWN_CHARACTERS),
        reason=pl.lit("won, but for no company"),
    )


def _else(mapped: str | None, of_stage: str) -> pl.Expr:
    """The deal's own property where it holds something, else what its stage says."""
    if mapped is None:
        return pl.col(of_stage)
    own = pl.when(pl.col(mapped).str.strip_chars() != "").then(pl.col(mapped))
    return pl.coalesce(own, of_stage).alias(of_stage)


def _won(closed: str | None, probability: object) -> str | None:
    """HubSpot marks a won stage as closed with a probability of 1."""
    if closed is None:
        return None
    try:
        certain = float(str(probability)) == _CERTAIN
    except ValueError:
        return None
    return _truth(closed == "true" and certain)


def _truth(value: object) -> str | None:
    return None if value is None else str(value).lower()
