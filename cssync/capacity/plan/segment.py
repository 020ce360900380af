"""The plan of one segment: what it will have to carry, who is there to carry it, and whom to hire by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from cssync.capacity.plan.ahead import Ahead
from cssync.capacity.plan.first_csm import First
from cssync.capacity.plan.hires import Bridged, Hire, hires, passing, ramping
from cssync.capacity.plan.lead import Days, Lead
from cssync.capacity.plan.quarters import Quarter
from cssync.capacity.plan.seats import cost_of_days, shortage
from cssync.capacity.plan.shortage import HAIR, Measure, Shortage, Stretch
from cssync.capacity.plan.worth import Terms, Worth, worth
from cssync.settings.hiring import Hiring

_A_FIRST = 0.001


@dataclass(frozen=True, slots=True)
class Load:
    """On the last day of a quarter. *likely*: what is not exceeded at the quantile that is planned for."""

    mean: float
    likely: float
    in_place: float


@dataclass(frozen=True, slots=True)
class QuarterPlan:
    """*needed*, *in_place*, *lacking*: CSMs on the last day, by *binding*, the measure that lacks most; *after_hires*:
    what is still lacking with those planned.

    *hires*: those whose first day of need is in it. *cost*: of the team in place; *cost_of_hires*: of all those
    planned, from their first day on.
    """

    quarter: Quarter
    loads: Mapping[Measure, Load]
    binding: Measure
    needed: float
    in_place: float
    lacking: float
    after_hires: float
    hires: tuple[Hire, ...]
    cost: Decimal
    cost_of_hires: Decimal


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """*shortage*: by every measure that counts. *lacking*: CSMs to hire for, a number a day.

    *to_bridge*: days on which the team is short in spite of all *hires*.
    """

    ahead: Ahead
    today: date
    lead: Lead
    shortage: Shortage
    lacking: Days
    quantile: float
    quarters: tuple[QuarterPlan, ...]
    hires: tuple[Hire, ...]
    to_bridge: tuple[Stretch, ...]
    worth: tuple[Worth, ...]

    @property
    def segment(self) -> str | None:
        return self.ahead.segment

    @property
    def lacking_tonight(self) -> float:
        return float(self.shortage.lacking[0])

    @property
    def room(self) -> float:
        """CSMs who could be spared until a hire of today would be ramped; 0 where none could."""
        return max(0.0, -float(self.shortage.lacking[: self.lead.days + 1].max()))


@dataclass(frozen=True, slots=True)
class Ask:
    """What every segment's plan is made by."""

    today: date
    quarters: tuple[Quarter, ...]
    lead: Lead
    hiring: Hiring
    total_arr: Decimal
    cost_per_year: Decimal


def plan_segment(ahead: Ahead, ask: Ask) -> SegmentPlan:
    likely = {measure: ahead.likely(measure, float(ask.hiring.quantile)) for measure in Measure}
    short = shortage(likely, ahead.seats, ahead.enough)
    bridged = Bridged(ask.hiring.bridged_days, float(ask.hiring.bridged_under))
    lacking = short.lacking if ahead.first is None else _only_the_first(short.lacking, ahead.first, bridged)
    planned = hires(lacking, ask.today, ask.lead, bridged)
    reckoned = _Reckoned(ahead, ask, likely, short, planned)
    return SegmentPlan(
        ahead=ahead,
        today=ask.today,
        lead=ask.lead,
        shortage=short,
        lacking=lacking,
        quantile=float(ask.hiring.quantile),
        quarters=tuple(reckoned.quarter(quarter) for quarter in ask.quarters),
        hires=planned,
        to_bridge=passing(lacking, ask.today, planned, ask.lead),
        worth=worth(len(planned), float(lacking.max()), reckoned.terms()),
    )


def _only_the_first(lacking: Days, first: First, bridged: Bridged) -> Days:
    """Without a CSM of its own a segment is looked after by others, until it is time for the first (seed 21): a whole
    one, however little the segment is by itself.
    """
    return np.maximum(lacking, max(bridged.less_than, _A_FIRST)) if first.due else np.minimum(lacking, 0.0)


@dataclass(frozen=True, slots=True)
class _Reckoned:
    ahead: Ahead
    ask: Ask
    likely: Mapping[Measure, Days]
    short: Shortage
    planned: tuple[Hire, ...]

    def quarter(self, quarter: Quarter) -> QuarterPlan:
        first, last = ((day - self.ask.today).days for day in (quarter.first, quarter.last))
        binding = self.short.binding(last)
        needed, lacking = float(binding.needed[last]), float(binding.lacking[last])
        added = ramping(self.planned, self.ask.today, self.ask.lead, last + 1)
        return QuarterPlan(
            quarter=quarter,
            loads={measure: self._load(measure, last) for measure in Measure},
            binding=binding.measure,
            needed=needed,
            in_place=needed - lacking,
            lacking=lacking,
            after_hires=lacking - float(added[last]),
            hires=tuple(hire for hire in self.planned if quarter.first <= hire.short_on <= quarter.last),
            cost=self.ahead.seats.cost(first, last),
            cost_of_hires=sum((self._paid(hire, quarter) for hire in self.planned), Decimal(0)),
        )

    def terms(self) -> Terms:
        """A full book has the segment's ARR by the CSMs that it needs, at the end of the plan."""
        last = len(self.ahead.outlook) - 1
        needed = float(self.short.binding(last).needed[last])
        arr = Decimal(f"{self.ahead.outlook[last].arr.mean:.2f}")
        each = arr / Decimal(f"{needed:.6f}") if needed > HAIR else Decimal(0)
        return Terms(each, self.ask.total_arr, self.ask.cost_per_year, self.ask.hiring.value)

    def _load(self, measure: Measure, day: int) -> Load:
        in_place = float(self.ahead.seats.in_place(measure)[day])
        return Load(self.ahead.mean(measure, day), float(self.likely[measure][day]), in_place)

    def _paid(self, hire: Hire, quarter: Quarter) -> Decimal:
        days = (quarter.last - max(quarter.first, hire.starts_on)).days + 1
        return cost_of_days(self.ask.cost_per_year, max(0, days))
