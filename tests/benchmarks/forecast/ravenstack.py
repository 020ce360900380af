"""RavenStack, a SaaS company that nobody on this project made up, as cssync would know it on any day.

"RavenStack" is a synthetic data set by River @ Rivalytics: 500 accounts, 5,000 subscriptions, 600 churn events, no
owners. What it says of one thing does not agree with what it says of another, so each reading of it is a company of
its own, with one book a segment. A trial is no subscription; nor is one that ends on the day it starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from cssync.books.aggregate import add_up
from cssync.books.history import History
from cssync.books.snapshot import take_snapshot
from cssync.books.spells import Timeline
from cssync.capacity.forecast.distribution import Floats
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from cssync.model.pull import Pull
from cssync.model.tables import ACCOUNTS, MONEY, SPELLS
from cssync.settings.model import Settings
from cssync.settings.team import Member, Team

FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2024, 12, 31)
_FILES = ("accounts", "subscriptions", "churn_events")
_STRETCHES = pl.Schema(
    {
        "account_id": pl.String(),
        "segment": pl.String(),
        "arr": MONEY,
        "is_customer": pl.Boolean(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
    }
)
_Row = tuple[str, str, int, bool, date, date | None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """In force from *begins* on, until before *ends*."""

    begins: date
    ends: date | None
    arr: int


@dataclass(frozen=True)
class Reading:
    """*stretches*: what is counted, its segment and ARR, whether it is a customer, half open; null: still so."""

    name: str
    stretches: pl.DataFrame

    @cached_property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.stretches["segment"].unique().sort())

    @cached_property
    def settings(self) -> Settings:
        return Settings(team=Team(members={segment: Member(segment=segment) for segment in self.segments}))

    @cached_property
    def _turns(self) -> pl.DataFrame:
        """``segment, day, came, went``: each day on which something became a customer or ceased to be one."""
        same = pl.col("account_id") == pl.col("account_id").shift()
        was = (same & pl.col("is_customer").shift()).fill_null(value=False)
        rows = self.stretches.sort("account_id", "valid_from")
        return rows.select(
            "segment",
            day="valid_from",
            came=(pl.col("is_customer") & ~was).cast(pl.Int64),
            went=(~pl.col("is_customer") & was).cast(pl.Int64),
        )

    def known(self, day: date) -> History:
        """What a night on *day* would work on, with all that has been written down since ``FIRST_DAY``."""
        past = self.stretches.filter(pl.col("valid_from") <= day).with_columns(
            valid_to=pl.when(pl.col("valid_to") <= day).then("valid_to")
        )
        pull = Pull(
            source="RavenStack",
            pulled_at=datetime(day.year, day.month, day.day, 23, tzinfo=UTC),
            accounts=_accounts(past),
            owners=tuple(Owner(segment, segment, None) for segment in self.segments),
            rates=ExchangeRates("USD"),
        )
        snapshot = take_snapshot(pull, self.settings, day)
        spells = past.with_columns(book_id="segment", unit_id="account_id")
        timeline = Timeline(day, spells.match_to_schema(SPELLS, missing_columns="insert"), FIRST_DAY)
        return History(snapshot, timeline, add_up(snapshot, timeline, self.settings.team, last_night=day, windows=()))

    def came_and_went(self, since: date, until: date) -> Mapping[str, tuple[int, int]]:
        """By segment, after *since* and up to *until*: how often one became a customer, how often one ceased to be."""
        told = self._turns.filter(pl.col("day").is_between(since, until, closed="right"))
        sums = told.group_by("segment").agg(pl.sum("came", "went"))
        found = {segment: (came, went) for segment, came, went in sums.iter_rows()}
        return {segment: found.get(segment, (0, 0)) for segment in self.segments}

    def daily(self, until: date) -> Mapping[str, tuple[Floats, Floats]]:
        """By segment, how many came and how many went on each day from ``FIRST_DAY`` up to *until*."""
        told = self._turns.filter(pl.col("day") <= until)
        size = (until - FIRST_DAY).days + 1
        found = {}
        for segment in self.segments:
            mine = told.filter(pl.col("segment") == segment)
            places = (mine["day"] - FIRST_DAY).dt.total_days().to_numpy()
            came, went = (np.bincount(places, mine[flow].to_numpy(), size) for flow in ("came", "went"))
            found[segment] = (came.astype(np.float64), went.astype(np.float64))
        return found

    def customers(self, day: date) -> Mapping[str, int]:
        """By segment, at the close of *day*."""
        at = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
        held = dict(self.stretches.filter(at & pl.col("is_customer")).group_by("segment").len().iter_rows())
        return {segment: held.get(segment, 0) for segment in self.segments}


def readings(data: Path) -> tuple[Reading, ...]:
    """Three companies in one data set.

    Accounts by industry, which an account keeps, while the plan of two subscriptions in three is not that of their
    account; an account is a customer while a subscription is in force. The same, but gone at a churn event until its
    next subscription starts. Subscriptions by plan, each by itself.
    """
    accounts, subscriptions, events = (_table(data / f"ravenstack_{name}.csv") for name in _FILES)
    industry = dict(accounts.select("account_id", "industry").iter_rows())
    churned: dict[str, list[date]] = {}
    for account, day in events.select("account_id", "churn_date").iter_rows():
        churned.setdefault(account, []).append(day)
    held: dict[str, list[Subscription]] = {}
    alone: dict[str, list[Subscription]] = {}
    plan: dict[str, str] = {}
    for row in subscriptions.filter(~pl.col("is_trial")).iter_rows(named=True):
        sold = Subscription(row["start_date"], row["end_date"], row["arr_amount"])
        if sold.ends is None or sold.ends > sold.begins:
            held.setdefault(row["account_id"], []).append(sold)
            alone[row["subscription_id"]] = [sold]
            plan[row["subscription_id"]] = row["plan_tier"]
    return (
        Reading("accounts by industry", _table_of(held, industry, {})),
        Reading("accounts by industry, gone at churn events", _table_of(held, industry, churned)),
        Reading("subscriptions by plan", _table_of(alone, plan, {})),
    )


def _table(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, try_parse_dates=True)


def _table_of(
    held: Mapping[str, Sequence[Subscription]], segments: Mapping[str, str], churned: Mapping[str, Sequence[date]]
) -> pl.DataFrame:
    rows = (row for key in sorted(held) for row in stretches(key, segments[key], held[key], churned.get(key, ())))
    return pl.DataFrame(list(rows), schema=_STRETCHES, orient="row")


def stretches(key: str, segment: str, held: Sequence[Subscription], churned: Sequence[date]) -> Iterator[_Row]:
    """One row from each day on which anything changed, from the first subscription on."""
    began = {sold.begins for sold in held}
    turns = sorted(began | {sold.ends for sold in held if sold.ends} | {day for day in churned if day > min(began)})
    gone = False
    state: tuple[int, bool] | None = None
    since = turns[0]
    for day in turns:
        gone = day not in began and (gone or day in churned)
        arr = sum(sold.arr for sold in held if sold.begins <= day and (sold.ends is None or sold.ends > day))
        now = (0, False) if gone else (arr, arr > 0)
        if now != state:
            if state is not None:
                yield (key, segment, *state, since, day)
            state, since = now, day
    if state is not None:
        yield (key, segment, *state, since, None)


def _accounts(past: pl.DataFrame) -> pl.DataFrame:
    """All that have ever been customers, as a CRM would list them on the day up to which *past* goes."""
    first = past.filter("is_customer").group_by("account_id").agg(customer_since=pl.min("valid_from"))
    today = past.filter(pl.col("valid_to").is_null()).join(first, on="account_id")
    return today.select(
        "account_id",
        "segment",
        "customer_since",
        name="account_id",
        csm_ref="segment",
        amount="arr",
        churned_on=pl.when(~pl.col("is_customer")).then("valid_from"),
    ).match_to_schema(ACCOUNTS, missing_columns="insert")


def origins(first: date, horizon: int, step: int) -> Iterator[date]:
    """Every *step* days from *first* on, for as long as what comes of a forecast is known."""
    day = first
    while day + timedelta(days=horizon) <= LAST_DAY:
        yield day
        day += timedelta(days=step)
