"""Two years of who looked after which account, for how much: the CRM's field history, as spells."""

from __future__ import annotations

from datetime import date

import polars as pl

from cssync.demo.accounts import on

WITHIN_DAYS = 730

_EVENTS = ("onboarded", "moved", "changed", "at_risk", "churned")


def export(ledger: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """``account_id, csm, amount, currency, is_customer, lifecycle, valid_from, valid_to``, half-open spells.

    An account's spells leave no gap, begin when it became a customer (or two years ago, where that is later),
    and the last one is open and agrees with the account as it is today.
    """
    known = ledger.filter(pl.col("tracked") & pl.col("since").is_not_null()).with_columns(
        pl.min_horizontal("since", pl.lit(WITHIN_DAYS)).alias("first")
    )
    breaks = pl.concat(
        [known.select("account_id", pl.col(event).alias("day")) for event in ("first", *_EVENTS)]
    ).drop_nulls()
    day = pl.col("day")
    return (
        breaks.unique()
        .join(known, on="account_id", how="inner")
        .filter(day <= pl.col("first"))
        .sort("account_id", "day", descending=[False, True])
        .select(
            "account_id",
            pl.when(day > pl.col("moved")).then("csm_before").otherwise("csm").alias("csm"),
            _amount(day).cast(pl.Decimal(38, 2)).alias("amount"),
            "currency",
            (~_reached(day, "churned")).alias("is_customer"),
            _lifecycle(day).alias("lifecycle"),
            on(as_of, day).alias("valid_from"),
            on(as_of, day.shift(-1).over("account_id")).alias("valid_to"),
        )
    )


def _reached(day: pl.Expr, event: str) -> pl.Expr:
    return (day <= pl.col(event)).fill_null(value=False)


def _amount(day: pl.Expr) -> pl.Expr:
    return (
        pl.when(_reached(day, "churned"))
        .then(0)
        .when(day > pl.col("changed"))
        .then("amount_before")
        .otherwise("amount")
    )


def _lifecycle(day: pl.Expr) -> pl.Expr:
    return (
        pl.when(_reached(day, "churned"))
        .then(pl.lit("churned"))
        .when(_reached(day, "at_risk"))
        .then(pl.lit("at_risk"))
        .when(_reached(day, "onboarded"))
        .then(pl.lit("live"))
        .otherwise(pl.lit("onboarding"))
    )
