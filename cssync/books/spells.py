"""Brings the remembered spells of accounts up to a snapshot: the timeline that books look back along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cssync.books.changes import Remembering
from cssync.books.snapshot import Snapshot
from cssync.model.history import ARR, CUSTOMERS
from cssync.model.night import Past, SpellChanges
from cssync.model.tables import OPPORTUNITY_SPELLS, SNAPSHOT, SPELL_FACTS, SPELLS, empty

_REMEMBERING = Remembering(
    SPELLS, SPELL_FACTS, tuple(name for name in SNAPSHOT if name not in {"account_id", *SPELL_FACTS})
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """*spells*: ``SPELLS`` up to *as_of*; *history_since*: the first day they cover.

    *known*: ``csm``, ``arr``, ``lifecycle``, ``customers`` -> the first day of which it is real, where that is later.
    *pipeline*: ``OPPORTUNITY_SPELLS`` up to *as_of*, of deals that were listed then.
    """

    as_of: date
    spells: pl.DataFrame
    history_since: date
    known: Mapping[str, date] = field(default_factory=dict)
    pipeline: pl.DataFrame = field(default_factory=lambda: empty(OPPORTUNITY_SPELLS))

    @property
    def arr_since(self) -> date:
        """The first day of which ARR is real; before it stands what it is today."""
        return max(self.known.get(ARR, self.history_since), self.history_since)

    @property
    def customers_since(self) -> date:
        """The first day of which it is real who was a customer; before it, who is one today stands in."""
        return max(self.known.get(CUSTOMERS, self.history_since), self.history_since)

    @property
    def pipeline_since(self) -> date:
        """The first day of which it is known which deals were open, and at what stage; *as_of* where none is."""
        first: date | None = self.pipeline.select(pl.min("valid_from")).item()
        return first or self.as_of


def advance(past: Past, snapshot: Snapshot, backfill: pl.DataFrame) -> tuple[Timeline, SpellChanges]:
    """The remembered spells brought up to *snapshot*, and what that changes in the store.

    *backfill*: closed and open ``SPELLS`` from the CRM's own history; used only where nothing is remembered yet.
    """
    today = snapshot.as_of
    spells, changes = _REMEMBERING.changes(past.spells, snapshot.table, today, backfill)
    since = past.history_since
    if since is None or past.spells.filter(pl.col("valid_from") < today).is_empty():
        since = spells.select(pl.min("valid_from")).item() or today
    return Timeline(today, spells, since, past.history_tracked or {}), changes
