"""Compares records with their remembered spells: what begins, what ends, what merely looks different.

A spell is a record between two changes of its facts. A night writes only what changed, and the state of any remembered
day can be rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from cssync.model.night import SpellChanges

_OPEN = pl.col("valid_to").is_null()


@dataclass(frozen=True, slots=True)
class Remembering:
    """How one kind of record is remembered. *schema*: of its spells, the id first. A change of any of *facts* begins
    another spell, one of *attributes* does not.
    """

    schema: pl.Schema
    facts: tuple[str, ...]
    attributes: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.schema.names()[0]

    def changes(
        self, past: pl.DataFrame, table: pl.DataFrame, today: date, backfill: pl.DataFrame
    ) -> tuple[pl.DataFrame, SpellChanges]:
        """The *past* spells brought up to *table*, the records of *today*, and what that changes in the store.

        A second table of one day replaces the first. *past*: with ``attributes_hash``. *backfill*: closed and open
        spells from the CRM's own history; used only where nothing is remembered yet.
        """
        known, removed, reopened = self._rewound(past, today)
        first_night = known.is_empty()
        history = backfill.with_columns(attributes_hash=pl.lit(0, pl.UInt64)) if first_night else known.clear()
        before = (history if first_night else known).lazy().filter(_OPEN)
        compared = self._compared(table, before)
        begins = self._rows(table, compared.filter(~pl.col("same")).with_columns(valid_from=pl.lit(today)))
        unchanged = compared.filter("same")
        over = compared.filter(~pl.col("same") & pl.col("valid_from").is_not_null())
        ended = over.select(self.key, "valid_from", valid_to=pl.lit(today))
        if first_night:
            opened = self._opened_at_first(history, ended, self._rows(table, unchanged), begins)
            closed, refreshed = ended.clear(), begins.clear()
        else:
            opened, closed = begins, self._closings(ended, reopened)
            restored = pl.col(self.key).is_in(reopened[self.key].implode())
            refreshed = self._rows(table, unchanged.filter(pl.col("attributes_changed") | restored))
        columns = self.schema.names()
        spells = pl.concat([self._ended(known, ended).select(columns), opened.select(columns)])
        return spells, SpellChanges(removed=removed, closed=closed, opened=opened, refreshed=refreshed)

    def _compared(self, table: pl.DataFrame, before: pl.LazyFrame) -> pl.DataFrame:
        """Every record of *table* or *before* with ``same``: its facts are those of its open spell.

        ``valid_from``: when that began, null where there is none. Facts are compared by 64-bit hashes, which keeps a
        million accounts narrow; that two different states of one record share a hash is less likely than a memory
        error.
        """
        facts = pl.struct(self.facts).hash(seed=0)
        was = before.select(self.key, "valid_from", was=facts, was_attributes="attributes_hash")
        is_ = table.lazy().select(self.key, is_=facts, attributes_hash=pl.struct(self.attributes).hash(seed=0))
        compared = is_.join(was, on=self.key, how="full", coalesce=True).select(
            self.key,
            "valid_from",
            "attributes_hash",
            same=pl.col("is_").eq_missing(pl.col("was")),
            attributes_changed=pl.col("attributes_hash").ne_missing(pl.col("was_attributes")),
        )
        return compared.collect()

    def _rows(self, table: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
        """The rows of *table* that *chosen* names, as open spells that began on its ``valid_from``."""
        keys = chosen.select(self.key, "attributes_hash", "valid_from")
        return table.join(keys, on=self.key, how="inner").with_columns(valid_to=pl.lit(None, pl.Date))

    def _ended(self, spells: pl.DataFrame, ended: pl.DataFrame) -> pl.DataFrame:
        """*spells* with the ends filled in of those that *ended* names: the open ones of their records."""
        if ended.is_empty():
            return spells
        over = _OPEN & pl.col(self.key).is_in(ended[self.key].implode())
        return spells.with_columns(valid_to=pl.when(over).then(ended["valid_to"].first()).otherwise("valid_to"))

    def _rewound(self, spells: pl.DataFrame, today: date) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """The spells as they were before any earlier table of *today*: (spells, removed keys, reopened keys)."""
        today_ = pl.lit(today)
        removed = spells.filter(pl.col("valid_from") == today_).select(self.key, "valid_from")
        earlier = spells["valid_from"] < today
        # Not copied where it is the first table of its day, as it is on nearly every night.
        kept = spells if earlier.all() else spells.filter(earlier)
        reopened = kept.filter(pl.col("valid_to") == today_).select(self.key, "valid_from")
        ends = pl.when(pl.col("valid_to") != today_).then("valid_to")
        return kept.with_columns(valid_to=ends), removed, reopened

    def _closings(self, ended: pl.DataFrame, reopened: pl.DataFrame) -> pl.DataFrame:
        """Spells that end today, and those that an earlier table of today had ended and this one does not."""
        undone = reopened.join(ended, on=[self.key, "valid_from"], how="anti")
        return pl.concat([ended, undone.with_columns(valid_to=pl.lit(None, pl.Date))])

    def _opened_at_first(
        self, history: pl.DataFrame, ended: pl.DataFrame, unchanged: pl.DataFrame, begins: pl.DataFrame
    ) -> pl.DataFrame:
        """Everything is new: the CRM's history with its ends filled in, then today's state."""
        past = self._ended(history, ended).filter(~_OPEN & (pl.col("valid_from") < pl.col("valid_to")))
        return pl.concat([past, unchanged, begins], how="diagonal").select(begins.columns)


def state_at(spells: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """The spell of every record at the close of *day*."""
    return spells.filter((pl.col("valid_from") <= day) & (_OPEN | (pl.col("valid_to") > day)))
