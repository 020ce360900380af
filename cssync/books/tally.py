"""Adds up customers: how many, what they pay, how they mix, and what moved since a day in the past.

A *unit* is what counts as one customer: an account, or all accounts of one group in one book. A *label* is what
to add up by: a book, a team, a segment, a manager, or one label for everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import polars as pl

from cssync.books.history import runs
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
_SUMMED = ("accounts", "arr", "arr_unknown")


def units_of(customers: pl.DataFrame) -> pl.DataFrame:
    """One row a unit from customer rows of ``SNAPSHOT`` or ``SPELLS``: its ARR is the sum of its accounts'.

    A unit of several accounts is described by the one with the highest ARR.
    """
    whole = customers.with_columns(arr_unknown=pl.col("arr").is_null(), arr=pl.col("arr").fill_null(_ZERO))
    if (whole["unit_id"] == whole["account_id"]).all():
        return whole
    by_size = whole.sort(["arr", "account_id"], descending=[True, False])
    described = [pl.col(c).first() for c in whole.columns if c not in {"unit_id", "book_id", "arr", "arr_unknown"}]
    return by_size.group_by(["unit_id", "book_id"], maintain_order=True).agg(
        pl.col("arr").sum(), pl.col("arr_unknown").any(), *described
    )


def parts_of(units: pl.DataFrame, label: str) -> pl.DataFrame:
    """What makes up each *label*, a column of *units*: one row for every part of its every mix.

    Columns: *label*, ``mix``, ``part``, ``accounts``, ``arr``, ``arr_unknown``.
    """
    sized = units.with_columns(deal_size=_deal_size(), accounts=pl.lit(1, pl.Int64))
    mixes = (sized.select(label, pl.col(mix).fill_null(UNKNOWN).alias("part"), *_SUMMED) for mix in _MIXES)
    columns = (label, "mix", "part", *_SUMMED)
    parts = (_summed(of_mix, label, "part") for of_mix in mixes)
    return pl.concat(
        rows.with_columns(mix=pl.lit(mix)).select(columns) for mix, rows in zip(_MIXES, parts, strict=True)
    )


def regrouped(parts: pl.DataFrame, label: str) -> pl.DataFrame:
    """The same parts by another *label*, a further column of theirs: much fewer rows to add up than units."""
    return _summed(parts, label, "mix", "part")


def tallies(parts: pl.DataFrame, label: str, windows: Iterable[Window]) -> dict[str | None, Tally]:
    """The Tally of every *label*, from its parts, with its changes over *windows*."""
    # Each mix holds all there is.
    sums = tuple(_summed(parts.filter(pl.col("mix") == _MIXES[0]), label).iter_rows())
    moved = changes(windows, {key: Movement(accounts, arr) for key, accounts, arr, _ in sums}, label)
    mixes = _Mixes.of(parts, label)
    return {
        key: Tally(accounts, arr, unknown, moved[key], partial(mixes.shares, key))
        for key, accounts, arr, unknown in sums
    }


def main_parts(parts: pl.DataFrame, label: str, mix: str) -> dict[str, str]:
    """By *label*, the part of *mix* that most of its customers are in (ties: by name)."""
    most = parts.filter(pl.col("mix") == mix).sort(["accounts", "part"], descending=[True, False])
    return dict(most.unique(label, keep="first", maintain_order=True).select(label, "part").iter_rows())


@dataclass(frozen=True, slots=True)
class _Mixes:
    """*parts*: ``mix, part, accounts, arr``, the largest first, those of a label side by side at its *extents*."""

    parts: pl.DataFrame
    extents: Mapping[Any, tuple[int, int]]

    @classmethod
    def of(cls, parts: pl.DataFrame, label: str) -> _Mixes:
        by_size = parts.sort([label, "arr", "accounts", "part"], descending=[False, True, True, False])
        return cls(by_size.select("mix", "part", "accounts", "arr"), runs(by_size[label]))

    def shares(self, label: str | None, mix: str) -> tuple[Share, ...]:
        rows = self.parts.slice(*self.extents[label]).iter_rows()
        return tuple(Share(*share) for of, *share in rows if of == mix)


def _summed(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    return rows.group_by(by).agg(pl.col(_SUMMED).sum())


def _deal_size() -> pl.Expr:
    size = pl.lit(_UNDER_ALL)
    for floor, name in reversed(DEAL_SIZES):
        size = pl.when(pl.col("arr") >= floor).then(pl.lit(name)).otherwise(size)
    return pl.when(pl.col("arr_unknown")).then(pl.lit(UNKNOWN)).otherwise(size)


@dataclass(frozen=True, slots=True)
class Window:
    """The units that may differ between the close of *since* (*then*) and *now*.

    Both hold ``unit_id``, ``arr`` and a column for each label. *arr_known*: whether the ARR of then is real.
    """

    days: int
    since: date
    then: pl.DataFrame
    now: pl.DataFrame
    arr_known: bool = True


def changes(
    windows: Iterable[Window], totals: Mapping[str | None, Movement], label: str
) -> dict[str | None, tuple[Change, ...]]:
    """How each label moved over each of *windows*, by cause; *totals*: what each has now.

    A customer that changed label counts as reassigned with the ARR it had, and what its
    ARR did meanwhile as a change of ARR under the new label: before + sum of the causes is always what is now.
    """
    told = tuple(windows)
    # Windows that reach back before the first night begin together, on that night.
    since = {window.since: window for window in told}
    causes = {day: _causes(window, label) for day, window in since.items()}
    return {
        key: tuple(_change(window, now, causes[window.since].get(key)) for window in told)
        for key, now in totals.items()
    }


def _causes(window: Window, label: str) -> dict[str | None, dict[str, Movement]]:
    then, now = window.then, window.now
    pairs = _pairs(then, label, "then").join(
        _pairs(now, label, "now"), on=["unit_id", label], how="full", coalesce=True, nulls_equal=True
    )
    pairs = pairs.join(_span(then, label, "then"), on="unit_id", how="left")
    pairs = pairs.join(_span(now, label, "now"), on="unit_id", how="left")
    was, is_ = pl.col("n_then").is_not_null(), pl.col("n_now").is_not_null()
    known_before, known_after = pl.col("labels_then").is_not_null(), pl.col("labels_now").is_not_null()
    whole_move = is_ & ~was & (pl.col("labels_then") == 1) & (pl.col("labels_now") == 1)
    n_then, n_now = pl.col("n_then").fill_null(0).cast(pl.Int64), pl.col("n_now").fill_null(0).cast(pl.Int64)
    cause = (
        pl.when(was & is_)
        # Books of one group may grow or shrink by accounts within a unit that stays: the count is of units.
        .then(pl.when(n_now < n_then).then(pl.lit("reassigned_out")).otherwise(pl.lit("reassigned_in")))
        .when(is_)
        .then(pl.when(known_before).then(pl.lit("reassigned_in")).otherwise(pl.lit("won")))
        .otherwise(pl.when(known_after).then(pl.lit("reassigned_out")).otherwise(pl.lit("churned")))
    )
    arr_then, arr_now = pl.col("arr_then").fill_null(_ZERO), pl.col("arr_now").fill_null(_ZERO)
    moved = pl.when(whole_move).then(pl.col("total_then")).otherwise(arr_now - arr_then)
    moved = pl.when(was & is_).then(pl.lit(_ZERO, MONEY)).otherwise(moved)
    told = pairs.select(pl.col(label), cause=cause, accounts=n_now - n_then, arr=moved, rest=arr_now - arr_then - moved)
    sums = told.group_by([label, "cause"]).agg(pl.col("accounts").sum(), pl.col("arr").sum(), pl.col("rest").sum())
    causes: dict[str | None, dict[str, Movement]] = {}
    for key, name, accounts, arr, rest in sums.iter_rows():
        of_label = causes.setdefault(key, {})
        if accounts or arr:
            of_label[name] = Movement(accounts, arr)
        if rest:
            of_label["arr_changed"] = Movement(0, of_label.get("arr_changed", _NOTHING).arr + rest)
    return causes


def _pairs(units: pl.DataFrame, label: str, when: str) -> pl.DataFrame:
    return units.group_by(["unit_id", label]).agg(pl.len().alias(f"n_{when}"), pl.col("arr").sum().alias(f"arr_{when}"))


def _span(units: pl.DataFrame, label: str, when: str) -> pl.DataFrame:
    return units.group_by("unit_id").agg(
        pl.col(label).n_unique().alias(f"labels_{when}"), pl.col("arr").sum().alias(f"total_{when}")
    )


def _change(window: Window, now: Movement, causes: Mapping[str, Movement] | None) -> Change:
    """The causes are known, so what was before follows from what is now."""
    if not causes:
        return Change(window.days, window.since, now, arr_known=window.arr_known)
    accounts = now.accounts - sum(move.accounts for move in causes.values())
    arr = now.arr - sum((move.arr for move in causes.values()), _ZERO)
    return Change(window.days, window.since, Movement(accounts, arr), **causes, arr_known=window.arr_known)
