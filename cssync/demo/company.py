"""The company as a set of exports, and how they are written to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl

Format = Literal["csv", "parquet"]

TABLES = ("accounts", "owners", "opportunities", "ownership", "opportunity_history", "rates")


@dataclass(frozen=True, slots=True)
class Company:
    """The exports of one CRM, with the column names that ``AccountFields`` and ``OpportunityFields`` default to.

    *accounts* holds its amounts as text, since no number type could carry what people type into them.
    """

    as_of: date
    accounts: pl.DataFrame
    owners: pl.DataFrame
    opportunities: pl.DataFrame
    ownership: pl.DataFrame
    opportunity_history: pl.DataFrame
    rates: pl.DataFrame

    def tables(self) -> Iterator[tuple[str, pl.DataFrame]]:
        for name in TABLES:
            yield name, getattr(self, name)


def write(company: Company, folder: Path, fmt: Format) -> None:
    """Write every table to ``folder/<table>.<fmt>``, replacing what an earlier call wrote in either format."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in written(folder):
        path.unlink()
    for name, table in company.tables():
        path = folder / f"{name}.{fmt}"
        if fmt == "csv":
            table.write_csv(path)
        else:
            table.write_parquet(path)


def written(folder: Path) -> tuple[Path, ...]:
    """The exports that *folder* holds already, in either format."""
    paths = (folder / f"{name}.{fmt}" for name in TABLES for fmt in ("csv", "parquet"))
    return tuple(path for path in paths if path.exists())
