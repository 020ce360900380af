"""What was sold and what is being sold: won deals that add up to the ARR, and an open pipeline."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from cssync.demo.accounts import on
from cssync.demo.cast import PROMISED, Role
from cssync.demo.people import SELLERS

STAGES = ("discovery", "demo", "proposal", "negotiation", "contract", "closed won", "closed lost")
PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 0.0)
WON, LOST = 5, 6
_EXPANSION_SHARE = 0.08
_LOST_EXPANSIONS, _LOST_TRIES, _ZOMBIES = 0.12, 3, 0.05
_RENEWALS_WITHIN_DAYS = 90
_YEAR = 365


def deals(ledger: pl.DataFrame, rng: np.random.Generator, more: np.random.Generator) -> pl.DataFrame:
    """Every deal in days before today: ``opportunity_id, account_id, name, currency, seller, kind, deal, opened,
    closes, ends, stage``.

    Won deals of kind ``new`` and ``expansion`` add up to each tracked customer's ARR of today; open ones of kind
    ``renewal`` are for the whole of it. Some of the open ones have stood still for long, and will not be won.
    """
    tracked = ledger.filter("tracked")
    found = pl.concat(
        [
            _first_sales(tracked),
            _won_expansions(tracked),
            _prospects(ledger, rng),
            _open_expansions(tracked, rng),
            _renewals(tracked, rng),
            _lost_expansions(tracked, more),
            _lost_sales(ledger, more),
            _zombies(tracked, more),
        ]
    )
    number = pl.col("number").cast(pl.String).str.zfill(7)
    return found.with_row_index("number", offset=1).with_columns(opportunity_id=pl.format("O{}", number)).drop("number")


def export(deals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The columns that ``OpportunityFields`` defaults to."""
    stage = pl.col("stage")
    return deals.select(
        "opportunity_id",
        "account_id",
        pl.col("seller").replace_strict(range(len(SELLERS)), SELLERS, return_dtype=pl.String).alias("owner_id"),
        pl.format("{}: {}", "name", "kind").alias("name"),
        "kind",
        stage.replace_strict(range(len(STAGES)), STAGES, return_dtype=pl.String),
        (stage >= WON).alias("is_closed"),
        (stage == WON).alias("is_won"),
        pl.col("deal").cast(pl.Decimal(38, 2)).alias("amount"),
        "currency",
        stage.replace_strict(range(len(STAGES)), PROBABILITIES).alias("probability"),
        on(as_of, pl.col("opened")).alias("created_on"),
        on(as_of, pl.col("closes")).alias("close_on"),
        on(as_of, pl.col("closes")).alias("starts_on"),
        on(as_of, pl.col("ends")).alias("ends_on"),
    )


def _first_sales(customers: pl.DataFrame) -> pl.DataFrame:
    return _deals(
        customers.filter(pl.col("since").is_not_null()),
        kind="new",
        deal=pl.when(_grew()).then("amount_before").otherwise("amount"),
        opened=pl.col("created"),
        closes=pl.col("since"),
        ends=pl.col("churned"),
    )


def _won_expansions(customers: pl.DataFrame) -> pl.DataFrame:
    return _deals(
        customers.filter(_grew()),
        kind="expansion",
        deal=pl.col("amount") - pl.col("amount_before"),
        opened=pl.min_horizontal(pl.col("changed") + 40, "since"),
        closes=pl.col("changed"),
    )


def _grew() -> pl.Expr:
    return (pl.col("changed").is_not_null() & (pl.col("amount") > pl.col("amount_before"))).fill_null(value=False)


