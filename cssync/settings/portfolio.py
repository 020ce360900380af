"""How the customers of a book are told apart: what they bring, how they grow, who needs attention, who works a deal."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt

from cssync.settings.base import AccountCondition, OpportunityCondition, PositiveDecimal, Ratio, Section


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
    growth_book_from: PositiveDecimal = Field(
        Decimal("0.5"),
        description="growth in a year, what is on offer included, from which a book is a growth book (seed 14): 0.5 is "
        "half as much again; ten times in three years would be 1.15",
    )
    growth_book_closed_at: Ratio = Field(
        Decimal("0.5"),
        description="share of its limits, or of its hours, from which a growth book takes no further customers: [d] 25 "
        "of 50 accounts, where seed 3 calls a book ideal",
    )


class Deals(Section):
    """Who works an open deal of a customer: finance, the CSM, or sales with the CSM."""

    renewal: OpportunityCondition = Field(
        "lower(kind) like '%renew%'",
        description="SQL condition: which deals are renewals; every other open deal of a customer is an upsell",
    )
    large_from: PositiveDecimal = Field(
        Decimal(50_000), description="seed 28: a large upsell is for sales with CS; seed 21: large begins at $50k"
    )
    sales_past: PositiveDecimal = Field(
        Decimal(1), description="seed 34: as a share of the initial ACV; an upsell past it is for sales with CS"
    )


class Attention(Section):
    """Which customers need attention beside those at risk, which capacity.modifiers.at_risk tells (seeds 25 and 26)."""

    low_usage: AccountCondition | None = Field(
        None, description="seed 26: SQL condition on what your CRM knows of their use: usage < 30"
    )
    decision_maker_days: PositiveInt = Field(90, description="seed 26: how long a new decision maker counts as new")
    renewal_days: PositiveInt = Field(90, description="a renewal within so many days needs attention")


def _a_page(url: str) -> str:
    if not url.startswith(("https://", "http://")) or any(character in url for character in ' <>|"\n\t'):
        raise ValueError("not the address of a page; write https://...")
    return url


Page = Annotated[str, AfterValidator(_a_page)]


class Playbooks(Section):
    """Where your own playbooks are (seed 44): alerts that one of them answers lead to it."""

    outcomes_plan: Page | None = Field(None, description="which outcomes matter to the customer, and how to get there")
    prescriptive_onboarding: Page | None = Field(None, description="how a new customer gets to its outcomes quickly")
    executive_outcomes_review: Page | None = Field(
        None, description="results measured, the next ones agreed: instead of check-ins (seed 42)"
    )
