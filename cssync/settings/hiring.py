"""How long a hire takes, how sure a plan wants to be, what is under way already, and what a hire is worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from cssync.settings.base import PositiveDecimal, Section

_Share = Annotated[Decimal, Field(ge=0, lt=1)]
_Days = Annotated[int, Field(ge=0)]
Attrition = Annotated[Decimal, Field(ge=0, lt=1)]
Quantile = Annotated[Decimal, Field(ge=Decimal("0.5"), lt=1)]


class Requisition(Section):
    """CSMs who are being looked for already."""

    segment: str | None = Field(None, description="whose customers they will look after; null: those without a segment")
    count: PositiveInt = Field(1, description="how many")
    starts_on: date | None = Field(
        None,
        description="expected first day: 2027-01-11; null: as if opened today. Remove it once they are in the CRM",
    )


class FirstCsm(Section):
    """When a segment that no CSM is there for gets its first one (seed 21)."""

    large_arr: PositiveDecimal = Field(Decimal(50_000), description="seed 21: ARR from which a customer is large")
    large_customers: PositiveInt = Field(2, description="seed 21: large customers that are enough")
    segment_arr: PositiveDecimal = Field(
        Decimal(300_000),
        description="seed 21: ARR of the segment that pays for one, $300k to $500k; one of the two is enough",
    )


class HireValue(Section):
    """What a hire brings, set beside what it costs (seed 16). Every figure is an assumption: put in your own."""

    churn_avoided: _Share = Field(
        Decimal("0.02"), description="of the ARR that a hire looks after, a year; seed 35 reckons with 2 points"
    )
    expansion: _Share = Field(
        Decimal(0), description="of the same, added a year; no row of the seeds, so that none is assumed"
    )
    lifetime: Annotated[Decimal, Field(ge=1)] = Field(
        Decimal(6), description="seed 23: what a dollar of ARR is worth at most over the years that a customer stays"
    )
    valuation: PositiveDecimal | None = Field(
        None, description="of the company; seed 35: a point of churn moves it by a tenth. null: not reckoned"
    )


class Hiring(Section):
    """Hire-by = the day on which a CSM is lacking - ramp - notice - time to fill."""

    days_to_fill: PositiveInt = Field(45, description="time to fill a position, all roles: 33-42 days (SHRM)")
    notice_days: _Days = Field(21, description="between a signed offer and the first day; no row of the seeds")
    ramp_days: _Days = Field(90, description="seed 31: ramp of 2-3 months")
    quantile: Quantile = Field(
        Decimal("0.8"),
        description="seed 20, hire ahead: how sure to be that the load stays under what is planned for; 0.8 left 4 "
        "overloaded account-days a CSM and year on simulated companies, 0.5 left 9, hiring in arrears 179",
    )
    measures: Annotated[tuple[Literal["hours", "accounts", "arr"], ...], Field(min_length=1)] = Field(
        ("hours", "accounts", "arr"), description="what a CSM is lacking by; the most that any of them lacks counts"
    )
    hours_up_to: PositiveDecimal | None = Field(
        None,
        description="load by productive hours that a team is planned up to; null: capacity.act_at, as its books are",
    )
    bridged_days: _Days = Field(30, description="a gap that closes by itself within so many days is no reason to hire")
    bridged_under: _Share = Field(
        Decimal("0.25"),
        description="[d] less than this of a CSM is no reason to hire a whole one",
    )
    attrition: Attrition = Field(
        Decimal(0), description="share of the CSMs who leave in a year, beside those known in team.members"
    )
    quarters: PositiveInt = Field(4, description="how many quarters after this one `cssync plan` looks at")
    requisitions: tuple[Requisition, ...] = Field((), description="open ones, whose CSMs are not in the CRM yet")
    first_csm: FirstCsm = Field(FirstCsm(), description="when a segment without any CSM gets one (seed 21)")
    dedicated_from_arr: PositiveDecimal = Field(
        Decimal(2_000_000), description="seed 32: a customer of more than this has a CSM of its own"
    )
    pooled_under_arr: PositiveDecimal = Field(
        Decimal(100_000), description="seed 32: customers of less than this may be looked after by a pool"
    )
    value: HireValue = Field(HireValue(), description="what a hire brings")
