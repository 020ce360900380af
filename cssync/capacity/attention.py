"""Which customers of a book need attention, and why (seeds 25 and 26): at risk, little used, a new decision maker.

A renewal that comes soon is a reason too, and the last one: it is in every book, and says little by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from cssync.capacity.company import Company
from cssync.capacity.effort import ages
from cssync.model.text import line
from cssync.model.wording import day
from cssync.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Needy:
    """*reasons*: a few words each, the most pressing first. *renews_on*: where that is one of them."""

    account_id: str
    name: str
    arr: Decimal | None
    reasons: tuple[str, ...]
    renews_on: date | None = None

    @property
    def only_renews(self) -> bool:
        return self.renews_on is not None and len(self.reasons) == 1


def needy(company: Company, book_id: str) -> tuple[Needy, ...]:
    """The customers of one book that need attention: most reasons first, then the largest."""
    settings = company.settings.attention
    start = company.as_of - timedelta(days=settings.decision_maker_days)
    end = company.as_of + timedelta(days=settings.renewal_days)
    rows = company.history.customers(book_id).with_columns(**ages(company.as_of)).select(
        "account_id",
        "name",
        "arr",
        "health",
        "lifecycle",
        "usage",
        at_risk=at_risk(company.settings),
        little_used=pl.sql_expr(settings.low_usage or "false").fill_null(value=False),
        decided_on=_within("decision_maker_changed_on", start, company.as_of),
        renews_on=_within("renewal_on", company.as_of, end),
    )  # fmt: skip
    told = pl.any_horizontal("at_risk", "little_used", pl.col("decided_on", "renews_on").is_not_null())
    found = [_needy(row) for row in rows.filter(told).iter_rows(named=True)]
    return tuple(sorted(found, key=lambda one: (one.only_renews, -len(one.reasons), -(one.arr or 0), one.account_id)))


def at_risk(settings: Settings) -> pl.Expr:
    """Over ``SNAPSHOT`` rows with their ``ages``: the same customers that are more work for it."""
    return pl.sql_expr(settings.capacity.modifiers.at_risk.when).fill_null(value=False)


def _within(column: str, first: date, last: date) -> pl.Expr:
    return pl.when(pl.col(column).is_between(first, last)).then(column)


def _needy(row: dict[str, Any]) -> Needy:
    return Needy(
        row["account_id"], row["name"] or row["account_id"], row["arr"], tuple(_reasons(row)), row["renews_on"]
    )


def _reasons(row: dict[str, Any]) -> Iterator[str]:
    if row["at_risk"]:
        signs = {"health": row["health"], "lifecycle": row["lifecycle"]}
        told = ", ".join(f"{sign} {line(value)}" for sign, value in signs.items() if value)
        yield f"at risk ({told})" if told else "at risk"
    if row["little_used"]:
        yield "little used" if row["usage"] is None else f"usage {row['usage']:g}"
    if row["decided_on"]:
        yield f"new decision maker since {day(row['decided_on'])}"
    if row["renews_on"]:
        yield f"renews on {day(row['renews_on'])}"
