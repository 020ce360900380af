"""The headcount plan of a company: every segment's, by fiscal quarter, and the shape of the whole team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from cssync.books.half_years import Direction, directions
from cssync.capacity.company import Company
from cssync.capacity.outlook import Outlook, together
from cssync.capacity.plan import drivers
from cssync.capacity.plan.ahead import Ahead
from cssync.capacity.plan.first_csm import First, first_csm
from cssync.capacity.plan.lead import Lead
from cssync.capacity.plan.quarters import Quarter, looks_to, quarters
from cssync.capacity.plan.scenario import Scenario, as_it_is
from cssync.capacity.plan.seats import Sufficiency
from cssync.capacity.plan.segment import Ask, SegmentPlan, plan_segment
from cssync.capacity.plan.shortage import Measure
from cssync.capacity.plan.spelling import labelled_as, of_segment, same
from cssync.capacity.plan.structure import Structure, structure
from cssync.capacity.plan.team import Teams
from cssync.settings.hiring import Hiring


@dataclass(frozen=True)
class Plan:
    """*segments*: with most ARR first. *supposed*: what is different from the company as it is; empty where nothing
    is. *churn*: by segment, None where history is too short to say.
    """

    company: Company
    quarters: tuple[Quarter, ...]
    segments: tuple[SegmentPlan, ...]
    structure: Structure
    churn: dict[str | None, Direction] | None
    supposed: tuple[str, ...]

    @property
    def as_of(self) -> date:
        return self.company.as_of

    @property
    def currency(self) -> str:
        return self.company.currency

    def of(self, segment: str | None) -> SegmentPlan | None:
        return next((plan for plan in self.segments if same(plan.segment, segment)), None)


def lead_of(hiring: Hiring) -> Lead:
    return Lead(to_fill=hiring.days_to_fill, notice=hiring.notice_days, ramp=hiring.ramp_days)


def plan(company: Company, scenario: Scenario | None = None, quarters_ahead: int | None = None) -> Plan:
    """The plan of *company*, or of what it would be in *scenario*. *quarters_ahead*: the setting says if it is None."""
    as_planned = scenario or as_it_is(company)
    there = as_planned.company
    hiring = there.settings.hiring
    lead = lead_of(hiring)
    spans = quarters(there.as_of, quarters_ahead or hiring.quarters, there.calendar)
    last = max(spans[-1].last, looks_to(there.as_of, lead, there.calendar))
    days = (last - there.as_of).days + 1
    teams = Teams(there, lead, days)
    ask = Ask(there.as_of, spans, lead, hiring, there.books.totals.arr, there.settings.capacity.cost_per_year)
    outlooks = {segment: as_planned.outlook(segment, _outlook(company, segment, days)) for segment in teams.segments}
    found = tuple(
        plan_segment(_ahead(there, teams, segment, outlook, last), ask) for segment, outlook in outlooks.items()
    )
    return Plan(
        company=there,
        quarters=spans,
        segments=found,
        structure=structure(there, outlooks),
        churn=directions(there.history.timeline),
        supposed=as_planned.words,
    )


def _outlook(company: Company, segment: str | None, days: int) -> tuple[Outlook, ...]:
    """Of all books of *segment*, however each of them spells it."""
    spellings = dict.fromkeys((segment, *(book.segment for book in of_segment(company.books.books, segment))))
    return together([company.forecaster.outlook(each, days) for each in spellings])


def _ahead(company: Company, teams: Teams, segment: str | None, outlook: tuple[Outlook, ...], last: date) -> Ahead:
    seats = teams.seats(segment)
    return Ahead(
        segment=segment,
        outlook=outlook,
        seats=seats,
        dedicated=teams.dedicated(segment, seats.each),
        enough=_enough(company, segment),
        first=None if teams.has_csm(segment) else _first(company, segment),
        accounts=drivers.newest(company, segment),
        deals=drivers.deals(company, segment, last),
    )


def _first(company: Company, segment: str | None) -> First:
    """By the customers that are labelled so, whoever looks after them tonight."""
    asked = company.settings.hiring.first_csm
    rows = company.books.customers.filter(labelled_as(segment))
    large = rows.filter(pl.col("arr") >= asked.large_arr).height
    return first_csm(Decimal(rows["arr"].sum() or 0), large, asked, company.currency)


def _enough(company: Company, segment: str | None) -> Sufficiency:
    """A young company invests ahead of the effort (seeds 22 and 27), and what is guessed of it decides nothing."""
    settings = company.settings
    held = [book.id for book in of_segment(company.books.books, segment)]
    guessed = company.workload.hours.filter(pl.col("book_id").is_in(held) & pl.col("guessed")).height
    return Sufficiency(
        measures=tuple(Measure(name) for name in settings.hiring.measures),
        hours_up_to=settings.hiring.hours_up_to or settings.capacity.act_at,
        effort_decides=settings.limits.stage in ("steady", "sliding") and not guessed,
    )
