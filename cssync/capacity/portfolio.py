"""Tells a Star from a Cash Cow, a Question Mark from a Poor Dog: what a customer brings by how it grows (seed 15).

Profitability is ARR less the yearly cost of the hours that the customer takes. Growth is the change of its ARR over a
year, with what is on offer to it in open deals that are no renewals, as a share of what it paid a year ago, or at
first. Where to cut is the median of the whole portfolio unless set: from it on a customer is profitable, and above it
one grows, so that a company without growth has no Stars. While ARR is known for a few weeks only, nobody is in any
quadrant: that nothing has grown since last week makes no Poor Dog.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import polars as pl

from cssync.books.history import History
from cssync.model.tables import MONEY
from cssync.model.wording import count, money
from cssync.settings.portfolio import Deals
from cssync.settings.portfolio import Portfolio as Cuts

YEAR = timedelta(days=365)
_ZERO = Decimal("0.00")


class Quadrant(StrEnum):
    STAR = "Star"
    CASH_COW = "Cash Cow"
    QUESTION_MARK = "Question Mark"
    POOR_DOG = "Poor Dog"

    @property
    def advice(self) -> str:
        return _ADVICE[self]

    @property
    def plural(self) -> str:
        return f"{self}s"


QUADRANTS = pl.Enum([quadrant.value for quadrant in Quadrant])
# One row a customer (an account, or a group of them in one book); profit and quadrant are null where ARR is unknown.
PLACED = pl.Schema(
    {
        "unit_id": pl.String(),
        "book_id": pl.String(),
        "account_id": pl.String(),  # the largest of the group
        "arr": MONEY,
        "cost": MONEY,  # of its hours, a year
        "profit": MONEY,
        "before": MONEY,  # ARR on the first day that growth is counted from, or when it became a customer
        "on_offer": MONEY,  # in open deals that are no renewals
        "growth": pl.Float64(),
        "quadrant": QUADRANTS,
    }
)


_ADVICE = {
    Quadrant.STAR: "invest generously",
    Quadrant.CASH_COW: "hold, with lean service",
    Quadrant.QUESTION_MARK: "invest carefully",
    Quadrant.POOR_DOG: "reduce service, or exit",
}


@dataclass(frozen=True, slots=True)
class Part:
    """The customers of a book that are in one quadrant."""

    quadrant: Quadrant
    accounts: int
    arr: Decimal

    def words(self, currency: str) -> str:
        """15 Stars ($675k): invest generously"""
        whose = count(self.accounts, self.quadrant, self.quadrant.plural)
        return f"{whose} ({money(self.arr, currency)}): {self.quadrant.advice}"


@dataclass(frozen=True, slots=True)
class Growth:
    """*before*: ARR of today's customers when growth began to count. *now*: their ARR, *on_offer* beside it."""

    before: Decimal = _ZERO
    now: Decimal = _ZERO
    on_offer: Decimal = _ZERO

    @property
    def rate(self) -> Decimal:
        """0.5: half as much again; 0 where nothing was paid before."""
        return (self.now + self.on_offer - self.before) / self.before if self.before else _ZERO


@dataclass(frozen=True)
class Portfolio:
    """*figures*: ``PLACED``, not yet worked out. *sums*: ``accounts, arr, before, on_offer`` of each book and quadrant,
    apart where ARR is known (*valued*).

    *since*: the day from which growth counts, later than a year ago where ARR was not known. *profit_cut*,
    *growth_cut*: where the quadrants part. *costed*: whether hours were taken off the ARR. *known*: whether growth is
    known for long enough to tell; else no quadrant is.
    """

    figures: pl.LazyFrame
    sums: pl.DataFrame
    since: date
    profit_cut: Decimal
    growth_cut: Decimal
    costed: bool
    known: bool

    @property
    def placed(self) -> pl.DataFrame:
        """``PLACED``; worked out each time, as few ask, and of a large company it would fill much room all night."""
        return self.figures.collect()

    def mix(self, book_id: str) -> tuple[Part, ...]:
        """The quadrants of one book in the order of ``Quadrant``, those without customers left out."""
        return self._mixes.get(book_id, ())

    def growth(self, book_id: str) -> Growth:
        """Over the customers whose ARR is known."""
        return self._growths.get(book_id, Growth())

    @cached_property
    def _mixes(self) -> Mapping[str, tuple[Part, ...]]:
        parts = self.sums.drop_nulls("quadrant").select("book_id", "quadrant", "accounts", "arr")
        found: dict[str, list[Part]] = {}
        for book, quadrant, accounts, arr in parts.iter_rows():
            found.setdefault(book, []).append(Part(Quadrant(quadrant), accounts, arr))
        order = list(Quadrant)
        return {book: tuple(sorted(of, key=lambda part: order.index(part.quadrant))) for book, of in found.items()}

    @cached_property
    def _growths(self) -> Mapping[str, Growth]:
        known = self.sums.filter("valued")
        sums = known.group_by("book_id").agg(pl.sum("before", "arr", "on_offer"))
        return {book: Growth(before, now, on_offer) for book, before, now, on_offer in sums.iter_rows()}


