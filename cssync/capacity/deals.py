"""Who works an open deal of a customer: finance, CS, or sales with CS.

Seed 28: basic renewals are billing, small upsells are the CSM's, large ones are driven by sales with the CSM. Seed 34:
an upsell past the initial ACV is a sale. Seed 36: the account keeps its one owner whoever closes. Seed 37: from so
many customers on there is a renewals team, which takes the small upsells too, and CSMs source leads and never close.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import polars as pl

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


def open_deals(company: Company) -> Mapping[str, tuple[OpenDeal, ...]]:
    """By book: the undecided deals of its customers, by who works them, then the largest first."""
    order = list(Worker)
    found: dict[str, list[OpenDeal]] = {}
    for book_id, deal in _Desk(company).deals():
        found.setdefault(book_id, []).append(deal)
    return {
        book_id: tuple(
            sorted(of, key=lambda one: (order.index(one.worker), one.sort, -(one.amount or 0), one.opportunity_id))
        )
        for book_id, of in found.items()
    }


@dataclass(frozen=True)
class _Desk:
    company: Company

    def deals(self) -> Iterator[tuple[str, OpenDeal]]:
        customers = self.company.books.customers.lazy().with_columns(**ages(self.company.as_of))
        named = customers.select(
            "account_id", "arr", account="name", held_by="book_id", at_risk=at_risk(self.company.settings)
        )
        renewal = pl.sql_expr(self.company.settings.deals.renewal).fill_null(value=False)
        open_ = self.company.history.snapshot.opportunities.lazy().filter(~pl.col("is_closed"))
        rows = open_.join(named, on="account_id", how="inner").with_columns(is_renewal=renewal).collect()
        initial = self._initial(rows["account_id"])
        for row in rows.iter_rows(named=True):
            sort, why = self._sort(row, initial.get(row["account_id"]))
            yield (
                row["held_by"],
                OpenDeal(
                    opportunity_id=row["opportunity_id"],
                    account_id=row["account_id"],
                    account=row["account"] or row["account_id"],
                    is_renewal=row["is_renewal"],
                    amount=row["value"],
                    close_on=row["close_on"],
                    sort=sort,
                    worker=self._worker(sort),
                    why=why,
                ),
            )

    def _initial(self, account_ids: pl.Series) -> Mapping[str, Decimal]:
        """What each paid first, as far back as is known."""
        held = self.company.history.timeline.spells.lazy().filter(
            pl.col("account_id").is_in(account_ids.implode()) & pl.col("is_customer") & (pl.col("arr") > 0)
        )
        first = held.group_by("account_id").agg(pl.col("arr").sort_by("valid_from").first())
        return dict(first.collect().iter_rows())

    def _sort(self, row: Mapping[str, object], initial: Decimal | None) -> tuple[Sort, str]:
        amount, arr = row["value"], row["arr"]
        if not isinstance(amount, Decimal):
            return Sort.UNKNOWN, "its amount is not known"
        if not row["is_renewal"]:
            return self._upsell(amount, initial)
        if row["at_risk"]:
            return Sort.AT_RISK, "a renewal at risk is not basic"
        if isinstance(arr, Decimal) and amount > arr:
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
