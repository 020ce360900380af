"""How the customers of a book are told apart: what they bring and how they grow."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, PositiveInt

from cssync.settings.base import OpportunityCondition, Section


class Portfolio(Section):
    """Star, Cash Cow, Question Mark or Poor Dog: profitability by growth (seed 15)."""

    profitable_from: Decimal | None = Field(
        None,
        description="ARR less the cost of its hours, a year, from which a customer is profitable; null: the median",
    )
    growing_over: Decimal | None = Field(
        None, description="growth of ARR in a year above which a customer grows: 0.1 is a tenth; null: the median"
    )
    known_days: PositiveInt = Field(
        90, description="with ARR known for fewer days than this, nobody is called a Star or a Poor Dog yet"
    )


class Deals(Section):
    """What the open deals of customers are."""

    renewal: OpportunityCondition = Field(
        "lower(kind) like '%renew%'",
        description="SQL condition: which deals are renewals; every other open deal of a customer is an upsell",
    )
