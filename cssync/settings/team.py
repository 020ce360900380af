"""What the CRM does not know about the people who look after customers, or knows wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, Self, get_args

from pydantic import ConfigDict, Field, PositiveInt, model_validator
from pydantic.config import JsonDict

from cssync.settings.base import NotNegative, PositiveDecimal, Ratio, Section, Share

Duty = Literal["onboarding", "training", "support", "services", "presales"]
Role = Literal["csm", "renewals", "leader", "centre_of_excellence", "support", "operations"]
ROLES: tuple[Role, ...] = get_args(Role)


class Leave(Section):
    """Days away from customers that someone else must cover; ordinary holidays are off the productive hours."""

    from_: date = Field(alias="from", description="first day away: 2027-01-11")
    to: date = Field(description="last day away")

    @classmethod
    def example(cls) -> Self:
        return cls(from_=date(2027, 1, 11), to=date(2027, 4, 30))

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to < self.from_:
            raise ValueError("ends before it begins: to must not be earlier than from")
        return self


class Member(Section):
    """What the CRM does not say, or says wrongly, about one owner."""

    segment: str | None = Field(None, description="segment of the book; null: the one most of its customers are in")
    team: str | None = Field(None, description="null: the team that the CRM names")
    role: Role = Field(
        "csm", description="seeds 27 and 33: all but csm carry no book, are held to no limit, and count in cost"
    )
    fte: Ratio = Field(Decimal(1), description="seed 9: part time; 0.5: half the hours, limits and cost")
    starts_on: date | None = Field(None, description="seed 31: first day; from it on the ramp of hiring.ramp_days")
    leaves_on: date | None = Field(None, description="first day on which they are no longer there")
    leave: tuple[Leave, ...] = Field((), description="long absences: parental leave, a sabbatical")
    experience: PositiveDecimal = Field(Decimal(1), description="seed 9: 1.2 carries a fifth more than others")
    duties: dict[str, Share] = Field(
        default_factory=dict,
        description="seeds 9 and 35: shares of the hours that go elsewhere: travel: 0.1; one of team.scope replaces it",
    )
    cost_per_year: NotNegative | None = Field(None, description="null: fte times capacity.cost_per_year")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.starts_on and self.leaves_on and self.leaves_on <= self.starts_on:
            raise ValueError("leaves_on must be later than starts_on")
        if sum(self.duties.values()) >= 1:
            raise ValueError("duties come to 1 or more, so that no hour would be left for customers")
        return self


class Pool(Section):
    """A user that stands for several people: one book with the capacity of all of them."""

    members: PositiveDecimal | None = Field(
        None, description="how many full-time people work it; null: not known, so that its load is measured by nothing"
    )


def _required(schema: JsonDict) -> None:
    """It has a default for the embedded demo company alone; a settings file must say it."""
    schema["required"] = ["scope"]


class Team(Section):
    """Corrections to what the CRM says about its owners; everyone by e-mail address or owner id."""

    model_config = ConfigDict(json_schema_extra=_required)

    scope: tuple[Duty, ...] = Field(
        (),
        description="seed 38, must be said: what CSMs do beside managing their accounts; [] for nothing, or any of "
        "onboarding, training, support, services, presales. It lowers hours and limits, see capacity.duties",
    )
    pools: dict[str, Pool] = Field(default_factory=dict, description="users that stand for several people")
    members: dict[str, Member] = Field(
        default_factory=dict, description="what the CRM does not know about single owners, or knows wrongly"
    )
    renewals_team_from: PositiveInt = Field(
        500, description="seed 37: customers from which on renewals are a team of their own (500 to 600)"
    )

    @model_validator(mode="after")
    def _each_person_once(self) -> Self:
        for table in (self.pools, self.members):
            _no_twins(table)
        if both := {name.casefold() for name in self.pools} & {name.casefold() for name in self.members}:
            raise ValueError(f"{', '.join(sorted(both))}: among pools and members; a pool is no single person")
        return self


def _no_twins(table: Mapping[str, object]) -> None:
    names = [name.casefold() for name in table]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{', '.join(twice)}: said twice, once in other letters")
