"""Adds up customers: how many, what they pay, how they mix, and what moved since a day in the past.

A *unit* is what counts as one customer: an account, or all accounts of one group in one book. A *label* is what
to add up by: a book, a team, a segment, a manager, or one label for everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from cssync.model.book import Change, Movement, Share, Tally
from cssync.model.tables import MONEY

# Seed 18: what touch a customer gets depends on the size of its deal.
DEAL_SIZES = ((100_000, "$100k and over"), (20_000, "$20k to $100k"), (5_000, "$5k to $20k"), (1_000, "$1k to $5k"))
_UNDER_ALL = "under $1k"
UNKNOWN = "unknown"
_ZERO = Decimal("0.00")
_NOTHING = Movement(0, _ZERO)
# All that adding up needs to know of a customer; spells have no product.
COUNTED = ("account_id", "unit_id", "book_id", "arr", "segment", "lifecycle")
_MIXES = ("segment", "lifecycle", "deal_size", "product")


def units_of(customers: pl.DataFrame) -> pl.DataFrame:
    """One row a unit from customer rows of ``SNAPSHOT`` or ``SPELLS``: its ARR is the sum of its accounts'.

    A unit of several accounts is described by the one with the highest ARR.
    """
    whole = customers.with_columns(arr_unknown=pl.col("arr").is_null(), arr=pl.col("arr").fill_null(_ZERO))
    if (whole["unit_id"] == whole["account_id"]).all():
        return whole.with_columns(accounts=pl.lit(1, pl.Int64))
    by_size = whole.sort(["arr", "account_id"], descending=[True, False])
    described = [pl.col(c).first() for c in whole.columns if c not in {"unit_id", "book_id", "arr", "arr_unknown"}]
    return by_size.group_by(["unit_id", "book_id"], maintain_order=True).agg(
        pl.col("arr").sum(), pl.col("arr_unknown").any(), *described, accounts=pl.len().cast(pl.Int64)
    )


def tallies(units: pl.DataFrame, label: str) -> dict[str | None, Tally]:
    """A Tally, without changes, for every value of the column *label* of *units*."""
    sized = units.with_columns(deal_size=_deal_size())
    sums = sized.group_by(label).agg(
        accounts=pl.len(), arr=pl.col("arr").sum(), arr_unknown=pl.col("arr_unknown").sum()
    )
    segments, lifecycles, sizes, products = (_mix(sized, label, column) for column in _MIXES)
    return {
        key: Tally(
            accounts,
            arr,
            arr_unknown,
            by_segment=segments.get(key, ()),
            by_lifecycle=lifecycles.get(key, ()),
            by_deal_size=sizes.get(key, ()),
            by_product=products.get(key, ()),
        )
        for key, accounts, arr, arr_unknown in sums.iter_rows()
    }


def _deal_size() -> pl.Expr:
    size = pl.lit(_UNDER_ALL)
    for floor, name in reversed(DEAL_SIZES):
        size = pl.when(pl.col("arr") >= floor).then(pl.lit(name)).otherwise(size)
    return pl.when(pl.col("arr_unknown")).then(pl.lit(UNKNOWN)).otherwise(size)


def _mix(units: pl.DataFrame, label: str, column: str) -> dict[str | None, tuple[Share, ...]]:
    named = units.select(label, pl.col(column).fill_null(UNKNOWN).alias("part"), "arr")
    parts = named.group_by([label, "part"]).agg(accounts=pl.len(), arr=pl.col("arr").sum())
    shares: dict[str | None, list[Share]] = {}
    for key, name, accounts, arr in parts.sort(["arr", "accounts", "part"], descending=[True, True, False]).iter_rows():
        shares.setdefault(key, []).append(Share(name, accounts, arr))
    return {key: tuple(of_label) for key, of_label in shares.items()}


@dataclass(frozen=True, slots=True)
class Window:
    """The units that may differ between the close of *since* (*then*) and *now*.

    Both hold ``unit_id``, ``arr`` and a column for each label.
    """

    days: int
    since: date
    then: pl.DataFrame
    now: pl.DataFrame


def changes(window: Window, totals: Mapping[str | None, Tally], label: str) -> dict[str | None, Change]:
    """How each label moved over *window*, by cause; *totals* are the tallies of all units now.

    A customer that changed label counts as reassigned with the ARR it had, and what its
    ARR did meanwhile as a change of ARR under the new label: before + sum of the causes is always what is now.
    """
    then, now = window.then, window.now
    pairs = _pairs(then, label, "then").join(
        _pairs(now, label, "now"), on=["unit_id", label], how="full", coalesce=True, nulls_equal=True
    )
    pairs = pairs.join(_span(then, label, "then"), on="unit_id", how="left")
    pairs = pairs.join(_span(now, label, "now"), on="unit_id", how="left")
    was, is_ = pl.col("n_then").is_not_null(), pl.col("n_now").is_not_null()
    known_before, known_after = pl.col("labels_then").is_not_null(), pl.col("labels_now").is_not_null()
    whole_move = is_ & ~was & (pl.col("labels_then") == 1) & (pl.col("labels_now") == 1)
    cause = (
        pl.when(was & is_)
        .then(pl.lit("stayed"))
        .when(is_)
        .then(pl.when(known_before).then(pl.lit("reassigned_in")).otherwise(pl.lit("won")))
        .otherwise(pl.when(known_after).then(pl.lit("reassigned_out")).otherwise(pl.lit("churned")))
    )
    n_then, n_now = pl.col("n_then").fill_null(0).cast(pl.Int64), pl.col("n_now").fill_null(0).cast(pl.Int64)
    arr_then, arr_now = pl.col("arr_then").fill_null(_ZERO), pl.col("arr_now").fill_null(_ZERO)
    moved = pl.when(whole_move).then(pl.col("total_then")).otherwise(arr_now - arr_then)
    moved = pl.when(was & is_).then(pl.lit(_ZERO, MONEY)).otherwise(moved)
    told = pairs.select(pl.col(label), cause=cause, accounts=n_now - n_then, arr=moved, rest=arr_now - arr_then - moved)
    # Books of one group may grow or shrink by accounts within a unit that stays: the count is of units.
    stayed = told.filter(pl.col("cause") == "stayed").with_columns(
        cause=pl.when(pl.col("accounts") < 0).then(pl.lit("reassigned_out")).otherwise(pl.lit("reassigned_in"))
    )
    told = pl.concat([told.filter(pl.col("cause") != "stayed"), stayed])
    sums = told.group_by([label, "cause"]).agg(pl.col("accounts").sum(), pl.col("arr").sum(), pl.col("rest").sum())
    return _as_changes(sums, totals, window)


def _pairs(units: pl.DataFrame, label: str, when: str) -> pl.DataFrame:
    return units.group_by(["unit_id", label]).agg(pl.len().alias(f"n_{when}"), pl.col("arr").sum().alias(f"arr_{when}"))


def _span(units: pl.DataFrame, label: str, when: str) -> pl.DataFrame:
    return units.group_by("unit_id").agg(
        pl.col(label).n_unique().alias(f"labels_{when}"), pl.col("arr").sum().alias(f"total_{when}")
    )


def _as_changes(sums: pl.DataFrame, totals: Mapping[str | None, Tally], window: Window) -> dict[str | None, Change]:
    causes: dict[str | None, dict[str, Movement]] = {}
    for key, cause, accounts, arr, rest in sums.iter_rows():
        of_label = causes.setdefault(key, {})
        if accounts or arr:
            of_label[cause] = Movement(accounts, arr)
        if rest:
            of_label["arr_changed"] = Movement(0, of_label.get("arr_changed", _NOTHING).arr + rest)
    return {key: _change(window, tally, causes.get(key, {})) for key, tally in totals.items()}


def _change(window: Window, now: Tally, causes: Mapping[str, Movement]) -> Change:
    """The causes are known, so what was before follows from what is now."""
    if not causes:
        return Change(window.days, window.since, Movement(now.accounts, now.arr))
    accounts = now.accounts - sum(move.accounts for move in causes.values())
    arr = now.arr - sum((move.arr for move in causes.values()), _ZERO)
    return Change(window.days, window.since, Movement(accounts, arr), **causes)
