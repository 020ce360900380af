"""Compares a snapshot with the remembered spells: what begins, what ends, what merely looks different.

A spell is an account between two changes of its facts (whose book, ARR, customer or not, ...). A night writes
only what changed, and the state of any remembered day can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cssync.books.snapshot import Snapshot
from cssync.model.history import ARR, CUSTOMERS
from cssync.model.night import Past, SpellChanges
from cssync.model.tables import ACCOUNTS, SPELL_FACTS, SPELLS

_ATTRIBUTES = tuple(name for name in ACCOUNTS if name not in {"account_id", *SPELL_FACTS})
_OPEN = pl.col("valid_to").is_null()


@dataclass(frozen=True, slots=True)
class Timeline:
    """*spells*: ``SPELLS`` up to *as_of*; *history_since*: the first day they cover.

    *known*: ``csm``, ``arr``, ``lifecycle``, ``customers`` -> the first day of which it is real, where that is later.
    """

    as_of: date
    spells: pl.DataFrame
    history_since: date
    known: Mapping[str, date] = field(default_factory=dict)

    @property
    def arr_since(self) -> date:
        """The first day of which ARR is real; before it stands what it is today."""
        return max(self.known.get(ARR, self.history_since), self.history_since)

    @property
    def customers_since(self) -> date:
        """The first day of which it is real who was a customer; before it, who is one today stands in."""
        return max(self.known.get(CUSTOMERS, self.history_since), self.history_since)


def advance(past: Past, snapshot: Snapshot, backfill: pl.DataFrame) -> tuple[Timeline, SpellChanges]:
    """The remembered spells brought up to *snapshot*, and what that changes in the store.

    A second snapshot of one day replaces the first.

    *backfill*: closed and open ``SPELLS`` from the CRM's own history; used only where nothing is remembered yet.
    """
    today = snapshot.as_of
    known, removed, reopened = _rewound(past.spells, today)
    first_night = known.is_empty()
    history = backfill.with_columns(attributes_hash=pl.lit(0, pl.UInt64)) if first_night else known.clear()
    before = (history if first_night else known).filter(_OPEN)
    compared = _compared(snapshot.table, before)
    begins = _rows(snapshot.table, compared.filter(~pl.col("same")).with_columns(valid_from=pl.lit(today)))
    unchanged = compared.filter("same")
    over = compared.filter(~pl.col("same") & pl.col("valid_from").is_not_null())
    ended = over.select("account_id", "valid_from", valid_to=pl.lit(today))
    if first_night:
        opened = _opened_at_first(history, ended, _rows(snapshot.table, unchanged), begins)
        closed, refreshed = ended.clear(), begins.clear()
    else:
        opened, closed = begins, _closings(ended, reopened)
        restored = pl.col("account_id").is_in(reopened["account_id"].implode())
        refreshed = _rows(snapshot.table, unchanged.filter(pl.col("attributes_changed") | restored))
    spells = pl.concat([_ended(known, ended).select(list(SPELLS)), opened.select(list(SPELLS))])
    changes = SpellChanges(removed=removed, closed=closed, opened=opened, refreshed=refreshed)
    since = past.history_since
    if first_night or since is None:
        since = spells.select(pl.min("valid_from")).item() or today
    return Timeline(today, spells, since, past.history_tracked or {}), changes


def _compared(table: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Every account of *table* or *before* with ``same``: its facts are those of its open spell.

    ``valid_from``: when that began, null where there is none. Facts are compared by 64-bit hashes, which keeps a
    million accounts narrow; that two different states of one account share a hash is less likely than a memory error.
    """
    facts = pl.struct(SPELL_FACTS).hash(seed=0)
    was = before.select("account_id", "valid_from", was=facts, was_attributes="attributes_hash")
    is_ = table.select("account_id", is_=facts, attributes_hash=pl.struct(_ATTRIBUTES).hash(seed=0))
    return is_.join(was, on="account_id", how="full", coalesce=True).select(
        "account_id",
        "valid_from",
        "attributes_hash",
        same=pl.col("is_").eq_missing(pl.col("was")),
        attributes_changed=pl.col("attributes_hash").ne_missing(pl.col("was_attributes")),
    )


def _rows(table: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """The rows of *table* that *chosen* names, as open spells that began on its ``valid_from``."""
    keys = chosen.select("account_id", "attributes_hash", "valid_from")
    return table.join(keys, on="account_id", how="inner").with_columns(valid_to=pl.lit(None, pl.Date))


def _ended(spells: pl.DataFrame, ended: pl.DataFrame) -> pl.DataFrame:
    """*spells* with the ends filled in of those that *ended* names: the open ones of their accounts."""
    if ended.is_empty():
        return spells
    over = _OPEN & pl.col("account_id").is_in(ended["account_id"].implode())
    return spells.with_columns(valid_to=pl.when(over).then(ended["valid_to"].first()).otherwise("valid_to"))


def _rewound(spells: pl.DataFrame, today: date) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The spells as they were before any earlier snapshot of *today*: (spells, removed keys, reopened keys)."""
    today_ = pl.lit(today)
    removed = spells.filter(pl.col("valid_from") == today_).select("account_id", "valid_from")
    kept = spells.filter(pl.col("valid_from") < today_)
    reopened = kept.filter(pl.col("valid_to") == today_).select("account_id", "valid_from")
    ends = pl.when(pl.col("valid_to") != today_).then("valid_to")
    return kept.with_columns(valid_to=ends), removed, reopened


def _closings(ended: pl.DataFrame, reopened: pl.DataFrame) -> pl.DataFrame:
    """Spells that end today, and those that an earlier snapshot of today had ended and this one does not."""
    undone = reopened.join(ended, on=["account_id", "valid_from"], how="anti")
    return pl.concat([ended, undone.with_columns(valid_to=pl.lit(None, pl.Date))])


def _opened_at_first(
    history: pl.DataFrame, ended: pl.DataFrame, unchanged: pl.DataFrame, begins: pl.DataFrame
) -> pl.DataFrame:
    """Everything is new: the CRM's history with its ends filled in, then today's state."""
    past = _ended(history, ended).filter(~_OPEN & (pl.col("valid_from") < pl.col("valid_to")))
    return pl.concat([past, unchanged, begins], how="diagonal").select(begins.columns)


def state_at(spells: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """The spell of every account at the close of *day*."""
    return spells.filter((pl.col("valid_from") <= day) & (_OPEN | (pl.col("valid_to") > day)))
