"""How many hours a month each customer takes: hours of its segment x complexity of its product x modifiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import polars as pl

from cssync.capacity.hours import HOURS, rounded
from cssync.settings.capacity import Capacity, HoursPerAccount, Modifier

# A customer won in the last so many days tells what a new one takes.
RECENT_DAYS = 365
_NO_CASE = -1
_OWN_ROWS = ("smb", "digital", "mid_market", "large", "enterprise")


def segment_key(name: str) -> str:
    """What is left of a segment's name when all that people write differently is left out: Mid-Market, midmarket."""
    return "".join(filter(str.isalnum, name.casefold()))


@dataclass(frozen=True, slots=True)
class Worked:
    """*accounts*: ``account_id, book_id, unit_id, segment, recent, case, hours, guessed``, a row a customer, in their
    order. *cases*: ``case`` and the parts of its hours, a row for all accounts that take the same for the same reasons.
    Every amount in hours a month.

    A part is what it adds to those before it. *guessed*: no setting says what the segment takes. *recent*: won within a
    year. Accounts of one unit in one book are one customer: the one that takes most counts, the others take nothing.
    """

    accounts: pl.DataFrame
    cases: pl.DataFrame


@dataclass(frozen=True)
class Effort:
    """*complexity*: multiplier by product (``limits.complexity``)."""

    capacity: Capacity
    complexity: Mapping[str, Decimal]

    @cached_property
    def modifiers(self) -> Mapping[str, Modifier]:
        """By name, in the order in which they are multiplied."""
        every = self.capacity.modifiers
        named = {name: getattr(every, name) for name in type(every).model_fields if name != "others"}
        return {**named, **every.others}

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The columns of ``Worked.cases`` that add up to its hours."""
        return "base", "complexity", *self.modifiers

    def segment_hours(self, segment: str | None) -> Decimal | None:
        """A month, for an account of *segment*; None where no setting says so."""
        return None if segment is None else self._by_segment.get(segment_key(segment))

    def hours(self, customers: pl.DataFrame, as_of: date) -> Worked:
        """What each of *customers* (``SNAPSHOT`` rows) takes."""
        keyed = customers.with_columns(**ages(as_of)).select(
            "account_id",
            "book_id",
            "unit_id",
            "segment",
            recent=pl.col("days_as_customer").is_between(0, RECENT_DAYS).fill_null(value=False),
            case=self._case(customers["segment"].unique(maintain_order=True)),
        )
        cases = keyed.unique("case", maintain_order=True).select("case", "segment")
        worked = pl.DataFrame(
            [self._worked(segment, case) for case, segment in cases.iter_rows()],
            schema={"case": pl.Int64(), "hours": HOURS, "guessed": pl.Boolean(), **dict.fromkeys(self.parts, HOURS)},
            orient="row",
        )
        # Looked up and not joined: a join would copy all columns.
        takes = {name: pl.col("case").replace_strict(worked["case"], worked[name]) for name in ("hours", "guessed")}
        accounts = self._once_a_unit(keyed.with_columns(**takes))
        return Worked(accounts, pl.concat([worked.select("case", *self.parts), self._nothing]))

    def _once_a_unit(self, rows: pl.DataFrame) -> pl.DataFrame:
        if rows.select((pl.col("unit_id") == pl.col("account_id")).all()).item():
            return rows
        first = pl.col("account_id").sort_by(["hours", "account_id"], descending=[True, False]).first()
        counts = pl.col("account_id") == first.over("unit_id", "book_id")
        return rows.with_columns(
            case=pl.when(counts).then("case").otherwise(_NO_CASE),
            hours=pl.when(counts).then("hours").otherwise(pl.lit(Decimal(0), HOURS)),
        )

    @property
    def _nothing(self) -> pl.DataFrame:
        """The case of an account that is counted with another of its unit."""
        schema = {"case": pl.Int64(), **dict.fromkeys(self.parts, HOURS)}
        return pl.DataFrame([(_NO_CASE, *(Decimal(0) for _ in self.parts))], schema=schema, orient="row")

    def _case(self, segments: pl.Series) -> pl.Expr:
        """A number that accounts share which take the same hours for the same reasons: segment, product, modifiers."""
        products = pl.Series(list(self._by_product), dtype=pl.String)
        segment = _place(pl.col("segment"), segments, first=0)
        product = _place(pl.col("product").str.to_lowercase(), products, first=1)
        applies = pl.sum_horizontal(
            pl.sql_expr(modifier.when).fill_null(value=False).cast(pl.Int64) * (1 << place)
            for place, modifier in enumerate(self.modifiers.values())
        )
        return (segment * (len(self._by_product) + 1) + product) * (1 << len(self.modifiers)) + applies

    def _worked(self, segment: str | None, case: int) -> tuple[object, ...]:
        """(case, hours, guessed, base, complexity, modifiers ...)"""
        rest, applies = divmod(case, 1 << len(self.modifiers))
        known = self.segment_hours(segment)
        base = self.capacity.hours_per_account.of_others if known is None else known
        times = (Decimal(1), *self._by_product.values())[rest % (len(self._by_product) + 1)]
        reached = [base, base * times]
        for place, modifier in enumerate(self.modifiers.values()):
            reached.append(reached[-1] * (modifier.times if applies >> place & 1 else 1))
        shown = [rounded(hours) for hours in reached]
        guessed = known is None and self.capacity.hours_per_account.otherwise is None
        return case, shown[-1], guessed, shown[0], *_steps(shown)

    @cached_property
    def _by_segment(self) -> Mapping[str, Decimal]:
        table: HoursPerAccount = self.capacity.hours_per_account
        ours = {segment_key(name): getattr(table, name) for name in _OWN_ROWS}
        return ours | {segment_key(name): hours for name, hours in table.segments.items()}

    @cached_property
    def _by_product(self) -> Mapping[str, Decimal]:
        return {name.lower(): times for name, times in self.complexity.items()}


def _steps(amounts: list[Decimal]) -> Iterator[Decimal]:
    return (after - before for before, after in pairwise(amounts))


def _place(column: pl.Expr, among: pl.Series, first: int) -> pl.Expr:
    """The place of each value in *among*, counted from *first*; 0 for what is not there."""
    places = pl.int_range(first, first + among.len(), eager=True)
    return column.replace_strict(among, places, default=0, return_dtype=pl.Int64)


def ages(as_of: date) -> Mapping[str, pl.Expr]:
    """What ``DatedCondition`` may ask for beside the columns of an account."""
    begun = pl.coalesce("customer_since", "created_on")
    return {
        "days_to_renewal": (pl.col("renewal_on") - pl.lit(as_of)).dt.total_days(),
        "days_as_customer": (pl.lit(as_of) - begun).dt.total_days(),
    }
