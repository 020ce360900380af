"""Which customers of a book need attention, and why (seeds 25 and 26): at risk, little used, a new decision maker.

A renewal that comes soon is a reason too, and the last one: it is in every book, and says little by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from cssync.books.history import runs
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


@dataclass(frozen=True)
class Attention:
    """The customers of *company* that need attention, told book by book where they are asked for."""

    company: Company

    def of(self, book_id: str) -> tuple[Needy, ...]:
        """Of one book: most reasons first, then the largest."""
        rows, extents = self._by_book
        found = (_needy(row) for row in rows.slice(*extents.get(book_id, (0, 0))).iter_rows(named=True))
        return tuple(
            sorted(found, key=lambda one: (one.only_renews, -len(one.reasons), -(one.arr or 0), one.account_id))
        )

    @cached_property
    def _by_book(self) -> tuple[pl.DataFrame, Mapping[str, tuple[int, int]]]:
        """Every customer for which there is a reason, and where those of a book are."""
        settings, today = self.company.settings.attention, self.company.as_of
        start = today - timedelta(days=settings.decision_maker_days)
        end = today + timedelta(days=settings.renewal_days)
        told = pl.any_horizontal("at_risk", "little_used", pl.col("decided_on", "renews_on").is_not_null())
        customers = self.company.books.customers.lazy().with_columns(**ages(today))
        rows = customers.select(
            "book_id",
            "account_id",
            "name",
            "arr",
            "health",
            "lifecycle",
            "usage",
            at_risk=at_risk(self.company.settings),
            little_used=pl.sql_expr(settings.low_usage or "false").fill_null(value=False),
            decided_on=_within("decision_maker_changed_on", start, today),
            renews_on=_within("renewal_on", today, end),
        )
        found = rows.filter(told).collect()
        return found, runs(found["book_id"])


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
