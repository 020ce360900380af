"""What is known of one segment before it is planned for: what it will have to carry, and who is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cssync.capacity.outlook import Outlook, Quantity
from cssync.capacity.plan.first_csm import First
from cssync.capacity.plan.lead import Days
from cssync.capacity.plan.seats import Seats, Sufficiency
from cssync.capacity.plan.shortage import Measure
from cssync.model.finding import Driver


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is known of one segment. *outlook*: a day each from tonight on, over the whole plan.

    *dedicated*: by measure, what customers with a CSM of their own are more, or less, than they would be by their
    size (seed 32). *first*: where nobody is there for the segment yet, whether it is time (seed 21).
    """

    segment: str | None
    outlook: tuple[Outlook, ...]
    seats: Seats
    dedicated: Mapping[Measure, float]
    enough: Sufficiency
    first: First | None = None
    accounts: tuple[Driver, ...] = ()
    deals: tuple[Driver, ...] = ()

    def mean(self, measure: Measure, day: int) -> float:
        return _amount(self.outlook[day], measure).mean + self.dedicated.get(measure, 0.0)

    def likely(self, measure: Measure, q: float) -> Days:
        """What is not exceeded with probability *q*, day by day."""
        amounts = [_amount(day, measure).quantile(q) for day in self.outlook]
        return np.array(amounts) + self.dedicated.get(measure, 0.0)


def _amount(day: Outlook, measure: Measure) -> Quantity:
    match measure:
        case Measure.HOURS:
            return day.hours
        case Measure.ACCOUNTS:
            return day.accounts
        case Measure.ARR:
            return day.arr
