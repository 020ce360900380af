"""What a book costs a year, and each customer in it by its hours: seeds 12 and 23."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl

from cssync.capacity.person import Part
from cssync.capacity.staff import Staff
from cssync.capacity.workload import Workload
from cssync.model.tables import MONEY

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class BookCost:
    """*whole*: of whoever works the book, a year. *a_year*: as much of it as they can give today.

    *passing*: why that is not all of it, as a ramp.
    """

    a_year: Decimal
    whole: Decimal
    passing: tuple[Part, ...]


def cost_of(staff: Staff, book_id: str, on: date) -> BookCost | None:
    """None where nobody works the book, or nobody knows how many do."""
    person = staff.people.get(book_id)
    if person is None or person.people is None:
        return None
    whole, capacity = person.cost_per_year(on, staff.terms), staff.capacity(book_id, on)
    share = capacity.factor / capacity.lasting if capacity.lasting else Fraction(0)
    return BookCost(_cents(Fraction(whole) * share), whole, capacity.passing)


def costs_of_customers(workload: Workload) -> pl.Series:
    """Of each, in their order: its hours a year, at what an hour of a full-time CSM costs."""
    terms = workload.staff.terms
    # The yearly cost by the hours of twelve months, times twelve months of hours.
    an_hour = float(terms.cost_per_year / terms.productive_hours)
    cost = (pl.col("hours").cast(pl.Float64) * an_hour).round(2).cast(MONEY)
    return workload.hours.select(cost=cost).to_series()


def _cents(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(_CENT, ROUND_HALF_EVEN)
