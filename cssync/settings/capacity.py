"""How much work an account is, and how much of it one CSM can do in a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from cssync.settings.base import DatedCondition, NotNegative, PositiveDecimal, Section, Share

_GUESS = Decimal(4)


class HoursPerAccount(Section):
    """By segment of the account. Names are compared by their letters and digits: Mid-Market is mid_market."""

    smb: NotNegative = Field(Decimal(2), description="peers' effort tables: 2/4/10 hours for SMB/mid/enterprise")
    digital: NotNegative = Field(Decimal(2), description="seed 39 ranks digital with SMB; see modifiers.low_touch")
    mid_market: NotNegative = Field(Decimal(4), description="peers' effort tables")
    large: NotNegative = Field(Decimal(6), description="[d] between mid-market and enterprise, as in seed 39")
    enterprise: NotNegative = Field(Decimal(10), description="peers' effort tables")
    segments: dict[str, NotNegative] = Field(
        default_factory=dict, description="segments of your own by name; they win over those above"
    )
    otherwise: NotNegative | None = Field(
        None, description="of no segment, or one without hours; null: a guess of 4 ([d]), on which no alert rests"
    )

    @property
    def of_others(self) -> Decimal:
        return _GUESS if self.otherwise is None else self.otherwise


class Modifier(Section):
    """What makes an account more work than another of its segment, or less."""

    when: DatedCondition = Field(
        description="SQL condition over the canonical account columns, days_to_renewal and days_as_customer"
    )
    times: NotNegative = Field(description="1.3: 30% more hours")

    @classmethod
    def example(cls) -> Self:
        return cls(when="region = 'APAC'", times=Decimal("1.2"))


class LowTouch(Modifier):
    when: DatedCondition = Field(
        "lower(segment) in ('digital', 'digital touch', 'tech touch', 'low touch', 'long tail', 'self-serve')",
        description="seeds 41 and 42: which accounts are looked after one to many",
    )
    times: NotNegative = Field(Decimal("0.25"), description="[d] seed 42: automated, a quarter of the hours is left")


class Onboarding(Modifier):
    when: DatedCondition = Field(
        "lower(lifecycle) in ('onboarding', 'implementation', 'kickoff')",
        description="which accounts are being brought on board",
    )
    times: NotNegative = Field(Decimal("1.3"), description="peers' effort tables: 30% more")


class AtRisk(Modifier):
    when: DatedCondition = Field(
        "lower(health) in ('red', 'at risk', 'at_risk', 'poor', 'critical')"
        " or lower(lifecycle) in ('at risk', 'at_risk')",
        description="which accounts may leave",
    )
    times: NotNegative = Field(Decimal("1.5"), description="peers' effort tables: 50% more")


class Renewal(Modifier):
    when: DatedCondition = Field("days_to_renewal between 0 and 90", description="which accounts renew soon")
    times: NotNegative = Field(Decimal("1.25"), description="[d] a quarter more in the 90 days before a renewal")


class Modifiers(Section):
    """An account to which several apply is as much work as their product."""

    low_touch: LowTouch = Field(LowTouch(), description="one to many instead of one to one")
    onboarding: Onboarding = Field(Onboarding(), description="being brought on board")
    at_risk: AtRisk = Field(AtRisk(), description="may leave")
    renewal: Renewal = Field(Renewal(), description="renews soon")
    others: dict[str, Modifier] = Field(
        default_factory=dict, description="of your own: several_sites: {when: ..., times: 1.2}"
    )

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        if taken := sorted({name.casefold() for name in self.others} & {*RESERVED, *type(self).model_fields}):
            raise ValueError(f"others: {', '.join(taken)}: a name that is taken; choose another")
        return self


# Columns of the load that no modifier may be called by.
RESERVED = ("account_id", "book_id", "unit_id", "segment", "hours", "base", "complexity", "guessed", "recent")


class DutyShares(Section):
    """What each duty of team.scope takes of a CSM's hours and limits; a member's own share wins."""

    onboarding: Share = Field(Decimal("0.20"), description="[d] seeds 35 and 38: bringing customers on board")
    training: Share = Field(Decimal("0.10"), description="[d] seeds 9 and 38: training customers")
    support: Share = Field(Decimal("0.25"), description="[d] seed 35: answering tickets")
    services: Share = Field(Decimal("0.15"), description="[d] seed 35: paid projects")
    presales: Share = Field(Decimal("0.10"), description="[d] seed 35: helping to sell")

    @model_validator(mode="after")
    def _leave_something(self) -> Self:
        if sum(getattr(self, name) for name in type(self).model_fields) >= 1:
            raise ValueError("the shares come to 1 or more, so that no hour would be left for customers")
        return self


class Capacity(Section):
    """load = hours of the segment x complexity x modifiers; capacity = productive hours x what a CSM can give."""

    productive_hours: PositiveDecimal = Field(
        Decimal(128), description="a month, of a full-time CSM, holidays and meetings off: peers' effort tables"
    )
    amber_at: PositiveDecimal = Field(
        Decimal("1.1"), description="load by capacity from which a book is watched: peers' effort tables"
    )
    act_at: PositiveDecimal = Field(
        Decimal("1.3"), description="load by capacity from which to act: peers' effort tables"
    )
    hours_per_account: HoursPerAccount = Field(
        HoursPerAccount(), description="a month; products of limits.complexity multiply them (seed 5)"
    )
    modifiers: Modifiers = Field(Modifiers(), description="what makes an account more work, or less")
    duties: DutyShares = Field(DutyShares(), description="what the duties of team.scope take of a CSM's hours")
    ramp_from_first_customer: bool = Field(
        default=True,
        description="a CSM whose first customers came when history was kept ramps from that day (seed 31), unless "
        "team.members says starts_on",
    )
    cost_per_year: PositiveDecimal = Field(
        Decimal(100_000), description="seed 23: a full-time CSM all-in, in the currency that is shown"
    )

    @model_validator(mode="after")
    def _amber_comes_first(self) -> Self:
        if self.amber_at > self.act_at:
            raise ValueError("amber_at must not be above act_at, or it would be time to act before it is to watch")
        return self
