"""Compares a snapshot with the remembered spells: what begins, what ends, what merely looks different.

A spell is an account between two changes of its facts (whose book, ARR, customer or not, ...). A night writes
only what changed, and the state of any remembered day can be rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from cssync.books.snapshot import Snapshot
from cssync.model.night import Past, SpellChanges
from cssync.model.tables import ACCOUNTS, SPELL_FACTS, SPELLS

_ATTRIBUTES = tuple(name for name in ACCOUNTS if name not in {"account_id", *SPELL_FACTS})
_OPEN = pl.col("valid_to").is_null()
_HASHED = pl.Schema({**SPELLS, "attributes_hash": pl.UInt64()})


@dataclass(frozen=True, slots=True)
class Timeline:
    """*spells*: ``SPELLS`` up to *as_of*; *history_since*: the first day they cover."""

    as_of: date
    spells: pl.DataFrame
    history_since: date


def advance(past: Past, snapshot: Snapshot, backfill: pl.DataFrame) -> tuple[Timeline, SpellChanges]:
    """The remembered spells brought up to *snapshot*, and what that changes in the store.

    A second snapshot of one day replaces the first.

    *backfill*: closed and open ``SPELLS`` from the CRM's own history; used only where nothing is remembered yet.
    """
    today = snapshot.as_of
    now = snapshot.table.with_columns(attributes_hash=pl.struct(_ATTRIBUTES).hash(seed=0))
    known, removed, reopened = _rewound(past.spells, today)
    first_night = known.is_empty()
    history = backfill.with_columns(attributes_hash=pl.lit(0, pl.UInt64)) if first_night else backfill.clear()
    before = known.filter(_OPEN) if not first_night else history.filter(_OPEN)

    joined = now.join(
        before.select("account_id", *(pl.col(f).alias(f"was_{f}") for f in SPELL_FACTS), "valid_from", "valid_to",
                      pl.col("attributes_hash").alias("was_hash"), seen=pl.lit(value=True)),
        on="account_id", how="left", maintain_order="left",
    )  # fmt: skip
    same = pl.col("seen").is_not_null() & pl.all_horizontal(
        pl.col(f).eq_missing(pl.col(f"was_{f}")) for f in SPELL_FACTS
    )
    joined = joined.with_columns(same=same)
    columns = [*now.columns, "valid_from", "valid_to"]
    begins = joined.filter(~pl.col("same")).with_columns(valid_from=pl.lit(today)).select(columns)
    unchanged = joined.filter("same")
    ended = (
        before.join(unchanged.select("account_id"), on="account_id", how="anti")
        .with_columns(valid_to=pl.lit(today))
        .select("account_id", "valid_from", "valid_to")
    )
    if first_night:
        opened, closed, refreshed = _first_night(history, ended, unchanged.select(columns), begins)
    else:
        opened, closed = begins, _closings(ended, reopened)
        restored = pl.col("account_id").is_in(reopened["account_id"].implode())
        moved = pl.col("attributes_hash") != pl.col("was_hash")
        refreshed = unchanged.filter(moved | restored).select(columns)
    spells = _after(known, ended, opened)
    changes = SpellChanges(removed=removed, closed=closed, opened=opened, refreshed=refreshed)
    since = past.history_since
    if first_night or since is None:
        since = spells.select(pl.min("valid_from")).item() or today
    return Timeline(today, spells, since), changes


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


def _first_night(
    history: pl.DataFrame, ended: pl.DataFrame, unchanged: pl.DataFrame, begins: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Everything is new: the CRM's history with its ends filled in, then today's state."""
    ends = ended.rename({"valid_to": "ends"})
    past = history.join(ends, on=["account_id", "valid_from"], how="left").with_columns(
        valid_to=pl.coalesce("valid_to", "ends")
    )
    past = past.filter(~_OPEN & (pl.col("valid_from") < pl.col("valid_to"))).drop("ends")
    opened = pl.concat([past, unchanged, begins], how="diagonal").select(unchanged.columns)
    return opened, ended.clear(), unchanged.clear()


def _after(known: pl.DataFrame, ended: pl.DataFrame, opened: pl.DataFrame) -> pl.DataFrame:
    ends = ended.rename({"valid_to": "ends"})
    kept = known.select(list(SPELLS))
    if len(ends):
        kept = kept.join(ends, on=["account_id", "valid_from"], how="left", maintain_order="left").with_columns(
            valid_to=pl.coalesce("valid_to", "ends")
        )
    return pl.concat([kept.select(list(SPELLS)), opened.select(list(SPELLS))])


def state_at(spells: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """The spell of every account at the close of *day*."""
    return spells.filter((pl.col("valid_from") <= day) & (_OPEN | (pl.col("valid_to") > day)))


def no_spells() -> pl.DataFrame:
    """What a store that has never seen a night answers."""
    return pl.DataFrame(schema=_HASHED)