def _prospects(ledger: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    deals = _open(ledger.filter(pl.col("role") == Role.PROSPECT), rng, kind="new", deal=pl.col("amount"))
    number = pl.int_range(pl.len())
    promised = number < PROMISED
    return deals.with_columns(
        closes=pl.when(promised).then(-7 - 5 * number).otherwise("closes"),
        stage=pl.when(promised).then(WON - 1).otherwise("stage"),
    )


def _open_expansions(customers: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    live = customers.filter(pl.col("churned").is_null() & pl.col("onboarded").is_not_null())
    chosen = live.filter(pl.Series(rng.random(live.height) < _EXPANSION_SHARE))
    # A fifth more of what the customer pays already.
    return _open(chosen, rng, kind="expansion", deal=pl.col("amount") // 5)


def _renewals(customers: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One for every contract that ends soon, closing on the day it ends."""
    days_left = _YEAR - pl.col("since") % _YEAR
    due = customers.filter(
        pl.col("churned").is_null() & pl.col("since").is_not_null() & (days_left <= _RENEWALS_WITHIN_DAYS)
    )
    return _open(due, rng, kind="renewal", deal=pl.col("amount")).with_columns(
        closes=due.select(-days_left).to_series(), opened=pl.lit(1, dtype=pl.Int64)
    )


def _lost_expansions(customers: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """What was offered to customers in the last year, in vain."""
    asked = customers.filter(pl.col("since").is_not_null())
    return _lost(asked.filter(pl.Series(rng.random(asked.height) < _LOST_EXPANSIONS)), rng, kind="expansion")


def _lost_sales(ledger: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """What the prospects of today were offered before."""
    prospects = ledger.filter(pl.col("role") == Role.PROSPECT)
    return pl.concat([_lost(prospects, rng, kind="new") for _ in range(_LOST_TRIES)])


def _lost(rows: pl.DataFrame, rng: np.random.Generator, *, kind: str) -> pl.DataFrame:
    count = rows.height
    closes = rng.integers(3, _YEAR, count)
    lost = _deals(
        rows,
        kind=kind,
        deal=pl.col("amount") if kind == "new" else pl.col("amount") // 5,
        opened=pl.lit(pl.Series(closes + rng.integers(20, 140, count))),
        closes=pl.lit(pl.Series(closes)),
        stage=pl.lit(LOST, pl.Int64),
    )
    # No deal is older than the account that it is for.
    created = rows["created"].rename("account_created")
    bounded = lost.with_columns(created, opened=pl.min_horizontal("opened", created))
    return bounded.filter(pl.col("opened") > pl.col("closes")).drop("account_created")


def _zombies(customers: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Open deals that nobody works on: their close date was pushed a few times, and has gone by."""
    old = customers.filter((pl.col("created") > _YEAR).fill_null(value=False) & pl.col("churned").is_null())
    forgotten = old.filter(pl.Series(rng.random(old.height) < _ZOMBIES))
    count = forgotten.height
    return _deals(
        forgotten,
        kind="expansion",
        deal=pl.col("amount") // 4,
        opened=pl.lit(pl.Series(rng.integers(220, _YEAR, count))),
        closes=pl.lit(pl.Series(rng.integers(20, 160, count))),
        stage=pl.lit(pl.Series(rng.integers(0, 3, count))),
    )


def _open(rows: pl.DataFrame, rng: np.random.Generator, *, kind: str, deal: pl.Expr) -> pl.DataFrame:
    count = rows.height
    return _deals(
        rows,
        kind=kind,
        deal=deal,
        # No deal is older than the account that it is for.
        opened=pl.min_horizontal("created", pl.lit(pl.Series(rng.integers(1, 90, count)))),
        closes=pl.lit(pl.Series(-rng.integers(5, 200, count))),
        stage=pl.lit(pl.Series(rng.integers(0, WON, count))),
    )


def _deals(
    rows: pl.DataFrame,
    *,
    kind: str,
    deal: pl.Expr,
    opened: pl.Expr,
    closes: pl.Expr,
    ends: pl.Expr | None = None,
    stage: pl.Expr | None = None,
) -> pl.DataFrame:
    """*opened*, *closes*, *ends*: days before today. *stage*: won unless another is named."""
    never = pl.lit(None, dtype=pl.Int64)
    return rows.select(
        "account_id",
        "name",
        "currency",
        # Each account has one seller for good.
        (pl.col("account_id").str.slice(-1).cast(pl.Int64) % len(SELLERS)).alias("seller"),
        pl.lit(kind).alias("kind"),
        deal.alias("deal"),
        opened.alias("opened"),
        closes.alias("closes"),
        (never if ends is None else ends).alias("ends"),
        (pl.lit(WON, dtype=pl.Int64) if stage is None else stage).alias("stage"),
    )