def place(history: History, costs: pl.Series | None, cuts: Cuts, deals: Deals) -> Portfolio:
    """Every customer in its quadrant. *costs*: of each, in their order, a year; None where hours are not known."""
    since = max(history.timeline.as_of - YEAR, history.timeline.arr_since)
    accounts = history.books.customers.lazy().select("unit_id", "book_id", "account_id", "arr")
    accounts = accounts.with_columns(cost=pl.lit(_ZERO, MONEY) if costs is None else costs)
    for fact in (_before(history, since), _on_offer(history, deals)):
        accounts = accounts.join(fact, on="account_id", how="left", maintain_order="left")
    figures = accounts.with_columns(pl.coalesce("before", "arr"), pl.col("on_offer").fill_null(pl.lit(_ZERO, MONEY)))
    alone = history.books.customers.select((pl.col("unit_id") == pl.col("account_id")).all()).item()
    told = figures if alone else _units(figures)
    told = told.with_columns(profit=pl.col("arr") - pl.col("cost"), growth=_growth())
    units = told.collect()
    profit_cut = _cut(cuts.profitable_from, units["profit"].cast(pl.Float64))
    growth_cut = _cut(cuts.growing_over, units.filter(pl.col("arr").is_not_null())["growth"])
    known = (history.timeline.as_of - since).days >= cuts.known_days
    quadrant = (_quadrant(profit_cut, growth_cut) if known else pl.lit(None, pl.String)).cast(QUADRANTS)
    sums = units.group_by("book_id", quadrant=quadrant, valued=pl.col("arr").is_not_null()).agg(
        pl.len().alias("accounts"), pl.sum("arr", "before", "on_offer")
    )
    return Portfolio(
        figures=told.with_columns(quadrant=quadrant).select(list(PLACED)).match_to_schema(PLACED),
        sums=sums,
        since=since,
        profit_cut=Decimal(repr(profit_cut)).quantize(_ZERO),
        growth_cut=Decimal(repr(growth_cut)),
        costed=costs is not None,
        known=known,
    )


def _before(history: History, since: date) -> pl.LazyFrame:
    """What each paid on *since*, or first after it, of those who have changed since: all others pay as much today."""
    spells = history.timeline.spells.lazy()
    held = spells.filter(pl.col("is_customer") & pl.col("arr").is_not_null() & (pl.col("valid_to") > since))
    return held.group_by("account_id").agg(before=pl.col("arr").sort_by("valid_from").first())


def _on_offer(history: History, deals: Deals) -> pl.LazyFrame:
    rows = history.snapshot.opportunities.lazy()
    renewal = pl.sql_expr(deals.renewal).fill_null(value=False)
    return rows.filter(~pl.col("is_closed") & ~renewal).group_by("account_id").agg(on_offer=pl.col("value").sum())


def _units(accounts: pl.LazyFrame) -> pl.LazyFrame:
    """Accounts of one group in one book as one customer; unknown ARR of one of them is unknown ARR of all."""
    whole = pl.col("arr").is_not_null().all()
    by_size = accounts.sort(["arr", "account_id"], descending=[True, False], nulls_last=True)
    return by_size.group_by("unit_id", "book_id", maintain_order=True).agg(
        pl.col("account_id").first(),
        pl.when(whole).then(pl.col("arr").sum()).alias("arr"),
        pl.col("cost", "before", "on_offer").sum(),
    )


def _growth() -> pl.Expr:
    grown = (pl.col("arr") + pl.col("on_offer") - pl.col("before")).cast(pl.Float64)
    before = pl.col("before").cast(pl.Float64)
    return pl.when(before > 0).then(grown / before).when(grown > 0).then(float("inf")).otherwise(0.0)


def _cut(given: Decimal | None, known: pl.Series) -> float:
    if given is not None:
        return float(given)
    median = known.median()
    return float(median) if isinstance(median, int | float) else 0.0


def _quadrant(profit_cut: float, growth_cut: float) -> pl.Expr:
    profitable, grows = pl.col("profit").cast(pl.Float64) >= profit_cut, pl.col("growth") > growth_cut
    return (
        pl.when(pl.col("arr").is_null())
        .then(None)
        .when(profitable & grows)
        .then(pl.lit(Quadrant.STAR.value))
        .when(profitable)
        .then(pl.lit(Quadrant.CASH_COW.value))
        .when(grows)
        .then(pl.lit(Quadrant.QUESTION_MARK.value))
        .otherwise(pl.lit(Quadrant.POOR_DOG.value))
    )
