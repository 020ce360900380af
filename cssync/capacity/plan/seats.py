"""Who looks after the customers of a segment, and what they can carry on each day to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from cssync.capacity.plan.lead import Days
from cssync.capacity.plan.shortage import Line, Measure, Shortage

_DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Seat:
    """One CSM, the people behind one pool, or CSMs who are expected.

    *carries*: by measure, when nothing keeps them from it. *there*: what share of that on each day: ramps, leave and
    leavers. *paid*: 1 on each day on which they are employed. *steady*: not subject to attrition. *alike*: how many
    CSMs there are for whom all of that is the same.
    """

    name: str
    carries: Mapping[Measure, float]
    there: Days
    paid: Days
    cost_per_year: Decimal
    people: Decimal = Decimal(1)
    steady: bool = False
    alike: int = 1


@dataclass(frozen=True)
class Seats:
    """Of one segment. *each*: what one more CSM would carry. *staying*: share of the team that attrition leaves."""

    seats: tuple[Seat, ...]
    each: Mapping[Measure, float]
    staying: Days

    def in_place(self, measure: Measure) -> Days:
        return self._in_place[measure]

    def cost(self, first: int, last: int) -> Decimal:
        """Of the days *first* to *last*, both counted."""
        costs = (seat.alike * _cost(seat, seat.paid * self._of(seat), first, last) for seat in self.seats)
        return sum(costs, Decimal(0))

    def people(self, day: int) -> Decimal:
        """Employed on *day*, as far as is known by name."""
        return sum((seat.alike * seat.people for seat in self.seats if seat.paid[day] > 0), Decimal(0))

    @cached_property
    def _in_place(self) -> Mapping[Measure, Days]:
        found = {measure: np.zeros(len(self.staying)) for measure in Measure}
        for seat in self.seats:
            left = seat.alike * seat.there * self._of(seat)
            for measure, amount in seat.carries.items():
                found[measure] += amount * left
        return found

    @cached_property
    def _everyone(self) -> Days:
        return np.ones(len(self.staying))

    def _of(self, seat: Seat) -> Days:
        return self._everyone if seat.steady else self.staying


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """When a team is enough. *hours_up_to*: load by capacity that it is planned up to. *effort_decides*: ARR beyond
    the limit calls for nobody while the hours are there (seed 13).
    """

    measures: tuple[Measure, ...]
    hours_up_to: Decimal
    effort_decides: bool


def staying(attrition: Decimal, days: int) -> Days:
    """What share of a team is still there on each of *days* days, if *attrition* of it leaves in a year."""
    share: Days = (1.0 - float(attrition)) ** (np.arange(days) / _DAYS_A_YEAR)
    return share


def shortage(loads: Mapping[Measure, Days], seats: Seats, terms: Sufficiency) -> Shortage:
    """By every measure that counts. *loads*: by each of them, and by hours in any case."""
    lines = {
        Measure.HOURS: _line(Measure.HOURS, loads, seats, float(terms.hours_up_to)),
        Measure.ACCOUNTS: _line(Measure.ACCOUNTS, loads, seats),
        Measure.ARR: _line(Measure.ARR, loads, seats),
    }
    if terms.effort_decides:
        by_effort = _line(Measure.HOURS, loads, seats).lacking
        lines[Measure.ARR] = replace(lines[Measure.ARR], at_most=by_effort)
    return Shortage.of([lines[measure] for measure in terms.measures])


def _line(measure: Measure, loads: Mapping[Measure, Days], seats: Seats, up_to: float = 1.0) -> Line:
    return Line(measure, loads[measure], seats.in_place(measure) * up_to, seats.each[measure] * up_to)


def cost_of_days(cost_per_year: Decimal, days: float) -> Decimal:
    """To the cent; *days* may be a fraction, of part of a team."""
    return (cost_per_year * Decimal(f"{days:.6f}") / _DAYS_A_YEAR).quantize(Decimal("0.01"))


def _cost(seat: Seat, paid: Sequence[float] | Days, first: int, last: int) -> Decimal:
    return cost_of_days(seat.cost_per_year, float(np.sum(paid[first : last + 1])))
