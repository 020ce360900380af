"""The accounts as the CRM holds them today, before anyone has soiled them."""

from __future__ import annotations

from datetime import date

import polars as pl

from cssync.demo.cast import OMAR, PRIYA, Role

_YEAR = 365
# So many customers were handed over in one field, and not in the other.
_DISPUTED = 2


def export(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The accounts as the CRM holds them on *as_of*; amounts as text, 0 for prospects and churned ones."""
    is_customer = pl.col("churned").is_null() & (pl.col("role") != Role.PROSPECT)
    return rows.select(
        "account_id",
        "name",
        "csm",
        _second_csm(is_customer).alias("second_csm"),
        pl.when(is_customer).then("amount").otherwise(0).cast(pl.String).alias("arr"),
        "currency",
        "segment",
        lifecycle().alias("lifecycle"),
        "product",
        "region",
        "language",
        health().alias("health"),
        pl.col("account_id").gather("parent").alias("parent_id"),
        on(as_of, pl.col("created")).alias("created_on"),
        on(as_of, pl.when(pl.col("role") != Role.PROSPECT).then("since")).alias("customer_since"),
        on(as_of, pl.col("churned")).alias("churned_on"),
        # Contracts run for a year at a time.
        on(as_of, pl.when(is_customer).then(pl.col("since") % _YEAR - _YEAR)).alias("renewal_on"),
    )


def _second_csm(is_customer: pl.Expr) -> pl.Expr:
    disputed = is_customer & (pl.col("csm") == OMAR).fill_null(value=False)
    return pl.when(disputed & (disputed.cast(pl.Int64).cum_sum() <= _DISPUTED)).then(pl.lit(PRIYA)).otherwise("csm")


def on(as_of: date, days_ago: pl.Expr) -> pl.Expr:
    return pl.lit(as_of) - pl.duration(days=days_ago)


def lifecycle() -> pl.Expr:
    return (
        pl.when(pl.col("role") == Role.PROSPECT)
        .then(pl.lit("prospect"))
        .when(pl.col("churned").is_not_null())
        .then(pl.lit("churned"))
        .when(pl.col("onboarded").is_null())
        .then(pl.lit("onboarding"))
        .when(pl.col("at_risk").is_not_null())
        .then(pl.lit("at_risk"))
        .otherwise(pl.lit("live"))
    )


def health() -> pl.Expr:
    return (
        pl.when(pl.col("role") == Role.PROSPECT)
        .then(None)
        .when(pl.col("at_risk").is_not_null() | pl.col("churned").is_not_null())
        .then(pl.lit("red"))
        .when(pl.col("since") % 7 == 0)
        .then(pl.lit("yellow"))
        .otherwise(pl.lit("green"))
    )
