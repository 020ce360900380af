"""Turns the CRM's own history into the same spells that nightly snapshots leave.

What the CRM does not remember is taken as it is today: the segment and the parent, which histories do not carry, and
ARR and lifecycle of days on which they were not tracked. ``known_since`` says from which day each is real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from cssync.books.owners import with_book
from cssync.books.rates import converted
from cssync.books.snapshot import Snapshot
from cssync.model.history import ARR, CSM, CUSTOMERS, LIFECYCLE, PIPELINE, Backfill, History
from cssync.model.night import Past
from cssync.model.spells import joined
from cssync.model.tables import OWNERSHIP, SPELL_FACTS, SPELLS, empty
from cssync.settings.model import Customers

# What a day in the past needs to know of an account besides what ``customers.where`` asks for.
_NEEDED = ("account_id", "csm_ref", "amount", "arr", "lifecycle", "segment", "unit_id", "created_on",
           "customer_since", "churned_on")  # fmt: skip


def backfill_of(history: History, snapshot: Snapshot, customers: Customers) -> Backfill:
    """All that *history* tells, as spells."""
    return Backfill(spells_of(history, snapshot, customers), history.pipeline)


def spells_of(history: History, snapshot: Snapshot, customers: Customers) -> pl.DataFrame:
    """``SPELLS`` from the first day on which owners are known up to the snapshot's; empty where they never are.

    Whether an account was a customer is decided by *customers* on the values of each day, unless the history itself
    says so; where ARR of the day is unknown, an account was none before it became one. An account of which
    the history holds nothing is taken as unchanged since it was created, but not from before the history begins.
    """
    horizon = history.since.get(CSM)
    if horizon is None or horizon > snapshot.as_of:
        return empty(SPELLS)
    where = pl.sql_expr(customers.where)
    columns = dict.fromkeys((*_NEEDED, *where.meta.root_names()))
    today = snapshot.table.select(*columns)
    periods = pl.concat([_told(history.ownership, horizon, snapshot.as_of), _silent(history, today, snapshot.as_of)])
    turns = today.select("account_id", begun="customer_since", churn="churned_on")
    periods = periods.join(turns, on="account_id", how="inner")
    for turn in ("begun", "churn"):
        periods = _split(periods, pl.col(turn), snapshot.as_of)
    periods = _without_beginnings(periods)
    valued = converted(periods, snapshot.rates, snapshot.crm_currency)
    placed = with_book(_as_of_then(valued, today), snapshot.owners)
    standing = pl.col("arr_known") | (pl.col("begun") <= pl.col("valid_from")).fill_null(value=True)
    decided = where.fill_null(value=False) & standing
    rows = placed.with_columns(is_customer=pl.coalesce("said", decided))
    rows = rows.select(list(SPELLS)).match_to_schema(SPELLS).sort("account_id", "valid_from")
    return joined(rows, "account_id", SPELL_FACTS)


def known_since(history: History, customers: Customers, first_night: date) -> Mapping[str, date]:
    """From which day owners, ARR, lifecycle, and who was a customer, are real; of deals where that was tracked.

    What was not tracked is so since the *first_night* of ours, and nothing but deals is before there are owners.
    """
    first = min(history.since.get(CSM, first_night), first_night)
    known = {fact: max(first, min(history.since.get(fact, first_night), first_night)) for fact in (CSM, ARR, LIFECYCLE)}
    said = history.ownership["is_customer"]
    decide = () if len(said) and not said.has_nulls() else _deciding(customers)
    deals = {PIPELINE: min(history.since[PIPELINE], first_night)} if PIPELINE in history.since else {}
    return {**known, CUSTOMERS: max((known[fact] for fact in decide), default=first), **deals}


def before(backfill: Backfill, first_night: date) -> Backfill:
    """What of *backfill* was over before our own nights begin: they know better from then on."""
    return Backfill(_before(backfill.spells, first_night), _before(backfill.pipeline, first_night))


def _before(spells: pl.DataFrame, first_night: date) -> pl.DataFrame:
    day = pl.lit(first_night)
    earlier = spells.filter(pl.col("valid_from") < day)
    return earlier.with_columns(valid_to=pl.min_horizontal(pl.col("valid_to").fill_null(day), day))


def with_history(past: Past, backfill: Backfill, first_night: date, known: Mapping[str, date]) -> Past:
    """*past* as if *backfill*, all over by the *first_night*, had been remembered of the time before it, and nothing
    else.
    """
    since = backfill.spells.select(pl.min("valid_from")).item() or first_night
    return replace(
        past,
        spells=_laid_before(past.spells, backfill.spells, first_night),
        pipeline=_laid_before(past.pipeline, backfill.pipeline, first_night),
        history_since=since,
        history_tracked=known,
    )


def _laid_before(ours: pl.DataFrame, earlier: pl.DataFrame, first_night: date) -> pl.DataFrame:
    day = pl.lit(first_night)
    kept = ours.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    kept = kept.with_columns(valid_from=pl.max_horizontal("valid_from", day))
    return pl.concat([earlier.with_columns(attributes_hash=pl.lit(0, pl.UInt64)).match_to_schema(ours.schema), kept])


def _deciding(customers: Customers) -> tuple[str, ...]:
    """The facts with a history of their own that decide who is a customer."""
    asked = set(pl.sql_expr(customers.where).meta.root_names())
    columns = {ARR: {"arr", "amount"}, LIFECYCLE: {"lifecycle"}}
    return tuple(fact for fact, names in columns.items() if asked & names)


def _told(ownership: pl.DataFrame, horizon: date, as_of: date) -> pl.DataFrame:
    """``OWNERSHIP`` between *horizon* and *as_of*, without overlaps."""
    rows = (
        ownership.filter(pl.col("valid_from") <= as_of)
        .unique(["account_id", "valid_from"], keep="last", maintain_order=True)
        .sort("account_id", "valid_from")
    )
    # A row ends where the next begins, even where the source lets them overlap.
    following = pl.col("valid_from").shift(-1).over("account_id")
    ends = pl.min_horizontal("valid_to", following)
    rows = rows.with_columns(valid_to=pl.when(ends <= as_of).then(ends))
    rows = rows.with_columns(valid_from=pl.max_horizontal("valid_from", pl.lit(horizon)))
    return rows.filter(pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to")))


def _silent(history: History, today: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """``OWNERSHIP`` of the accounts that *history* does not speak of: as they are today, ever since they began."""
    begun = pl.coalesce("created_on", "customer_since")
    begun = pl.when(begun > as_of).then(pl.lit(as_of)).otherwise(begun)
    rows = today.join(history.ownership.select("account_id"), on="account_id", how="anti")
    began = rows.select("account_id", "csm_ref", valid_from=pl.max_horizontal(begun, pl.lit(history.since[CSM])))
    return began.match_to_schema(OWNERSHIP, missing_columns="insert")


def _split(periods: pl.DataFrame, day: pl.Expr, as_of: date) -> pl.DataFrame:
    """*periods*, those in two parts that *day* falls into."""
    ends = pl.col("valid_to").is_null() | (day < pl.col("valid_to"))
    inside = ((pl.col("valid_from") < day) & (day <= as_of) & ends).fill_null(value=False)
    cut = periods.filter(inside)
    return pl.concat([periods.filter(~inside), cut.with_columns(valid_to=day), cut.with_columns(valid_from=day)])


def _without_beginnings(periods: pl.DataFrame) -> pl.DataFrame:
    """*periods* but for those before an account became a customer, where nothing says that it was one any earlier.

    They are in no book, and of a large company they would be a third of all spells.
    """
    arr_known = pl.col("amount").is_not_null() | pl.col("amount_known").fill_null(value=False)
    silent = pl.col("is_customer").is_null() & ~arr_known
    return periods.filter(~(silent & (pl.col("valid_to") <= pl.col("begun"))).fill_null(value=False))


def _as_of_then(periods: pl.DataFrame, today: pl.DataFrame) -> pl.DataFrame:
    """Each of *periods* as a row of *today* with the values of its first day.

    Beside it ``arr_known``, ``begun`` (the day of becoming a customer) and ``said`` (whether the history calls it one).
    """
    of_day = periods.select(
        "account_id", "csm_ref", "valid_from", "valid_to", "converted", "begun", said="is_customer",
        amount_then="amount", lifecycle_then="lifecycle",
        arr_known=pl.col("amount").is_not_null() | pl.col("amount_known").fill_null(value=False),
        lifecycle_known=pl.col("lifecycle").is_not_null() | pl.col("lifecycle_known").fill_null(value=False),
    )  # fmt: skip
    both = of_day.join(today.drop("csm_ref"), on="account_id", how="inner")
    first_day = pl.col("valid_from")
    return both.with_columns(
        amount=pl.when("arr_known").then("amount_then").otherwise("amount"),
        arr=pl.when("arr_known").then("converted").otherwise("arr"),
        lifecycle=pl.when("lifecycle_known").then("lifecycle_then").otherwise("lifecycle"),
        # A day that had not come was not written down yet.
        churned_on=pl.when(pl.col("churned_on") <= first_day).then("churned_on"),
        customer_since=pl.when(pl.col("customer_since") <= first_day).then("customer_since"),
    )
