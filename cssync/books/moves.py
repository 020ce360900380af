"""Names the customers behind a book's change: who came and who went, when, and from whom or to whom.

A Change (``cssync.model.book``) says how many; this says which, by the same reckoning: its counts are those of the
Change over the same days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import polars as pl

from cssync.books.changes import state_at
from cssync.books.snapshot import Snapshot
from cssync.books.spells import Timeline
from cssync.model.spells import changed_after

_OF_BOOK = ("unit_id", "book_id")
_STAY = ("account_id", *_OF_BOOK)
_COLUMNS = ("book_id", "kind", "account_id", "name", "arr", "on", "other")


class MoveKind(StrEnum):
    WON = "won"
    TAKEN_OVER = "taken over"
    HANDED_OVER = "handed over"
    CHURNED = "churned"


@dataclass(frozen=True, slots=True)
class Move:
    """One customer that came into a book, or left it, on the day *on*.

    *arr*: what it pays now, or paid when it left; None if unknown. *other*: id of the book that it came from or went
    to, None for one won or churned. *name*: its id where the CRM no longer lists it.
    """

    kind: MoveKind
    account_id: str
    name: str
    arr: Decimal | None
    on: date
    other: str | None


def moves(snapshot: Snapshot, timeline: Timeline, since: date) -> pl.DataFrame:
    """What moved between the close of *since* and the snapshot: a row a customer and book, by book, largest ARR first.

    Columns: ``book_id``, and those of a Move. Of a customer that is several accounts, the one with the highest ARR
    gives its name.
    """
    spells = timeline.spells.lazy()
    touched = spells.filter(changed_after(since)).select("unit_id").unique().collect().lazy()
    was = _held(state_at(spells, since).filter("is_customer"), touched)
    is_ = _held(snapshot.customers.lazy(), touched)
    stays = _stays(spells, touched)
    # In one pair of books a customer may be held by other accounts than before: it has not moved.
    came, left = is_.join(was, on=_OF_BOOK, how="anti"), was.join(is_, on=_OF_BOOK, how="anti")
    arrived = _described(
        came.join(stays, on=_STAY, how="left"), [left, was], pl.col("begun").min(), (MoveKind.TAKEN_OVER, MoveKind.WON)
    )
    gone = _described(
        left.join(stays, on=_STAY, how="left"),
        [came, is_],
        pl.col("ended").max(),
        (MoveKind.HANDED_OVER, MoveKind.CHURNED),
    )
    told = pl.concat([arrived, gone])
    names = snapshot.table.lazy().select("account_id", "name")
    names = names.join(told.lazy().select("account_id"), on="account_id", how="semi")
    named = told.join(names.collect(), on="account_id", how="left").with_columns(name=pl.coalesce("name", "account_id"))
    order = ["book_id", "arr", "account_id"]
    return named.select(_COLUMNS).sort(order, descending=[False, True, False], nulls_last=True)


def as_moves(rows: pl.DataFrame) -> tuple[Move, ...]:
    """*rows* of ``moves``, without the book."""
    return tuple(Move(MoveKind(kind), *rest) for kind, *rest in rows.iter_rows())


def _held(customers: pl.LazyFrame, touched: pl.LazyFrame) -> pl.DataFrame:
    """``unit_id, book_id, account_id`` of the customers that anything has changed about."""
    return customers.select(*_OF_BOOK, "account_id").join(touched, on="unit_id", how="semi").collect()


def _stays(spells: pl.LazyFrame, touched: pl.LazyFrame) -> pl.DataFrame:
    """The last unbroken stay of every account in a book: ``begun``, ``ended`` (null: still there), ``arr`` at last."""
    of_touched = spells.filter("is_customer").join(touched, on="unit_id", how="semi")
    held = of_touched.sort("account_id", "valid_from").collect()
    goes_on = pl.col("valid_from") == pl.col("valid_to").shift()
    for column in _STAY:
        goes_on &= pl.col(column) == pl.col(column).shift()
    marked = held.with_columns(stay=(~goes_on.fill_null(value=False)).cum_sum())
    every = marked.group_by(*_STAY, "stay", maintain_order=True).agg(
        begun=pl.col("valid_from").first(), ended=pl.col("valid_to").last(), arr=pl.col("arr").last()
    )
    return every.unique(_STAY, keep="last", maintain_order=True).drop("stay")


def _described(
    moved: pl.DataFrame, others: Iterable[pl.DataFrame], on: pl.Expr, kinds: tuple[MoveKind, MoveKind]
) -> pl.DataFrame:
    """A row for every customer and book in *moved*, *on* its day.

    *others*: who held customers at the other end, in the order in which counterparts are looked for among them.
    *kinds*: what a move is where there is a counterpart, and where there is none.
    """
    by_size = moved.sort(["arr", "account_id"], descending=[True, False], nulls_last=True)
    known = pl.col("arr").is_not_null().any()
    units = by_size.group_by(_OF_BOOK, maintain_order=True).agg(
        pl.col("account_id").first(), arr=pl.when(known).then(pl.col("arr").sum()), on=on
    )
    counterparts = pl.concat(held.select("unit_id", other="book_id").sort("other") for held in others)
    counterparts = counterparts.unique("unit_id", keep="first", maintain_order=True)
    between, alone = (pl.lit(kind.value) for kind in kinds)
    kind = pl.when(pl.col("other").is_null()).then(alone).otherwise(between)
    return units.join(counterparts, on="unit_id", how="left").with_columns(kind=kind)
