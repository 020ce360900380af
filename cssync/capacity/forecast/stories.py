"""What became of every deal: where it stood from one day to the next, and whether and when it brought a customer.

Told by the CRM's history of its opportunities where there is one; else by their dates alone, and a deal then stands
where its age puts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from cssync.books.history import History
from cssync.books.owners import with_book
from cssync.capacity.forecast.roster import Flags, Roster, Rows
from cssync.capacity.forecast.seasons import number_of
from cssync.model.calendar import FiscalCalendar

NEVER = 10**7
BANDS = ("overdue", "close date this quarter", "close date next quarter", "close date later", "without a close date")
AGES = ("open for up to 30 days", "open for 31 to 90 days", "open for 91 to 180 days", "open for over 180 days")
PUSHES = ("", "pushed once", "pushed more than once")
_AGE_EDGES = (30, 90, 180)
# A deal whose history is shorter than this is judged by its dates.
_ENOUGH_DAYS = 90


@dataclass(frozen=True, slots=True)
class Cells:
    """A deal's place: *stages* by *bands* by *pushes*, counted in that order."""

    stages: Sequence[str]
    bands: Sequence[str]
    pushes: Sequence[str]

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.stages), len(self.bands), len(self.pushes)

    def words(self, cell: int) -> str:
        """proposal, close date this quarter, pushed once"""
        places = np.unravel_index(cell, self.shape)
        named = zip((self.stages, self.bands, self.pushes), places, strict=True)
        return ", ".join(word for names, place in named if (word := names[int(place)]))


@dataclass(frozen=True, slots=True)
class Stories:
    """One entry a stretch of time in which nothing changed: of which *deal*, *begins*..*ends* (days), its stage, close
    date (-1: none), how often pushed so far, and the book that it was meant for (-1: unknown).

    One entry a deal: the *group* of CSMs of its segment (-1: none), *created*, *decided* (NEVER while open), *won*,
    *starts*: the day on which it brought its customer, *customer_from*..*customer_to*: of its account. *since*: the
    first day of which they tell.
    """

    cells: Cells
    staged: bool
    since: int
    deal: Rows
    begins: Rows
    ends: Rows
    stage: Rows
    closes: Rows
    pushes: Rows
    book: Rows
    group: Rows
    created: Rows
    decided: Rows
    won: Flags
    starts: Rows
    customer_from: Rows
    customer_to: Rows
    ids: pl.Series

    def open_on(self, day: int) -> Rows:
        """The entries of all deals that were open at the close of *day*."""
        at = (self.begins <= day) & (self.ends > day)
        return np.flatnonzero(at & (self.decided[self.deal] > day))

    def of_customers(self, entries: Rows, day: int) -> Flags:
        """Which of *entries* are deals with somebody who was a customer already on *day*."""
        deals = self.deal[entries]
        return (self.customer_from[deals] <= day) & (self.customer_to[deals] > day)

    def cell_of(self, entries: Rows, today: date, calendar: FiscalCalendar) -> Rows:
        """Where each of *entries* stood at the close of *today*."""
        day = number_of(today)
        if not self.staged:
            band = np.searchsorted(_AGE_EDGES, day - self.created[self.deal[entries]])
        else:
            closes = self.closes[entries]
            this, following = number_of(calendar.quarter_end(today)), number_of(calendar.next_quarter_end(today))
            band = np.select([closes < 0, closes < day, closes <= this, closes <= following], [4, 0, 1, 2], 3)
        places = (self.stage[entries], band, self.pushes[entries])
        return np.ravel_multi_index(places, self.cells.shape).astype(np.int64)


def stories_of(history: History, roster: Roster) -> Stories:
    spells, since, staged = _spells(history)
    renewal = pl.col("kind").str.to_lowercase().str.contains("renew").fill_null(value=False)
    rows = spells.filter(~renewal).sort("opportunity_id", "valid_from")
    rows = rows.with_columns(deal=pl.col("opportunity_id").rle_id().cast(pl.Int64))
    deals = _deals(rows, history)
    deal = rows["deal"].to_numpy()
    closes = _numbers(rows["close_on"], -1)
    stages = sorted(rows["stage"].unique().drop_nulls().to_list()) if staged else []
    stage = rows["stage"].replace_strict(stages, range(1, len(stages) + 1), default=0, return_dtype=pl.Int64)
    nothing = np.zeros(rows.height, np.int64)
    return Stories(
        cells=Cells(["", *stages], BANDS if staged else AGES, PUSHES if staged else PUSHES[:1]),
        staged=staged,
        since=number_of(since),
        deal=deal,
        begins=_numbers(rows["valid_from"]),
        ends=_numbers(rows["valid_to"], NEVER),
        stage=stage.fill_null(0).to_numpy() if staged else nothing,
        closes=closes,
        pushes=_pushes(deal, closes) if staged else nothing,
        book=_meant_for(rows["csm_ref"], history, roster),
        group=roster.groups(deals["segment"]),
        created=deals["created"].to_numpy(),
        decided=deals["decided"].to_numpy(),
        won=deals["won"].to_numpy(),
        starts=deals["starts"].to_numpy(),
        customer_from=deals["customer_from"].to_numpy(),
        customer_to=deals["customer_to"].to_numpy(),
        ids=deals["opportunity_id"],
    )


