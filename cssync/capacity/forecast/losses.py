"""The customers of tonight that may be lost, each with its chance by any day to come.

Whose churn the CRM announces is lost on that day; all others may be at each of their renewals, and seldom in between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl

from cssync.books.history import History
from cssync.capacity.forecast.churn import Churn
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.lifetimes import TERM_DAYS
from cssync.capacity.forecast.paths import Paths
from cssync.capacity.forecast.roster import Flags, Into, Roster, Rows, sums
from cssync.capacity.forecast.seasons import number_of

# A renewal that lies back less than that without a new date is not decided yet, and will be within a month.
_UNDECIDED_DAYS = 60
_DECIDED_WITHIN_DAYS = 30
# In more rows than that, hardly any two accounts are alike.
_FEW_ROWS = 1_000
_ASKED = (
    "account_id", "unit_id", "book_id", "arr", "leaving_on", "renewal_on", "customer_since", "created_on", "chance",
    "place",
)  # fmt: skip
_BY_ACCOUNT = (
    "account_ids", "amounts", "book", "renews_in", "chance", "announced", "hazard", "counts", "unit_chance", "arr"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Losses:
    """One entry an account, sorted by book: *book* its row, *renews_in* days (0: never, *hazard* a day instead),
    *chance* to be lost then (*announced*: surely), *amounts* and *arr*: its ARR, exact and to reckon with. *counts*: 1
    for the account that its unit is counted by, else 0; *unit_chance*: that all accounts of the unit are lost then.
    *a_day*: of any account, between renewals.
    """

    account_ids: pl.Series
    amounts: pl.Series
    book: Rows
    renews_in: Rows
    chance: Floats
    announced: Flags
    hazard: Floats
    counts: Floats
    unit_chance: Floats
    arr: Floats
    a_day: float

    def by(self, days: int, rows: slice, *, units: bool = False) -> Floats:
        """The chance of each of *rows* to be lost within *days*; *units*: of the units that they stand for."""
        chance = (self.unit_chance if units else self.chance)[rows]
        due = self.renews_in[rows]
        times = np.where((due > 0) & (due <= days), 1 + (days - due) // TERM_DAYS, 0)
        return 1 - np.exp(-(self.a_day + self.hazard[rows]) * days) * (1 - chance) ** times

    def rows_of(self, book: int) -> slice:
        first, last = np.searchsorted(self.book, [book, book + 1])
        return slice(int(first), int(last))

    def within(self, first: int, last: int) -> Losses:
        """Those of the books from row *first* on, up to and without *last*."""
        own = slice(*np.searchsorted(self.book, [first, last]).tolist())
        arrays = {name: getattr(self, name)[own] for name in _BY_ACCOUNT}
        return replace(self, **arrays)

    def paths(self, weights: Floats, chance: Floats, into: Into, days: Rows) -> Paths:
        """What is lost by each of *days*, an account weighing *weights* and going with *chance* at its renewal."""
        rows = into.rows[self.book]
        alike = (_alike if into.size < _FEW_ROWS else _each)(weights, chance, rows, self.renews_in, self.hazard)

        def kept(n: int, power: int) -> Floats:
            """Sums by row and day of a^n s^power: an account of weight a is still there with probability s."""
            total = np.zeros((into.size, len(days)))
            for hazard in np.unique(alike.hazard):
                own = alike.hazard == hazard
                stays = (1 - alike.chance[own]) ** power
                steps = _steps(alike.powers[n - 1][own], stays, alike.row[own], alike.due[own], (into.size, days))
                total += steps * np.exp(-(self.a_day + hazard) * power * days)
            return total

        # What is lost has the mean a(1-s), the variance a²s(1-s), and the third cumulant a³s(1-s)(2s-1).
        mean = sums(alike.row, alike.powers[0], into.size)[:, None] - kept(1, 1)
        return Paths(mean, kept(2, 1) - kept(2, 2), 3 * kept(3, 2) - kept(3, 1) - 2 * kept(3, 3))


class _Alike(NamedTuple):
    """One entry for all accounts of one *row* that are *due* on one day, with one *chance* and one *hazard*: many, who
    differ in nothing but their weights. *powers*: the sums of those, of their squares and of their cubes.
    """

    row: Rows
    due: Rows
    chance: Floats
    hazard: Floats
    powers: tuple[Floats, Floats, Floats]


def _alike(weights: Floats, chance: Floats, row: Rows, due: Rows, hazard: Floats) -> _Alike:
    accounts = pl.DataFrame({"row": row, "due": due, "chance": chance, "hazard": hazard, "weight": weights})
    powers = (pl.col("weight").pow(n).sum().alias(f"power {n}") for n in (1, 2, 3))
    found = accounts.group_by("row", "due", "chance", "hazard", maintain_order=True).agg(*powers)
    row, due, chance, hazard, first, second, third = (column.to_numpy() for column in found)
    return _Alike(row, due, chance, hazard, (first, second, third))


def _each(weights: Floats, chance: Floats, row: Rows, due: Rows, hazard: Floats) -> _Alike:
    """Every account by itself."""
    return _Alike(row, due, chance, hazard, (weights, weights**2, weights**3))


def _steps(weights: Floats, stays: Floats, rows: Rows, due: Rows, grid: tuple[int, Rows]) -> Floats:
    """Sums of what renewals leave of *weights*. *grid*: so many rows, and the days, in order."""
    size, days = grid
    places = rows * len(days)
    steps = sums(places, weights, size * len(days))
    left, day = weights, due
    while (comes := (due > 0) & (day <= days[-1])).any():
        seen_on = np.searchsorted(days, day[comes])
        steps += sums(places[comes] + seen_on, (left * (stays - 1))[comes], size * len(days))
        left, day = np.where(comes, left * stays, left), day + TERM_DAYS
    return np.cumsum(steps.reshape(size, len(days)), axis=1)


def losses_of(history: History, roster: Roster, churn: Churn) -> Losses:
    as_of = number_of(history.timeline.as_of)
    customers = history.books.customers.with_columns(
        chance=churn.chances(history.books.customers),
        place=pl.Series(roster.places(history.books.customers["book_id"])),
    )
    rows = customers.select(_ASKED).with_columns(
        known=pl.col("renewal_on").is_not_null(), announced=pl.col("leaving_on").is_not_null()
    )
    anchor = pl.coalesce("leaving_on", "renewal_on", "customer_since", "created_on").to_physical().cast(pl.Int64)
    ahead = anchor - as_of
    undecided = pl.col("known") & ahead.is_between(-_UNDECIDED_DAYS, 0)
    due = (
        pl.when("announced").then(ahead)
        .when(undecided).then(pl.lit(_DECIDED_WITHIN_DAYS))
        .when(pl.col("known") & (ahead > 0)).then(ahead)
        .otherwise((ahead - 1) % TERM_DAYS + 1)
    )  # fmt: skip
    rows = rows.with_columns(due=due.fill_null(0), chance=pl.when("announced").then(1.0).otherwise("chance"))
    rows = _by_units(rows)
    chance = rows["chance"].to_numpy()
    # Of whom no date is known, nothing is said before any renewal was seen.
    undated = (rows["due"].to_numpy() == 0) & (churn.all_.renewals > 0)
    return Losses(
        account_ids=rows["account_id"],
        amounts=rows["arr"],
        book=rows["place"].to_numpy(),
        renews_in=rows["due"].to_numpy(),
        chance=chance,
        announced=rows["announced"].to_numpy(),
        hazard=-np.log1p(-np.where(undated, chance, 0.0)) / TERM_DAYS,
        counts=rows["last"].cast(pl.Float64).to_numpy(),
        unit_chance=rows["together"].to_numpy(),
        arr=rows["arr"].cast(pl.Float64).fill_null(0.0).to_numpy(),
        a_day=churn.a_day,
    )


def _by_units(rows: pl.DataFrame) -> pl.DataFrame:
    """*rows* by book, and in it by unit: ``together``, the chance that all accounts of a unit are lost; ``last``, the
    one that it is lost with.
    """
    if (rows["unit_id"] == rows["account_id"]).all():
        alone = rows.sort("place", "account_id")
        return alone.with_columns(together="chance", last=pl.lit(value=True))
    family = ("book_id", "unit_id")
    return rows.sort("place", "unit_id", "due", "account_id").with_columns(
        together=pl.col("chance").product().over(family),
        last=(pl.int_range(pl.len()).over(family) == pl.len().over(family) - 1),
    )
