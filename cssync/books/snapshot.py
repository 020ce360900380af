"""Turns a pull into one day's snapshot: money converted, customers told apart, every account in a book."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from cssync.books.hierarchy import ultimate_parents
from cssync.books.owners import corrected, reunions, with_book
from cssync.books.rates import converted, rates_in_force
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from cssync.model.pull import Pull
from cssync.model.tables import MONEY, PROBLEMS, SNAPSHOT, VALUED_OPPORTUNITIES, empty
from cssync.settings.model import Customers, Settings


@dataclass(frozen=True, slots=True)
class Snapshot:
    """*table*: ``SNAPSHOT``, unique by account; customers first, by book. *problems*: ``PROBLEMS``, the pull's and
    those found here. *opportunities*: ``VALUED_OPPORTUNITIES``. *crm_currency*: what an amount without a currency is
    in. *notes*: sentences for the operator.
    """

    as_of: date
    table: pl.DataFrame
    owners: tuple[Owner, ...]
    rates: ExchangeRates
    crm_currency: str
    problems: pl.DataFrame
    notes: tuple[str, ...] = ()
    opportunities: pl.DataFrame = field(default_factory=lambda: empty(VALUED_OPPORTUNITIES))

    @property
    def customers(self) -> pl.DataFrame:
        """A part of *table*, not a copy: a million wide rows are held once."""
        return self.table.head(self.table.select(pl.col("is_customer").sum()).item())


def take_snapshot(pull: Pull, settings: Settings, as_of: date) -> Snapshot:
    """Raises ConfigError where figures are to be shown in a currency without a rate."""
    rates = rates_in_force(pull.rates, settings.money)
    owners = corrected(pull.owners, settings.team)
    opportunities = valued_deals(pull.opportunities, rates, pull.rates.corporate, owners)
    accounts, problems = _with_arr(pull, opportunities, settings, rates, as_of)
    accounts = accounts.with_columns(
        # An announced churn is not one yet.
        churned_on=pl.when(pl.col("churned_on") <= as_of).then("churned_on"),
        leaving_on=pl.when(pl.col("churned_on") > as_of).then("churned_on"),
    )
    accounts = accounts.with_columns(is_customer=pl.sql_expr(settings.customers.where).fill_null(value=False))
    accounts = with_book(accounts, owners)
    unit = pl.col("account_id")
    if settings.customers.count_by == "ultimate_parent":
        accounts = accounts.with_columns(ultimate_parents(accounts))
        unit = pl.col("unit_id")
    table = sorted_by_book(accounts.with_columns(unit_id=unit).select(list(SNAPSHOT)).match_to_schema(SNAPSHOT))
    found = (pull.problems, problems, _future_dates(table, as_of))
    notes = reunions(accounts.filter("is_customer"), owners)
    return Snapshot(as_of, table, owners, rates, pull.rates.corporate, pl.concat(found), notes, opportunities)


def valued_deals(
    opportunities: pl.DataFrame, rates: ExchangeRates, unmarked: str, owners: tuple[Owner, ...]
) -> pl.DataFrame:
    """``VALUED_OPPORTUNITIES``, in the same order; dated rates are taken as of the close date."""
    in_one_currency = converted(opportunities, rates, unmarked, on="close_on").rename({"converted": "value"})
    placed = with_book(in_one_currency, owners)
    named = pl.when(pl.col("csm_ref").is_not_null()).then("book_id")
    return placed.with_columns(book_id=named).match_to_schema(VALUED_OPPORTUNITIES)


def in_force(opportunities: pl.DataFrame, customers: Customers, as_of: date) -> pl.DataFrame:
    """Those rows of ``OPPORTUNITIES`` that make up ARR on *as_of*, where it is taken from won opportunities."""
    begun = pl.coalesce("starts_on", "close_on") <= as_of
    lasts = pl.col("ends_on").is_null() | (pl.col("ends_on") > as_of)
    recurring = pl.sql_expr(customers.arr.recurring).fill_null(value=False)
    return opportunities.filter(pl.col("is_won") & begun & lasts & recurring)


def sorted_by_book(table: pl.DataFrame) -> pl.DataFrame:
    """``SNAPSHOT`` rows in the order that a Snapshot holds them in."""
    return table.sort(["is_customer", "book_id", "account_id"], descending=[True, False, False])


def _with_arr(
    pull: Pull, opportunities: pl.DataFrame, settings: Settings, rates: ExchangeRates, as_of: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(accounts with ``arr``, problems)"""
    unmarked = pull.rates.corporate
    open_ones = opportunities.filter(~pl.col("is_closed").fill_null(value=False))
    if settings.customers.arr.from_ == "field":
        accounts = converted(pull.accounts, rates, unmarked).rename({"converted": "arr"})
        unknown = _without_rate(accounts, "arr", unmarked, object_="account", id_="account_id")
        return accounts, pl.concat([unknown, _deals_without_rate(open_ones, unmarked)])
    won = in_force(opportunities, settings.customers, as_of)
    unknown = _deals_without_rate(pl.concat([won, open_ones]).unique("opportunity_id", keep="first"), unmarked)
    # One opportunity that cannot be valued leaves the whole account's ARR unknown: a part is not the sum.
    whole = pl.col("value").is_not_null().all()
    sums = won.group_by("account_id").agg(arr=pl.when(whole).then(pl.col("value").sum()), valued=True)
    valued = pull.accounts.join(sums, on="account_id", how="left", maintain_order="left")
    nothing = pl.lit(Decimal("0.00"), MONEY)
    return valued.with_columns(arr=pl.when(pl.col("valued").is_null()).then(nothing).otherwise("arr")), unknown


def _deals_without_rate(deals: pl.DataFrame, unmarked: str) -> pl.DataFrame:
    return _without_rate(deals, "value", unmarked, object_="opportunity", id_="opportunity_id")


def _without_rate(rows: pl.DataFrame, value: str, unmarked: str, *, object_: str, id_: str) -> pl.DataFrame:
    unknown = rows.filter(pl.col(value).is_null() & pl.col("amount").is_not_null())
    return unknown.select(
        object=pl.lit(object_),
        record_id=pl.col(id_),
        field=pl.lit("currency"),
        value=pl.col("currency").fill_null(unmarked),
        reason=pl.lit("no exchange rate for this currency; add it in the CRM, or under money.rates"),
    ).match_to_schema(PROBLEMS)


def _future_dates(table: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """A record cannot have been created later than tomorrow (the CRM's clock may be a zone ahead)."""
    ahead = table.filter(pl.col("created_on") > as_of + timedelta(days=1))
    return ahead.select(
        object=pl.lit("account"),
        record_id="account_id",
        field=pl.lit("created"),
        value=pl.col("created_on").cast(pl.String()),
        reason=pl.lit("date in the future"),
    ).match_to_schema(PROBLEMS)
