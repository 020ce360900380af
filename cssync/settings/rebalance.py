"""What a rebalancing may do, and what each thing is held to cost. No row of the seeds gives these figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from cssync.settings.base import AccountCondition, PositiveDecimal, Ratio, Section

Weight = Annotated[Decimal, Field(ge=0)]
Days = Annotated[int, Field(ge=0)]
Match = Literal["must", "prefer", "ignore"]


class MoveCosts(Section):
    """What it costs to move a customer, in moves of an ordinary one; what it rests on is how much there is to lose."""

    tenure_a_year: Weight = Field(
        Decimal("0.25"), description="for every year with their CSM, up to four: after that nothing more is lost"
    )
    arr: Weight = Field(
        Decimal(1),
        description="for the ARR of an average place in a book: limits.arr by limits.accounts",
    )
    strategic: Weight = Field(Decimal(3), description="for a strategic customer: it will ask leadership why")
    strategic_where: AccountCondition = Field(
        "arr >= 200000",
        description="SQL condition over the canonical account columns; seed 6: a strategic one is $200k",
    )
    renewal_soon: Weight = Field(Decimal(2), description="for one that renews within renewal_soon_days")
    renewal_soon_days: Days = Field(90, description="a new CSM needs about a quarter to know a customer")
    elsewhere: Weight = Field(
        Decimal(2), description="for a colleague who does not match, where region or language is prefer"
    )


class Rebalance(Section):
    """Who may hand which customers to whom; for `cssync rebalance` and for what alerts propose."""

    moves_share: Ratio = Field(
        Decimal("0.10"),
        description="of all customers, at most so many change hands in a fiscal quarter, those before included",
    )
    incoming_share: Ratio = Field(
        Decimal("0.25"),
        description="of what a CSM can look after, at most so many from colleagues in one go: each must be met",
    )
    overload: PositiveDecimal = Field(
        Decimal(1000),
        description="cost of a book at twice its limit, in moves of an ordinary customer: one of 50 too many is 20",
    )
    act_at: PositiveDecimal = Field(
        Decimal("1.3"), description="times its limit from which the rest of an overload counts twice: act at 130%"
    )
    cost: MoveCosts = Field(MoveCosts(), description="what it costs to move a customer")
    stay_before_renewal_days: Days = Field(60, description="no move so shortly before a renewal: it invites churn")
    stay_after_move_days: Days = Field(90, description="nobody changes hands twice within so many days")
    stay_where: AccountCondition = Field(
        "lower(health) in ('red', 'critical')",
        description="SQL condition; who has a crisis, or an open escalation, keeps the CSM who knows it",
    )
    stay: tuple[str, ...] = Field((), description="ids of accounts that stay, whatever else is said")
    closed: tuple[str, ...] = Field((), description="CSMs who take on nobody, by e-mail address or owner id")
    skill_share: Ratio = Field(
        Decimal("0.2"), description="a CSM knows the segments, regions and languages of so many of their customers"
    )
    region: Match = Field("must", description="whether whoever takes over a customer must look after its region")
    language: Match = Field("must", description="the same for its language")
