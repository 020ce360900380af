"""Who works an open deal of a customer: finance, CS, or sales with CS.

Seed 28: basic renewals are billing, small upsells are the CSM's, large ones are driven by sales with the CSM. Seed 34:
an upsell past the initial ACV is a sale. Seed 36: the account keeps its one owner whoever closes. Seed 37: from so
many customers on there is a renewals team, which takes the small upsells too, and CSMs source leads and never close.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

import polars as pl

from cssync.books.history import runs
from cssync.capacity.attention import at_risk
from cssync.capacity.company import Company
from cssync.capacity.effort import ages
from cssync.model.wording import money


class Worker(StrEnum):
    """In the order in which they are told."""

    SALES = "sales, with the CSM"
    CSM = "the CSM"
    RENEWALS = "the renewals team"
    FINANCE = "finance"


class Sort(StrEnum):
    LARGE = "large upsell"
    SMALL = "small upsell"
    AT_RISK = "renewal at risk"
    BASIC = "basic renewal"
    UNKNOWN = "deal without an amount"

    @property
    def plural(self) -> str:
        return {Sort.AT_RISK: "renewals at risk", Sort.UNKNOWN: "deals without an amount"}.get(self, f"{self}s")

    @property
    def seeds(self) -> str:
        return {Sort.LARGE: "seeds 28 and 34", Sort.SMALL: "seeds 28, 36 and 37"}.get(self, "seed 28")


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """*amount*: in the shown currency, None where it is not known. *why*: a few words on why it is of its *sort*."""

    opportunity_id: str
    account_id: str
    account: str
    is_renewal: bool
    amount: Decimal | None
    close_on: date | None
    sort: Sort
    worker: Worker
    why: str


@dataclass(frozen=True)
class OpenDeals:
    """The undecided deals of all customers of *company*, told book by book where they are asked for."""

    company: Company

    def of(self, book_id: str) -> tuple[OpenDeal, ...]:
        """Of the customers in one book, by who works them, then the largest first."""
        order = list(Worker)
        found = (self._told(row) for row in self._rows(book_id).iter_rows(named=True))
        return tuple(
            sorted(found, key=lambda one: (order.index(one.worker), one.sort, -(one.amount or 0), one.opportunity_id))
        )

    def _rows(self, book_id: str) -> pl.DataFrame:
        first, number = self._by_book[1].get(book_id, (0, 0))
        return self._by_book[0].slice(first, number)

    @cached_property
    def _by_book(self) -> tuple[pl.DataFrame, Mapping[str, tuple[int, int]]]:
        """Every open deal with what its customer pays, and paid first as far as is known; where those of a book are."""
        settings, history = self.company.settings, self.company.history
        customers = self.company.books.customers.lazy().with_columns(**ages(self.company.as_of))
        named = customers.select("account_id", "arr", account="name", held_by="book_id", at_risk=at_risk(settings))
        renewal = pl.sql_expr(settings.deals.renewal).fill_null(value=False)
        open_ = history.snapshot.opportunities.lazy().filter(~pl.col("is_closed"))
        held = history.timeline.spells.lazy().filter(pl.col("is_customer") & (pl.col("arr") > 0))
        held = held.join(open_.select("account_id").unique(), on="account_id", how="semi")
        initial = held.group_by("account_id").agg(initial=pl.col("arr").sort_by("valid_from").first())
        rows = (
            open_.join(named, on="account_id", how="inner")
            .join(initial, on="account_id", how="left")
            .with_columns(is_renewal=renewal)
            .sort("held_by", "opportunity_id")
            .collect()
        )
        return rows, runs(rows["held_by"])

    def _told(self, row: Mapping[str, Any]) -> OpenDeal:
        sort, why = self._sort(row)
        return OpenDeal(
            opportunity_id=row["opportunity_id"],
            account_id=row["account_id"],
            account=row["account"] or row["account_id"],
            is_renewal=row["is_renewal"],
            amount=row["value"],
            close_on=row["close_on"],
            sort=sort,
            worker=self._worker(sort),
            why=why,
        )

    def _sort(self, row: Mapping[str, Any]) -> tuple[Sort, str]:
        amount: Decimal | None = row["value"]
        arr: Decimal | None = row["arr"]
        initial: Decimal | None = row["initial"]
        if amount is None:
            return Sort.UNKNOWN, "its amount is not known"
        if not row["is_renewal"]:
            return self._upsell(amount, initial)
        if row["at_risk"]:
            return Sort.AT_RISK, "a renewal at risk is not basic"
        if arr is not None and amount > arr:
            sort, why = self._upsell(amount - arr, initial)
            return sort, f"a renewal with {self._money(amount - arr)} more, {why}"
        return Sort.BASIC, "a renewal of what is paid already"

    def _upsell(self, amount: Decimal, initial: Decimal | None) -> tuple[Sort, str]:
        deals = self.company.settings.deals
        if initial and amount > initial * deals.sales_past:
            share = "" if deals.sales_past == 1 else f"{deals.sales_past:.0%} of "
            return Sort.LARGE, f"past {share}the initial ACV of {self._money(initial)}"
        large = self._money(deals.large_from)
        return (Sort.LARGE, f"{large} or more") if amount >= deals.large_from else (Sort.SMALL, f"under {large}")

    def _worker(self, sort: Sort) -> Worker:
        team = self.company.books.totals.accounts >= self.company.settings.team.renewals_team_from
        match sort:
            case Sort.LARGE:
                return Worker.SALES
            case Sort.AT_RISK | Sort.UNKNOWN:
                return Worker.CSM
            case Sort.SMALL:
                return Worker.RENEWALS if team else Worker.CSM
            case Sort.BASIC:
                return Worker.RENEWALS if team else Worker.FINANCE

    def _money(self, amount: Decimal) -> str:
        return money(amount, self.company.currency)
