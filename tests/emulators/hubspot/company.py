"""Fills an emulated HubSpot account from rows of the canonical tables, and tells how to map it back.

For tests that need a whole company rather than the few records of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cssync.model.owner import Owner, OwnerKind
from tests.emulators.hubspot.portal import Portal

Row = Mapping[str, object]

# Canonical column -> (property, type); the ones HubSpot has of itself keep its names.
_ACCOUNT = {
    "name": ("name", "string"),
    "csm_ref": ("csm_owner", "owner"),
    "amount": ("arr", "number"),
    "currency": ("arr_currency", "string"),
    "segment": ("cs_segment", "string"),
    "lifecycle": ("lifecyclestage", "enumeration"),
    "product": ("cs_plan", "string"),
    "region": ("cs_region", "string"),
    "language": ("cs_language", "string"),
    "health": ("cs_health", "string"),
    "parent_id": ("hs_parent_company_id", "number"),
    "created_on": ("createdate", "datetime"),
    "customer_since": ("customer_since", "date"),
    "churned_on": ("churned_on", "date"),
    "renewal_on": ("renewal_on", "date"),
}
_OPPORTUNITY = {
    "owner_ref": ("hubspot_owner_id", "owner"),
    "name": ("dealname", "string"),
    "kind": ("dealtype", "enumeration"),
    "is_closed": ("hs_is_closed", "bool"),
    "is_won": ("hs_is_closed_won", "bool"),
    "amount": ("amount", "number"),
    "currency": ("deal_currency_code", "enumeration"),
    "probability": ("hs_deal_stage_probability", "number"),
    "created_on": ("createdate", "datetime"),
    "close_on": ("closedate", "datetime"),
    "starts_on": ("subscription_starts", "date"),
    "ends_on": ("subscription_ends", "date"),
}

# What to put under source.accounts and source.opportunities to read the company back.
ACCOUNT_MAPPING = {
    "csm": "csm_owner",
    "arr": "arr",
    "currency": "arr_currency",
    "segment": "cs_segment",
    "product": "cs_plan",
    "region": "cs_region",
    "language": "cs_language",
    "health": "cs_health",
    "customer_since": "customer_since",
    "churned_on": "churned_on",
    "renewal": "renewal_on",
}
OPPORTUNITY_MAPPING = {"starts": "subscription_starts", "ends": "subscription_ends"}


@dataclass(frozen=True, slots=True)
class Ids:
    """The id in HubSpot for each id of the rows; whole numbers are kept, all others are replaced by new ones."""

    accounts: Mapping[str, str]
    owners: Mapping[str, str]
    opportunities: Mapping[str, str]


def load(
    portal: Portal, accounts: Iterable[Row], owners: Iterable[Owner] = (), opportunities: Iterable[Row] = ()
) -> Ids:
    """Store *accounts* (columns of ``ACCOUNTS``), *owners* and *opportunities* (columns of ``OPPORTUNITIES``).

    Columns may be left out; other columns are ignored. A value that is already a text is stored as it is, garbage
    included; dates, Decimals and booleans are written as HubSpot writes them. Stages become stages of one pipeline.
    """
    account_rows, opportunity_rows, people = list(accounts), list(opportunities), list(owners)
    ids = Ids(
        accounts=_ids((row["account_id"] for row in account_rows), 9_000_000_000),
        owners=_ids((owner.id for owner in people), 8_000_000_000),
        opportunities=_ids((row["opportunity_id"] for row in opportunity_rows), 7_000_000_000),
    )
    _declare(portal, "companies", _ACCOUNT)
    _declare(portal, "deals", _OPPORTUNITY)
    for owner in people:
        _add_owner(portal, owner, ids.owners[owner.id])
    for row in account_rows:
        portal.add("companies", ids.accounts[str(row["account_id"])], _account_values(_whole(row, _ACCOUNT), ids))
    stages = _stages(portal, opportunity_rows)
    for row in opportunity_rows:
        values = _given(_whole(row, _OPPORTUNITY), _OPPORTUNITY)
        values["hubspot_owner_id"] = _translated(row.get("owner_ref"), ids.owners)
        values["pipeline"] = "loaded"
        values["dealstage"] = stages[_stage(row)]
        company = _translated(row.get("account_id"), ids.accounts)
        both = ((company, "deal_to_company"), (company, "deal_to_company_unlabeled")) if company else ()
        portal.add("deals", ids.opportunities[str(row["opportunity_id"])], values, companies=both)
    return ids


def edit_account(portal: Portal, ids: Ids, account_id: str, columns: Row) -> None:
    """Change *columns* of ``ACCOUNTS`` of a loaded account, as somebody in HubSpot would now."""
    portal.edit("companies", ids.accounts[account_id], **_account_values(columns, ids))


def edit_opportunity(portal: Portal, ids: Ids, opportunity_id: str, columns: Row) -> None:
    """The same for an opportunity, except for its stage; another ``account_id`` is another primary company."""
    deal = ids.opportunities[opportunity_id]
    values = _given(columns, _OPPORTUNITY)
    if "owner_ref" in columns:
        values["hubspot_owner_id"] = _translated(columns["owner_ref"], ids.owners)
    portal.edit("deals", deal, **values)
    company = _translated(columns.get("account_id"), ids.accounts)
    if company is not None:
        portal.associate(deal, company)


def _declare(portal: Portal, kind: str, columns: Mapping[str, tuple[str, str]]) -> None:
    for name, type_ in columns.values():
        if name not in portal.properties[kind]:
            portal.add_property(kind, name, type_=type_, of_owners=type_ == "owner")


def _add_owner(portal: Portal, owner: Owner, identifier: str) -> None:
    first, _, last = owner.name.partition(" ")
    portal.add_owner(
        identifier,
        first=first,
        last=last,
        email=owner.email,
        user_id=int(identifier) + 1_000_000,
        archived=not owner.active,
        kind="QUEUE" if owner.kind is OwnerKind.QUEUE else "PERSON",
        teams=[(owner.team, True)] if owner.team else [],
    )


def _whole(row: Row, columns: Iterable[str]) -> dict[str, object]:
    return {column: row.get(column) for column in columns}


def _account_values(row: Row, ids: Ids) -> dict[str, object]:
    values = _given(row, _ACCOUNT)
    for column, known in (("csm_ref", ids.owners), ("parent_id", ids.accounts)):
        if column in row:
            values[_ACCOUNT[column][0]] = _translated(row[column], known)
    return values


def _given(row: Row, columns: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """Values by property; a day in a property that holds moments becomes its midnight."""
    values = {name: row[column] for column, (name, _) in columns.items() if column in row}
    moments = [name for name, type_ in columns.values() if type_ == "datetime" and name in values]
    for name in moments:
        if values[name] is None:
            del values[name]
        elif not isinstance(values[name], str):
            values[name] = f"{values[name]}T00:00:00Z"
    return values


def _ids(given: Iterable[object], first: int) -> dict[str, str]:
    texts = [str(each) for each in given]
    return {text: text if text.isdecimal() else str(first + number) for number, text in enumerate(texts)}


def _translated(value: object, ids: Mapping[str, str]) -> str | None:
    return None if value is None else ids.get(str(value), str(value))


def _stage(row: Row) -> tuple[str, bool, bool]:
    return (str(row.get("stage") or "Open"), bool(row.get("is_closed")), bool(row.get("is_won")))


def _stages(portal: Portal, rows: Iterable[Row]) -> dict[tuple[str, bool, bool], str]:
    """Stage ids by label and what the stage means, in a pipeline of their own."""
    known = {key: str(110_000 + number) for number, key in enumerate(sorted({_stage(row) for row in rows}))}
    if known:
        stages = [
            (identifier, label, str(closed).lower(), "1.0" if won else "0.0" if closed else "0.5")
            for (label, closed, won), identifier in known.items()
        ]
        portal.add_pipeline("loaded", "Customer pipeline", stages)
    return known
