"""What happens to a company within a day: ``python -m tests.benchmarks.changes FOLDER SHARE`` edits its exports.

A program of its own, so that its memory is not counted to the nights that are measured.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

_SEED = 20


def change(accounts: pl.DataFrame, share: float) -> pl.DataFrame:
    """*accounts* with *share* of its customers changed: nine in ten pay 10% more, one in ten has another CSM."""
    rng = np.random.default_rng(_SEED)
    is_customer = pl.col("churned_on").is_null() & (pl.col("lifecycle") != "prospect")
    drawn = pl.Series("drawn", rng.random(accounts.height))
    amount = pl.col("arr").cast(pl.Int64, strict=False)
    return (
        accounts.with_columns(drawn, pl.col("csm").shift(40).alias("neighbour"))
        .with_columns(
            pl.when(is_customer & (pl.col("drawn") < share * 0.9) & amount.is_not_null())
            .then((amount * 11 // 10).cast(pl.String))
            .otherwise("arr")
            .alias("arr"),
            pl.when(is_customer & pl.col("drawn").is_between(share * 0.9, share))
            .then("neighbour")
            .otherwise("csm")
            .alias("csm"),
        )
        .drop("drawn", "neighbour")
    )


def main() -> None:
    path = Path(sys.argv[1]) / "accounts.parquet"
    changed = change(pl.read_parquet(path), float(sys.argv[2]))
    changed.write_parquet(path)


if __name__ == "__main__":
    main()
