"""Says what a plan rests on, each figure with its setting or its seed, and what it finds of the whole team."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cssync.capacity.plan.plan import Plan, lead_of
from cssync.capacity.plan.structure import Structure
from cssync.model.wording import count, day, listed, money


def footnotes(plan: Plan) -> Iterator[str]:
    """Whole sentences, of the team first."""
    team, settings = plan.structure, plan.company.settings
    if team.per_million is not None:
        people = f"{team.carriers.normalize():f} people carry books: {team.per_million:.1f} for each million of ARR"
        yield f"{people} (seed 27: two early on, then one to two)."
    if team.outside:
        total = sum((one.cost_per_year for one in team.outside), Decimal(0))
        names = listed([f"{one.name} ({one.role.replace('_', ' ')})" for one in team.outside])
        yield f"Outside books, but in cost (seed 33): {names}, {money(total, plan.currency)} a year."
    yield _sizes(plan)
    yield _renewals(team)
    lead = lead_of(settings.hiring)
    yield (
        f"Hire by: the day on which a CSM is lacking, less {lead.ramp} days of ramp (seed 31), {lead.notice} of notice "
        f"and {lead.to_fill} to fill the position, {lead.days} in all (hiring.*)."
    )
    measures = listed(["ARR" if name == "arr" else name for name in settings.hiring.measures])
    yield (
        f"Loads are what is not exceeded with {settings.hiring.quantile:.0%} certainty (hiring.quantile, seed 20). "
        f"CSMs are lacking by {measures}, whichever lacks most (hiring.measures)."
    )
    yield _assumed(plan)


def _sizes(plan: Plan) -> str:
    team, sizes = plan.structure, plan.company.settings.hiring
    own, pool = (money(amount, plan.currency) for amount in (sizes.dedicated_from_arr, sizes.pooled_under_arr))
    return (
        f"By size (seed 32): {count(team.dedicated, 'customer')} over {own}, for a CSM of their own; {team.between:,} "
        f"for one CSM to few; {team.pooled:,} under {pool}, whom a pool may take."
    )


def _renewals(team: Structure) -> str:
    from_ = f"{team.renewals_team_from:,} customers"
    if team.renewals_team_on is None:
        return f"Renewals need no team of their own: {from_} are not reached within the plan (seed 37)."
    if team.customers >= team.renewals_team_from:
        return (
            f"With {team.customers:,} customers, renewals should have a team of their own (from {from_} on, seed 37)."
        )
    return f"Renewals need a team of their own from {day(team.renewals_team_on)} on, with {from_} (seed 37)."


def _assumed(plan: Plan) -> str:
    settings = plan.company.settings
    attrition = settings.hiring.attrition
    leave = f"{attrition:.0%} of the CSMs leave in a year" if attrition else "nobody leaves but those known"
    cost = money(settings.capacity.cost_per_year, plan.currency)
    up_to = settings.hiring.hours_up_to or settings.capacity.act_at
    hours = f"{up_to:.0%} of {settings.capacity.productive_hours.normalize():f} hours a month (hiring.hours_up_to)"
    return (
        f"Assumed: {leave} (hiring.attrition); a CSM costs {cost} a year (capacity.cost_per_year, seed 23) and is full "
        f"at {hours}."
    )
