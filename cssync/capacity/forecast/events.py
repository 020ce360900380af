"""Who came and who went: the arrivals and the losses of every book, by the day, from history or from dates.

An account that goes from one book to another is neither: reassignments are management's decisions and enter no rate.
A new customer whom nobody looked after at first is an arrival of the CSM to whom it was handed within a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from cssync.books.history import LOOK_BACK_DAYS, History
from cssync.model.spells import changed_after

LONG_ENOUGH_DAYS = 90
_HANDED_ON_WITHIN_DAYS = 30
_COLUMNS = ("account_id", "unit_id", "book_id", "segment", "arr", "day")


@dataclass(frozen=True, slots=True)
class Events:
    """*arrivals*, *losses*: ``account_id, unit_id, book_id, segment, arr, day``, after *since* up to today.

    *observed*: from history, else from the dates on today's records. *real_since*: the first day of history.
    """

    arrivals: pl.DataFrame
    losses: pl.DataFrame
    since: date
    observed: bool
    real_since: date

    @property
    def arrived(self) -> npt.NDArray[np.int64]:
        """The day of every arrival, as a number."""
        return self.arrivals["day"].to_physical().cast(pl.Int64).to_numpy()


def events_of(history: History) -> Events:
    """Of the last year, or of what is known of it; by dates where less than 90 days are."""
    timeline = history.timeline
    known_days = (timeline.as_of - timeline.customers_since).days
    if known_days < LONG_ENOUGH_DAYS:
        since = timeline.as_of - timedelta(days=LOOK_BACK_DAYS)
        arrivals, losses = _dated(history, since)
        return Events(arrivals, losses, since, observed=False, real_since=timeline.customers_since)
    since = timeline.as_of - timedelta(days=min(known_days, LOOK_BACK_DAYS))
    arrivals, losses = _observed(history, since)
    return Events(arrivals, losses, since, observed=True, real_since=timeline.customers_since)


def _observed(history: History, since: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    timeline = history.timeline
    columns = ("account_id", "unit_id", "book_id", "segment", "arr", "is_customer", "valid_from", "valid_to")
    # What a recent spell follows ended as it began, and what follows it began as it ended: both are recent too.
    recent = timeline.spells.lazy().filter(changed_after(since))
    spells = recent.select(columns).sort("account_id", "valid_from").collect()
    follows = (pl.col("account_id") == pl.col("account_id").shift()) & (
        pl.col("valid_from") == pl.col("valid_to").shift()
    )
    was = (follows & pl.col("is_customer").shift()).fill_null(value=False)
    stays = (follows & pl.col("is_customer")).shift(-1).fill_null(value=False)
    marked = spells.with_columns(was=was, stays=stays).filter("is_customer")
    begun = (pl.col("valid_from") > since) & (pl.col("valid_from") > timeline.history_since)
    won = marked.filter(begun & ~pl.col("was")).with_columns(day="valid_from")
    lost = marked.filter((pl.col("valid_to") > since) & ~pl.col("stays")).with_columns(day="valid_to")
    won, lost = (_of_units(rows, marked) for rows in (won, lost))
    return _handed_on(won.select(_COLUMNS), marked, history), lost.select(_COLUMNS)


def _of_units(rows: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """*rows* that change the count of their book: another account of the same parent is not there before or after."""
    families = rows.filter(pl.col("unit_id") != pl.col("account_id"))["unit_id"].unique()
    if families.is_empty():
        return rows
    in_family = pl.col("unit_id").is_in(families.implode())
    relatives = customers.filter(in_family).select(
        "unit_id", "book_id", relative="account_id", begins="valid_from", ends="valid_to"
    )
    pairs = rows.filter(in_family).join(relatives, on=["unit_id", "book_id"], how="inner")
    day = pl.col("day")
    around = (pl.col("begins") < day) & (pl.col("ends").is_null() | (pl.col("ends") > day))
    counted_already = pairs.filter((pl.col("relative") != pl.col("account_id")) & around)
    kept = rows.join(counted_already, on=["account_id", "day"], how="anti")
    return kept.unique(["unit_id", "book_id", "day"], keep="first", maintain_order=True)


def _handed_on(arrivals: pl.DataFrame, customers: pl.DataFrame, history: History) -> pl.DataFrame:
    """*arrivals* in the book of whoever was given the customer first, where nobody was at the very start."""
    working = [book.id for book in history.books.books if book.kind.is_working]
    at_work = pl.col("book_id").is_in(working)
    waiting = arrivals.filter(~at_work)
    if waiting.is_empty():
        return arrivals
    later = customers.filter(at_work).select("account_id", taker="book_id", taken="valid_from")
    taken = (
        waiting.join(later, on="account_id", how="inner")
        .filter((pl.col("taken") - pl.col("day")).dt.total_days().is_between(0, _HANDED_ON_WITHIN_DAYS))
        .sort("account_id", "day", "taken")
        .unique(["account_id", "day"], keep="first", maintain_order=True)
        .select("account_id", "day", "taker", "taken")
    )
    moved = arrivals.join(taken, on=["account_id", "day"], how="left", maintain_order="left")
    moved = moved.with_columns(book_id=pl.coalesce("taker", "book_id"), day=pl.coalesce("taken", "day"))
    return moved.select(_COLUMNS)


def _dated(history: History, since: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """By the dates of becoming a customer and of churning, of all that are or were one in the last year."""
    as_of, table = history.timeline.as_of, history.snapshot.table
    begun = pl.coalesce("customer_since", "created_on")
    churned = ~pl.col("is_customer") & (pl.col("churned_on") > since)
    came = (begun > since) & (begun <= as_of)
    were = pl.col("is_customer") | (churned & pl.col("customer_since").is_not_null())
    first_of_units = table.filter(were).with_columns(day=begun).sort("day", "account_id", nulls_last=False)
    # Of several accounts of one parent, the first to come brought it into the book.
    arrivals = first_of_units.unique(["unit_id", "book_id"], keep="first", maintain_order=True).filter(came)
    losses = table.filter(churned).with_columns(day="churned_on")
    return arrivals.select(_COLUMNS), losses.select(_COLUMNS)
