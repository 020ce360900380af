"""What one CSM can carry, as a number of accounts and as ARR, and what changes these numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from cssync.settings.base import NotNegative, PositiveDecimal, Section

Stage = Literal["steady", "early", "growth", "sliding"]


class LimitSet(Section):
    """null: the next wider limit holds."""

    arr: PositiveDecimal | None = Field(None, description="ARR of one book, in the corporate currency")
    accounts: PositiveDecimal | None = Field(None, description="accounts of one book")
    trend_accounts: PositiveDecimal | None = Field(None, description="accounts that a book must not be heading for")


class Stages(Section):
    """ARR a CSM by ARR of the whole company: "10000000": 2000000 is $2M beyond $10M; below the first: limits.arr"""

    early: dict[NotNegative, PositiveDecimal] = Field(
        {Decimal(0): Decimal(500_000), Decimal(1_000_000): Decimal(1_000_000), Decimal(10_000_000): Decimal(2_000_000)},
        description="seed 27: 2 CSMs for the first $1M, then 1 to 2 for each; beyond $10M as seed 1",
    )
    growth: dict[NotNegative, PositiveDecimal] = Field(
        {Decimal(0): Decimal(1_000_000), Decimal(10_000_000): Decimal(2_000_000)},
        description="seed 22: $1M a CSM until $10M of ARR",
    )
    sliding: dict[NotNegative, PositiveDecimal] = Field(
        {
            Decimal(0): Decimal(2_000_000),
            Decimal(20_000_000): Decimal(2_500_000),
            Decimal(50_000_000): Decimal(3_000_000),
            Decimal(100_000_000): Decimal(4_000_000),
        },
        description="seed 30, disputed by its author: the more ARR a company has, the more a CSM carries",
    )


class Limits(Section):
    """What one CSM can carry. Precedence: CSM > segment > complexity > stage > global."""

    arr: PositiveDecimal = Field(Decimal(2_000_000), description="seed 1: $2M of ARR a CSM")
    accounts: PositiveDecimal = Field(Decimal(50), description="seeds 2 and 3: about 50 accounts a CSM")
    trend_accounts: PositiveDecimal = Field(
        Decimal(75), description="seed 4: heading for 75 by the end of next quarter"
    )
    complexity: dict[str, PositiveDecimal] = Field(
        default_factory=dict,
        description="seed 5: multiplier per product; account limits are divided by it, hours multiplied",
    )
    stage: Stage = Field(
        "steady",
        description="seed 9: of the company; early (seed 27), growth (seed 22) and sliding (seed 30) choose the ARR "
        "limit by its ARR, steady is limits.arr",
    )
    stages: Stages = Field(Stages(), description="the ARR limits that a stage chooses from")
    scale_with_capacity: Literal["never", "lasting", "ramp"] = Field(
        "lasting",
        description="seeds 9 and 38: what part time, experience and duties do to hours they do to limits; ramp: the "
        "ramp too; never: limits are as said. A CSM's own limits always are",
    )
    segments: dict[str, LimitSet] = Field(default_factory=dict, description="by segment of the book")
    csms: dict[str, LimitSet] = Field(default_factory=dict, description="by e-mail address or owner id")
