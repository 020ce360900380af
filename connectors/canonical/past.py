"""Puts what a CRM recorded of single fields together: who owned which account on each day, for how much, at what stage.

A field's record is its *states*: what it held from the close of a day on. Of several changes on one day the last one
counts, as it would for a nightly snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from connectors.canonical.cells import text
from connectors.canonical.money import amounts
from cssync.model.history import ARR, CSM, LIFECYCLE
from cssync.model.tables import OWNERSHIP, empty
from cssync.model.wording import count

# *value*: as the CRM writes it; *day* null: ever since there was the account. Sorted by account and day.
STATES = pl.Schema({"account_id": pl.String(), "day": pl.Date(), "value": pl.String()})
_EVER = date(1, 1, 1)
# Which column of today's accounts a fact is in.
TODAY = {CSM: "csm_ref", ARR: "amount", LIFECYCLE: "lifecycle"}


@dataclass(frozen=True, slots=True)
class Owned:
    """*table*: ``OWNERSHIP``. *unreadable*: accounts with amounts in the past that could not be read."""

    table: pl.DataFrame
    unreadable: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        if not self.unreadable:
            return ()
        return (
            f"Past amounts of {count(self.unreadable, 'account')} could not be read: for so long their ARR is unknown.",
        )


def owned(states: Mapping[str, pl.DataFrame], accounts: pl.DataFrame, since: Mapping[str, date], as_of: date) -> Owned:
    """Whose every one of *accounts* (``ACCOUNTS`` of today) was, from the day on which owners are known.

    *states*: by ``csm``, ``arr``, ``lifecycle``, each ``STATES``; an account that is not among them never changed.
    *since*: from which day each of them is real. Empty where owners never are.
    """
    if CSM not in since:
        return Owned(empty(OWNERSHIP))
    whole = {fact: _whole(states[fact], accounts, TODAY[fact]) for fact in since}
    rows = _periods(whole, accounts, since, as_of)
    for fact, of_all in whole.items():
        known = pl.col("valid_from") >= since[fact]
        # Both are sorted by account and day, which Polars cannot see where it joins by groups.
        rows = rows.join_asof(
            of_all.select("account_id", valid_from="day", **{fact: "value"}),
            on="valid_from",
            by="account_id",
            check_sortedness=False,
        ).with_columns(pl.when(known).then(fact).alias(fact), known.alias(f"{fact}_known"))
    rows = rows.join(accounts.select("account_id", "currency"), on="account_id", how="left", maintain_order="left")
    told, unreadable = {"csm_ref": text(rows[CSM])}, 0
    if ARR in since:
        # One that cannot be read is no amount, as it would have been on the night itself.
        read = amounts(rows[ARR], rows["currency"], decimal_mark=".", at_least=Decimal(0))
        unreadable = rows["account_id"].filter(read.reasons.is_not_null()).n_unique()
        told |= {"amount": read.values, "currency": read.currency, "amount_known": rows[f"{ARR}_known"]}
    if LIFECYCLE in since:
        told |= {"lifecycle": text(rows[LIFECYCLE]), "lifecycle_known": rows[f"{LIFECYCLE}_known"]}
    dated = rows.select("account_id", "currency", "valid_from", "valid_to")
    table = dated.with_columns(series.alias(name) for name, series in told.items())
    return Owned(table.match_to_schema(OWNERSHIP, missing_columns="insert"), unreadable)


def _whole(states: pl.DataFrame, accounts: pl.DataFrame, column: str) -> pl.DataFrame:
    """*states* of every account: today's, ever since, of those that have none."""
    still = accounts.join(states, on="account_id", how="anti").select(
        "account_id", day=pl.lit(None, pl.Date), value=pl.col(column).cast(pl.String)
    )
    known = states.join(accounts, on="account_id", how="semi")
    return pl.concat([known, still]).with_columns(pl.col("day").fill_null(_EVER)).sort("account_id", "day")


def _periods(
    states: Mapping[str, pl.DataFrame], accounts: pl.DataFrame, since: Mapping[str, date], as_of: date
) -> pl.DataFrame:
    """``account_id, valid_from, valid_to``: one a stretch in which nothing changed, and nothing began to be known."""
    # What is recorded of a field from before it was tracked is of no use.
    told = [of_all.filter(pl.col("day") > since[fact]).select("account_id", "day") for fact, of_all in states.items()]
    changes = pl.concat(told).filter(pl.col("day") <= as_of)
    first = changes.group_by("account_id").agg(changed=pl.min("day"))
    # Nothing changes before it is there, whatever a mended date of creation says.
    there = pl.when(pl.col("created_on").is_not_null()).then(pl.min_horizontal("created_on", "changed"))
    begun = accounts.join(first, on="account_id", how="left").select(
        "account_id", day=pl.max_horizontal(there, pl.lit(since[CSM]))
    )
    horizons = [begun.filter(pl.col("day") < day).with_columns(day=pl.lit(day)) for day in since.values()]
    days = pl.concat([begun, changes, *horizons]).filter(pl.col("day") >= since[CSM])
    rows = days.unique().sort("account_id", "day")
    return rows.select("account_id", valid_from="day", valid_to=pl.col("day").shift(-1).over("account_id"))
