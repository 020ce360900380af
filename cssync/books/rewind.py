"""Takes a company back to a past day: what was known of its accounts then, and nothing that came later.

Spells hold the facts of every day. What else the CRM says of an account is kept as it is today alone; of that, what
does not change with time is left, and everything else is unknown on a past day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from cssync.books.changes import state_at
from cssync.books.snapshot import Snapshot, sorted_by_book, valued_deals
from cssync.books.spells import Timeline
from cssync.model.owner import Owner
from cssync.model.tables import OPPORTUNITIES, SNAPSHOT, SPELL_FACTS

# Columns that hold of every day what they hold today; dates among them are unknown before they come.
_LASTING = ("name", "product", "region", "language", "parent_id", "created_on")
_DATED = ("customer_since", "churned_on")
# What a past day cannot know of an account.
UNRECORDED = tuple(
    name for name in SNAPSHOT if name not in {"account_id", "csm_ref", "amount", "currency", *_LASTING, *_DATED}
    and name not in SPELL_FACTS
)  # fmt: skip

# By owner: from each of these days on, whether they were active; before the first, they were.
Activity = Mapping[str, Sequence[tuple[date, bool]]]


def rewound(snapshot: Snapshot, timeline: Timeline, day: date, activity: Activity) -> tuple[Snapshot, Timeline]:
    """*snapshot*, the latest there is, and its *timeline* as they were at the close of *day*.

    *activity*: of owners, as nights have recorded it; nobody has left before the first record that says so.
    """
    if day == snapshot.as_of:
        return snapshot, timeline
    spells, pipeline = _until(timeline.spells, day), _until(timeline.pipeline, day)
    owners = tuple(_owner(owner, day, activity.get(owner.id, ())) for owner in snapshot.owners)
    then = replace(
        snapshot,
        as_of=day,
        table=_table(snapshot, spells, day),
        owners=owners,
        opportunities=valued_deals(_deals(snapshot, pipeline, day), snapshot.rates, snapshot.crm_currency, owners),
        problems=snapshot.problems.clear(),
        notes=(),
    )
    return then, replace(timeline, as_of=day, spells=spells, pipeline=pipeline)


def _until(spells: pl.DataFrame, day: date) -> pl.DataFrame:
    known = spells.filter(pl.col("valid_from") <= day)
    return known.with_columns(valid_to=pl.when(pl.col("valid_to") <= day).then("valid_to"))


def _deals(snapshot: Snapshot, pipeline: pl.DataFrame, day: date) -> pl.DataFrame:
    """``OPPORTUNITIES`` of *day*; what they are called is kept as it is today alone."""
    names = snapshot.opportunities.select("opportunity_id", "name")
    listed = state_at(pipeline.lazy(), day).collect().join(names, on="opportunity_id", how="left")
    return listed.select(OPPORTUNITIES.names())


def _table(snapshot: Snapshot, spells: pl.DataFrame, day: date) -> pl.DataFrame:
    lasting = snapshot.table.select("account_id", *_LASTING, *_DATED)
    facts = state_at(spells.lazy(), day).select("account_id", *SPELL_FACTS).collect()
    # An account that the CRM no longer lists has spells alone.
    both = facts.join(lasting, on="account_id", how="left")
    come = [pl.when(pl.col(name) <= day).then(name).alias(name) for name in _DATED]
    shown = both.with_columns(*come, amount="arr", currency=pl.lit(snapshot.rates.corporate), csm_ref="book_id")
    return sorted_by_book(shown.match_to_schema(SNAPSHOT, missing_columns="insert"))


def _owner(owner: Owner, day: date, recorded: Sequence[tuple[date, bool]]) -> Owner:
    place = bisect_right(recorded, day, key=lambda change: change[0])
    active = recorded[place - 1][1] if place else True
    return owner if owner.active == active else replace(owner, active=active)
