"""Remembers what became of deals on their way: each stage, amount and close date, from one change to the next."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cssync.books.changes import Remembering
from cssync.books.snapshot import Snapshot
from cssync.books.spells import Timeline
from cssync.model.night import Past, SpellChanges
from cssync.model.tables import OPPORTUNITIES, OPPORTUNITY_FACTS, OPPORTUNITY_SPELLS

_REMEMBERING = Remembering(OPPORTUNITY_SPELLS, OPPORTUNITY_FACTS, attributes=("name",))


def with_pipeline(
    timeline: Timeline, past: Past, snapshot: Snapshot, backfill: pl.DataFrame
) -> tuple[Timeline, SpellChanges]:
    """*timeline* with the deals of *snapshot* laid over those of *past*, and what that changes in the store.

    *backfill*: ``OPPORTUNITY_SPELLS`` from the CRM's own history; used only where no deal is remembered yet.
    """
    deals = snapshot.opportunities.select(OPPORTUNITIES.names())
    spells, changes = _REMEMBERING.changes(past.pipeline, deals, snapshot.as_of, backfill)
    return replace(timeline, pipeline=spells), changes
