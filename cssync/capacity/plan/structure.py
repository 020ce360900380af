"""What a plan says of the shape of the whole team: renewals, own CSMs and pools, and those who carry no book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cssync.capacity.company import Company
from cssync.capacity.outlook import Outlook


@dataclass(frozen=True, slots=True)
class Outside:
    """Someone who carries no book and counts in cost (seeds 27 and 33)."""

    name: str
    role: str
    cost_per_year: Decimal


@dataclass(frozen=True, slots=True)
class Structure:
    """*renewals_team_on*: first day on which there are likely *renewals_team_from* customers, None within the plan
    (seed 37). *dedicated*, *between*, *pooled*: customers by size (seed 32), of known ARR. *carriers*: people who
    carry books tonight.
    """

    customers: int
    arr: Decimal
    renewals_team_from: int
    renewals_team_on: date | None
    dedicated: int
    between: int
    pooled: int
    carriers: Decimal
    outside: tuple[Outside, ...]

    @property
    def per_million(self) -> Decimal | None:
        """Carriers for each million of ARR (seed 27: two of them early, then one to two)."""
        return self.carriers * 1_000_000 / self.arr if self.arr else None


def structure(company: Company, outlooks: Mapping[str | None, Sequence[Outlook]]) -> Structure:
    hiring, team, today = company.settings.hiring, company.settings.team, company.as_of
    arr = company.books.customers["arr"].drop_nulls()
    big, small = arr.filter(arr > hiring.dedicated_from_arr), arr.filter(arr < hiring.pooled_under_arr)
    terms = company.staff.terms
    employed = [person for person in company.staff.people.values() if person.employed(today)]
    return Structure(
        customers=company.books.totals.accounts,
        arr=company.books.totals.arr,
        renewals_team_from=team.renewals_team_from,
        renewals_team_on=_reaches(tuple(outlooks.values()), team.renewals_team_from),
        dedicated=len(big),
        between=len(arr) - len(big) - len(small),
        pooled=len(small),
        carriers=sum((one.people or Decimal(1) for one in employed if one.carries_book), Decimal(0)),
        outside=tuple(
            Outside(one.name, one.role, one.cost_per_year(today, terms)) for one in employed if not one.carries_book
        ),
    )


def _reaches(outlooks: Sequence[Sequence[Outlook]], customers: int) -> date | None:
    days = zip(*outlooks, strict=True)
    return next((day[0].on for day in days if sum(each.accounts.mean for each in day) >= customers), None)
