"""One night's reading of an org: every replica brought up to date, and put together as the canonical tables."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from connectors import canonical
from connectors.canonical import Parsed
from connectors.salesforce import currencies, differences, merges, opportunities, owners, paging, volatile
from connectors.salesforce.client import Client
from connectors.salesforce.composite import Question, Together
from connectors.salesforce.mapping import Plan
from connectors.salesforce.soql import KEY, Selection
from connectors.salesforce.upkeep import Tonight, Upkeep
from cssync.errors import PermissionDeniedError
from cssync.model.mirror import Mirror
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from cssync.model.pull import Pull

_NO_ACCOUNTS = (
    "Salesforce shows no accounts to the integration user: if the org has some, give it View All on Account"
    " (Setup > Permission Sets > Object Settings)"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a night wants of an org. *deals* and *users*: which of them. *team*: path of the field that names it."""

    plan: Plan
    deals: Selection
    users: Selection
    team: str | None


def pull(client: Client, mirror: Mirror, asked: Asked, tonight: Tonight) -> Pull:
    """Raises TransientError rather than return a part of the org."""
    plan = asked.plan
    together = Together(client)

    def upkeep(selection: Selection, stage: str) -> Upkeep:
        replica = mirror.replica(selection.sobject, key=KEY, shape=selection.shape(client.org))
        return Upkeep(client, selection, tonight, together, replica, stage)

    accounts = upkeep(plan.account_rows, "accounts")
    deals = upkeep(asked.deals, "opportunities")
    people = upkeep(asked.users, "owners")
    queues = together.query(owners.QUEUES.rows_after(None, None))
    rates = {soql: together.query(soql) for soql in currencies.queries(multi_currency=plan.multi_currency)}

    read, winners, changed = _accounts(accounts, mirror, plan)
    sold = _opportunities(deals, mirror, plan, winners)
    named = {
        ref
        for table, columns in ((read.table, ("csm_ref", "second_csm_ref")), (sold.table, ("owner_ref", "csm_ref")))
        for column in columns
        for ref in table[column].drop_nulls().unique()
    }
    found = _owners(people, mirror, queues, named, asked.team)
    notes = [*map(str, plan.notes), *accounts.notes, *deals.notes, *people.notes]
    return Pull(
        source="salesforce",
        pulled_at=tonight.started,
        accounts=read.table,
        owners=found,
        rates=_rates(client, rates),
        opportunities=sold.table,
        problems=pl.concat([read.problems, sold.problems]),
        notes=(*notes, *([_NO_ACCOUNTS] if read.table.is_empty() else [])),
        calls=client.calls,
        changed=changed,
        record_url=f"https://{client.host}/{{id}}",
    )


def _accounts(upkeep: Upkeep, mirror: Mirror, plan: Plan) -> tuple[Parsed, dict[str, str], int | None]:
    """The accounts; who stands for those merged away; how many are not what they were, None if all were read anew."""
    known = volatile.last_known(upkeep, mirror)
    before = None if known is None else differences.fingerprints(_living(known, merges.winners(known), plan))
    del known
    upkeep.bring()
    rows = volatile.current(upkeep, mirror)
    winners = merges.winners(rows)
    rows = _living(rows, winners, plan)
    upkeep.release()
    changed = None
    if before is not None and not upkeep.read_all:
        changed = len(differences.between(before, differences.fingerprints(rows)).all)
    return canonical.accounts(rows, plan.accounts), winners, changed


def _living(rows: pl.DataFrame, winners: dict[str, str], plan: Plan) -> pl.DataFrame:
    return merges.repointed(merges.living(rows), plan.accounts.parent, winners)


def _opportunities(upkeep: Upkeep, mirror: Mirror, plan: Plan, winners: dict[str, str]) -> Parsed:
    upkeep.bring()
    rows = merges.repointed(volatile.current(upkeep, mirror), plan.opportunities.account, winners)
    return canonical.opportunities(opportunities.with_shares(rows, plan), plan.opportunities)


def _owners(upkeep: Upkeep, mirror: Mirror, queues: Question, named: set[str], team: str | None) -> tuple[Owner, ...]:
    upkeep.bring()
    client = upkeep.client
    users = volatile.current(upkeep, mirror)
    others = owners.strangers(client, upkeep.selection, users, named)
    groups = pl.concat(paging.pages(client, owners.QUEUES, first=queues.answer()))
    return owners.people_and_queues(pl.concat([users, others]), groups, team=team)


def _rates(client: Client, asked: dict[str, Question]) -> ExchangeRates:
    answers = {}
    for soql, question in asked.items():
        try:
            answers[soql] = currencies.rows(client, question.answer())
        except PermissionDeniedError:
            # An org without advanced currency management has no dated rates.
            if soql != currencies.DATED_RATES:
                raise
    return currencies.parsed(answers)
