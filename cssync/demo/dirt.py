"""What years of hands and integrations leave behind in a CRM; each break is met in real ones.

Under 5% of the accounts suffer, so that the night is still accepted; the stories' own figures stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from cssync.demo.cast import SPARE_A_BREAK, Role

# One spare account each: the columns that are overwritten, and with what.
BREAKS: tuple[Mapping[str, str | None], ...] = (
    {"arr": "n/a"},
    {"arr": "1.234,56"},
    {"arr": "-4800"},
    {"arr": None},
    {"arr": "1e300"},
    {"arr": "NaN"},
    {"currency": "ZZZ"},
    {"csm": "U99999", "second_csm": "U99999"},  # an owner that the CRM does not list
    {"csm": None, "second_csm": None},
    {"name": "   "},
    {"parent_id": "A9999999"},  # a parent that the integration user may not see
)
_FUTURE, _DUPLICATE, _CYCLE, _CYCLE_BACK = range(len(BREAKS), SPARE_A_BREAK)
_FUTURE_DAYS = 200

# The first customer of each of these books gets a name that a careless program would choke on.
NAMES = {
    Role.NOBODY: "Zest \N{LEMON} Juice Bars",
    Role.ARRIVING: "مخبز النور",
    Role.LEAVER: "<!channel> Coworking & Partners",
    Role.EXPANDING: '=HYPERLINK("https://quotes.test","Quote")',
}


def soiled(accounts: pl.DataFrame, ledger: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """*accounts* with every break once for each copy that the ledger has spare accounts for; row for row."""
    first = ledger.height - ledger.filter(pl.col("role") == Role.SPARE).height
    copies = (ledger.height - first) // SPARE_A_BREAK
    kind = (pl.int_range(pl.len()) - first) // copies
    future = as_of + timedelta(days=_FUTURE_DAYS)
    return accounts.with_columns(
        *(_overwritten(column, kind) for column in ("arr", "currency", "csm", "second_csm")),
        _overwritten("name", kind, base=_named(ledger)),
        *(
            pl.when(kind == _FUTURE).then(pl.lit(future)).otherwise(day).alias(day)
            for day in ("created_on", "customer_since")
        ),
        # The same record again, as two overlapping exports pasted together hold it.
        pl.when(kind == _DUPLICATE).then(pl.col("account_id").shift(first)).otherwise("account_id").alias("account_id"),
        # Each half of a pair is the parent of the other.
        _overwritten(
            "parent_id",
            kind,
            base=pl.when(kind == _CYCLE)
            .then(pl.col("account_id").shift(-copies))
            .when(kind == _CYCLE_BACK)
            .then(pl.col("account_id").shift(copies))
            .otherwise("parent_id"),
        ),
    )


def _overwritten(column: str, kind: pl.Expr, base: pl.Expr | None = None) -> pl.Expr:
    value = pl.col(column) if base is None else base
    for number, broken in enumerate(BREAKS):
        if column in broken:
            value = pl.when(kind == number).then(pl.lit(broken[column], dtype=pl.String)).otherwise(value)
    return value.alias(column)


def _named(ledger: pl.DataFrame) -> pl.Expr:
    is_first = ledger.select(pl.col("role").is_first_distinct()).to_series()
    given = ledger["role"].replace_strict(NAMES, default=None, return_dtype=pl.String)
    return pl.coalesce(pl.when(pl.lit(is_first)).then(pl.lit(given)), "name")