def _spells(history: History) -> tuple[pl.DataFrame, date, bool]:
    """(what was said of deals through time, since when, whether that is a history and not just their dates)"""
    as_of = history.timeline.as_of
    pipeline = history.timeline.pipeline
    columns = ("opportunity_id", "account_id", "csm_ref", "kind", "stage", "is_closed", "is_won", "created_on",
               "close_on", "starts_on", "valid_from", "valid_to")  # fmt: skip
    since = pipeline.select(pl.min("valid_from")).item()
    if since is not None and (as_of - since).days >= _ENOUGH_DAYS:
        return pipeline.select(columns), since, True
    dated = history.snapshot.opportunities
    begun = pl.coalesce("created_on", pl.lit(as_of))
    ended = pl.when("is_closed").then(pl.max_horizontal(pl.coalesce("close_on", pl.lit(as_of)), begun))
    open_ = dated.with_columns(valid_from=begun, valid_to=ended, is_closed=pl.lit(value=False), was=pl.col("is_closed"))
    closed = dated.filter("is_closed").with_columns(valid_from=ended, valid_to=pl.lit(None, pl.Date), was="is_closed")
    spells = pl.concat([open_.select(columns), closed.select(columns)])
    return spells, spells.select(pl.min("valid_from")).item() or as_of, False


def _deals(rows: pl.DataFrame, history: History) -> pl.DataFrame:
    """One row a deal, in order: what became of it as a whole, and whether its account was a customer, and when."""
    open_ended = pl.col("valid_to").is_null().any()
    deals = rows.group_by("deal", maintain_order=True).agg(
        pl.first("opportunity_id", "account_id"),
        closed_from=pl.col("valid_from").filter(pl.col("is_closed")).min(),
        # One that is no longer listed and never was closed has been deleted.
        gone=pl.when(~open_ended).then(pl.max("valid_to")),
        won=(pl.col("is_closed") & pl.col("is_won")).fill_null(value=False).any(),
        created=pl.coalesce("created_on", "valid_from").first(),
        begun=pl.coalesce("starts_on", "close_on").last(),
    )
    customers = _customers(history, deals["account_id"].unique())
    deals = deals.join(customers, on="account_id", how="left", maintain_order="left")
    days = deals.with_columns(
        pl.col("created", "begun").to_physical().cast(pl.Int64),
        pl.col("customer_from", "customer_to").to_physical().cast(pl.Int64).fill_null(NEVER),
        decided=pl.coalesce("closed_from", "gone").to_physical().cast(pl.Int64).fill_null(NEVER),
    )
    came = pl.when(pl.col("customer_from") < NEVER).then("customer_from")
    starts = pl.when(came >= pl.col("created")).then(came).otherwise(pl.max_horizontal("decided", "begun"))
    return days.with_columns(starts=pl.when("won").then(starts).otherwise(NEVER))


def _pushes(deal: Rows, closes: Rows) -> Rows:
    """Of every stretch, how often its deal's close date had been put off so far: at most two are told apart."""
    follows = deal[1:] == deal[:-1]
    pushed = np.append(False, follows & (closes[1:] > closes[:-1]) & (closes[:-1] >= 0))[: len(deal)]
    total = np.cumsum(pushed)
    first = np.searchsorted(deal, deal)
    found: Rows = np.clip(total - total[first], 0, 2)
    return found


def _meant_for(refs: pl.Series, history: History, roster: Roster) -> Rows:
    """The row of the CSM that each of *refs* names; -1 where it names none."""
    distinct = refs.unique().drop_nulls()
    meant = with_book(pl.DataFrame({"csm_ref": distinct}), history.snapshot.owners)["book_id"]
    places = pl.Series(csms_only(roster, meant), dtype=pl.Int64)
    return refs.replace_strict(distinct, places, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def csms_only(roster: Roster, book_ids: pl.Series) -> Rows:
    places = roster.places(book_ids)
    return np.where((places >= 0) & roster.is_csm[places], places, -1)


def _customers(history: History, account_ids: pl.Series) -> pl.DataFrame:
    """``account_id, segment, customer_from, customer_to`` of those: null where it never was a customer, or still is."""
    timeline, asked = history.timeline, pl.col("account_id").is_in(account_ids.implode())
    held = timeline.spells.filter(asked & pl.col("is_customer")).group_by("account_id").agg(
        first=pl.min("valid_from"), last=pl.max("valid_to"), still=pl.col("valid_to").is_null().any()
    )  # fmt: skip
    seen = pl.when(pl.col("first") > timeline.history_since).then("first")
    columns = ("account_id", "segment", "is_customer", "customer_since", "created_on", "churned_on")
    rows = history.snapshot.table.select(columns).filter(asked).join(held, on="account_id", how="left")
    begun = pl.coalesce(seen, "customer_since", pl.when(pl.col("first").is_not_null() | pl.col("is_customer"))
                        .then(pl.coalesce("first", "created_on")))  # fmt: skip
    return rows.select(
        "account_id",
        "segment",
        customer_from=begun,
        customer_to=pl.when(~pl.col("is_customer")).then(pl.coalesce("last", "churned_on")),
    )


def _numbers(days: pl.Series, missing: int = 0) -> Rows:
    return days.to_physical().cast(pl.Int64).fill_null(missing).to_numpy()
