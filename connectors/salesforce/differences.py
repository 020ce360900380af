"""Tells two states of a table apart by the ids of the rows that came, changed and went."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from connectors.salesforce.soql import KEY


@dataclass(frozen=True, slots=True)
class Differences:
    new: frozenset[str]
    changed: frozenset[str]
    gone: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.new | self.changed | self.gone

    def without(self, ids: frozenset[str]) -> Differences:
        return Differences(self.new - ids, self.changed - ids, self.gone - ids)


def fingerprints(rows: pl.DataFrame) -> pl.DataFrame:
    """The id of each row and one number for the rest of it: enough to compare, and a fraction to hold."""
    return pl.DataFrame([rows[KEY], rows.hash_rows().alias("print")])


def between(before: pl.DataFrame, after: pl.DataFrame) -> Differences:
    """Both as ``fingerprints`` of rows with the same columns."""
    both = before.join(after, on=KEY, how="full", coalesce=True, suffix="_after")
    was, now = pl.col("print"), pl.col("print_after")

    def ids(condition: pl.Expr) -> frozenset[str]:
        return frozenset(both.filter(condition)[KEY].to_list())

    return Differences(new=ids(was.is_null()), changed=ids(was != now), gone=ids(now.is_null()))
