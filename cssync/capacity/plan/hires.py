"""Which CSMs to hire, and by when: so that each is ramped on the first day on which the team would not do without.

``hire by = first day on which another CSM is lacking - ramp - notice - time to fill`` (seed 31), ahead of the need and
not in arrears (seed 20). A gap that is small, or short, or closes before anyone hired today could help, is bridged
instead: a CSM is for years. (Counting from today instead of from that day would make every hire overdue.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cssync.capacity.plan.lead import Days, Lead
from cssync.capacity.plan.shortage import Stretch, stretches


@dataclass(frozen=True, slots=True)
class Hire:
    """*short_on*: first day on which without this one, and those numbered before, the team is short.

    *hire_by*: when the requisition has to be open. *overdue_days*: how long ago that was, 0 if it is still to come.
    *starts_on*, *ramped_on*: if it is opened on that day, or today where that has passed.
    """

    number: int
    short_on: date
    hire_by: date
    overdue_days: int
    starts_on: date
    ramped_on: date

    @property
    def bridge_days(self) -> int:
        """For so long the team is short, whatever is done now."""
        return (self.ramped_on - self.short_on).days


@dataclass(frozen=True, slots=True)
class Bridged:
    """What is no reason to hire: a gap that closes within *days*, or of less than *less_than* of a CSM at its worst."""

    days: int = 0
    less_than: float = 0.0


def hires(lacking: Days, today: date, lead: Lead, bridged: Bridged) -> tuple[Hire, ...]:
    """One for every CSM who is lacking beyond what is bridged, the most pressing first.

    *lacking*: from *today* on; negative where there is room.
    """
    most = max(0, int(np.ceil(lacking.max()))) if len(lacking) else 0
    found = (_lasting(lacking, number - 1, today, lead, bridged) for number in range(1, most + 1))
    return tuple(
        _hire(number, stretch.first, today, lead)
        for number, stretch in enumerate(found, start=1)
        if stretch is not None
    )


def passing(lacking: Days, today: date, planned: Sequence[Hire], lead: Lead) -> tuple[Stretch, ...]:
    """The days on which the team is short even with everyone *planned*: to be bridged."""
    return stretches(lacking - ramping(planned, today, lead, len(lacking)), 0.0, today)


def ramping(planned: Sequence[Hire], today: date, lead: Lead, days: int) -> Days:
    """CSMs who the *planned* hires are on each of *days* days."""
    shares = [lead.ramped((hire.starts_on - today).days, days) for hire in planned]
    return np.add.reduce(shares) if shares else np.zeros(days)


def _lasting(lacking: Days, others: int, today: date, lead: Lead, bridged: Bridged) -> Stretch | None:
    """The first gap beyond *others* hires that another one is for."""
    soonest = today + timedelta(days=lead.days)
    for gap in stretches(lacking, others, today):
        lasts = gap.last is None or (gap.last >= soonest and (gap.last - gap.first).days >= bridged.days)
        end = None if gap.last is None else (gap.last - today).days + 1
        worst = float(lacking[(gap.first - today).days : end].max())
        if lasts and worst - others >= bridged.less_than:
            return gap
    return None


def _hire(number: int, short_on: date, today: date, lead: Lead) -> Hire:
    hire_by = lead.hire_by(short_on)
    opened = max(hire_by, today)
    starts_on = opened + timedelta(days=lead.to_start)
    return Hire(
        number=number,
        short_on=short_on,
        hire_by=hire_by,
        overdue_days=max(0, (today - hire_by).days),
        starts_on=starts_on,
        ramped_on=starts_on + timedelta(days=lead.ramp),
    )
