"""Which company each deal belongs to, asked for many deals at once: search does not tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import polars as pl

from connectors.hubspot.client import HubspotClient, Record
from connectors.hubspot.endpoints import COMPANIES_OF_DEALS
from connectors.hubspot.mapping import COMPANY_OF_DEAL
from connectors.hubspot.records import Related
from cssync.errors import TransientError

_AT_ONCE = 1_000
_PRIMARY_TYPE = 5  # HUBSPOT_DEFINED: deal to primary company; lists call it deal_to_company
_PRIMARY_NAMES = frozenset({"deal_to_company", "deal_to_primary_company"})


def companies(present: pl.Series) -> Related:
    """The column of companies of deals; *present*: the ids of all companies."""
    return Related(COMPANY_OF_DEAL, "companies", listed, asked, present)


def listed(associations: Any) -> str | None:
    """The one company that a deal of a list, with these *associations*, counts for. Each is listed once per label."""
    associated = (associations or {}).get("companies") or {}
    companies = associated.get("results") or ()
    return _one((each["id"], each.get("type") in _PRIMARY_NAMES) for each in companies)


def asked(client: HubspotClient, deals: Sequence[str]) -> Mapping[str, str | None]:
    """The same by id of the deal. Raises TransientError where HubSpot leaves some out without a word."""
    found: dict[str, str | None] = {}
    for ids in _chunks(deals):
        found |= _read(client, ids)
        if forgotten := [each for each in ids if each not in found]:
            found |= _read(client, forgotten)
        if forgotten := [each for each in ids if each not in found]:
            raise TransientError(
                f"HubSpot does not say to which companies {len(forgotten):,} of {len(ids):,} deals belong",
                remedy="run again; nothing was changed",
            )
    return found


def _read(client: HubspotClient, deals: Sequence[str]) -> dict[str, str | None]:
    """What was answered: 207 stands for an answer without some of them, of which it says why."""
    reply = client.post(COMPANIES_OF_DEALS, {"inputs": [{"id": each} for each in deals]}, holds="results")
    told = {each: None for error in _objects(reply.get("errors")) for each in _named(error)}
    try:
        return told | {str(each["from"]["id"]): _one(_companies(each)) for each in reply["results"]}
    except (AttributeError, KeyError, TypeError) as error:
        raise TransientError("HubSpot told associations of which some are not whole", remedy="run again") from error


def _companies(result: Record) -> Iterator[tuple[str, bool]]:
    for each in result["to"]:
        types = _objects(each.get("associationTypes"))
        yield str(each["toObjectId"]), any(type_.get("typeId") == _PRIMARY_TYPE for type_ in types)


def _one(companies: Iterable[tuple[str, bool]]) -> str | None:
    """The primary one; without one the oldest, so that it is the same in whatever order they are told."""
    of_deal = sorted(companies, key=lambda each: (not each[1], int(each[0])))
    return of_deal[0][0] if of_deal else None


def _named(error: Mapping[str, Any]) -> list[str]:
    """The deals that an error of a 207 speaks of: those without a company, and those that are not there any more."""
    context = error.get("context")
    ids = (context.get(key) for key in ("fromObjectId", "ids")) if isinstance(context, dict) else ()
    return [str(each) for listed in ids if isinstance(listed, list) for each in listed]


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, _AT_ONCE)):
        yield chunk
