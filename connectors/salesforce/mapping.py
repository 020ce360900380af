"""Settles which Salesforce field says what, and warns where that is likely to give wrong numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.salesforce.schema import Described, Schema
from connectors.salesforce.soql import NUMBERS, Selection
from cssync.errors import MappingError
from cssync.settings.source import (
    AccountFields,
    OpportunityFields,
    SalesforceAccountFields,
    SalesforceOpportunityFields,
    SalesforceSource,
)

OWNER = "OwnerId"
CURRENCY = "CurrencyIsoCode"
_ACCOUNTS, _OPPORTUNITIES = "source.accounts", "source.opportunities"
_OWNERS = frozenset({"User", "Group"})
_TEXTS = frozenset({"string", "email", "id", "reference", "picklist", "textarea", "encryptedstring", "combobox"})


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the operator; *remedy* is empty where nothing is wrong."""

    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.text}: {self.remedy}" if self.remedy else self.text


_CSM_IS_THE_OWNER = Note(
    "source.accounts.csm is not set, so the account owner (OwnerId) counts as the CSM; in most orgs that is the"
    " salesperson",
    "map the lookup to User that names the CSM, or OwnerId if owners are CSMs",
)
_OWNER_BY_CHOICE = Note("CSMs are the account owners (source.accounts.csm: OwnerId)")
_REVENUE_IS_NOT_ARR = Note(
    "source.accounts.arr is mapped to AnnualRevenue, which is what the customer itself earns in a year, not what it"
    " pays",
    "map the field that holds ARR",
)
_LOGIN_RETIRES = Note(
    "source.auth is password, a SOAP login, which Salesforce retires in Summer '27",
    "set source.auth to jwt or client_credentials",
)
_SEVERAL_CURRENCIES = Note("the org has several currencies, so amounts are read in each record's own (CurrencyIsoCode)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be read. Every field in it was seen in the org's own description.

    *accounts* and *opportunities*: the fields in force, defaults settled. *kinds*: setting -> field as described.
    *account_rows* and *opportunity_rows*: all rows, with the fields mapped and those that cssync itself needs.
    """

    accounts: SalesforceAccountFields
    opportunities: SalesforceOpportunityFields
    kinds: Mapping[str, Described]
    account_rows: Selection
    opportunity_rows: Selection
    multi_currency: bool
    notes: tuple[Note, ...]


def mapped(section: str, fields: AccountFields | OpportunityFields) -> Iterator[tuple[str, str]]:
    """Setting ("source.accounts.csm") and path of every field that is not null."""
    for name in type(fields).model_fields:
        path = getattr(fields, name)
        if path is not None:
            yield f"{section}.{name}", path


def settled(schema: Schema, settings: SalesforceSource, *, arr_from_field: bool) -> Plan:
    """Raises MappingError naming field, object, setting and permission when anything mapped is missing."""
    multi_currency = CURRENCY in schema.fields("Account")
    accounts, opportunities = settings.accounts, settings.opportunities
    notes = list(_notes(settings, multi_currency=multi_currency))
    if arr_from_field and accounts.arr is None:
        raise MappingError(
            "source.accounts.arr is not set, and ARR is to come from a field of Account (customers.arr.from: field)",
            remedy="set source.accounts.arr to the field that holds ARR, or customers.arr.from to won_opportunities",
        )
    if accounts.csm is None:
        accounts = accounts.model_copy(update={"csm": OWNER})
    if multi_currency and accounts.currency is None:
        accounts = accounts.model_copy(update={"currency": CURRENCY})
    if multi_currency and opportunities.currency is None:
        opportunities = opportunities.model_copy(update={"currency": CURRENCY})
    of_accounts, of_opportunities = dict(mapped(_ACCOUNTS, accounts)), dict(mapped(_OPPORTUNITIES, opportunities))
    kinds = schema.require("Account", of_accounts)
    _require_person("source.accounts.csm", accounts.csm, kinds)
    _require_person("source.accounts.second_csm", accounts.second_csm, kinds)
    _require_amount("source.accounts.arr", kinds)
    account_rows = schema.selection("Account", _by_path(of_accounts, kinds))
    kinds |= schema.require("Opportunity", of_opportunities)
    _require_person("source.opportunities.csm", opportunities.csm, kinds)
    _require_amount("source.opportunities.amount", kinds)
    _require_day("source.opportunities.ends", kinds)
    deciding = schema.require("Opportunity", {name: name for name in ("IsClosed", "IsWon", "CloseDate")})
    schema.require("Opportunity", {"SystemModstamp": "SystemModstamp"})
    opportunity_rows = schema.selection("Opportunity", {**_by_path(of_opportunities, kinds), **deciding})
    return Plan(accounts, opportunities, kinds, account_rows, opportunity_rows, multi_currency, tuple(notes))


def _by_path(paths: Mapping[str, str], kinds: Mapping[str, Described]) -> dict[str, Described]:
    return {path: kinds[setting] for setting, path in paths.items()}


def _notes(settings: SalesforceSource, *, multi_currency: bool) -> Iterator[Note]:
    if settings.auth == "password":
        yield _LOGIN_RETIRES
    if settings.accounts.csm is None:
        yield _CSM_IS_THE_OWNER
    if settings.accounts.csm == OWNER:
        yield _OWNER_BY_CHOICE
    if settings.accounts.arr == "AnnualRevenue":
        yield _REVENUE_IS_NOT_ARR
    if multi_currency and None in (settings.accounts.currency, settings.opportunities.currency):
        yield _SEVERAL_CURRENCIES


def _require_person(setting: str, path: str | None, kinds: Mapping[str, Described]) -> None:
    if path is None:
        return
    field = kinds[setting]
    if path.endswith(".Name"):
        raise MappingError(
            f"{setting} is mapped to {path}, and two people may share a name",
            remedy=f"map {path.removesuffix('.Name')}.Id or {path.removesuffix('.Name')}.Email",
        )
    if field.refers_to and _OWNERS.isdisjoint(field.refers_to):
        raise MappingError(
            f"{setting} is mapped to {field.name}, which looks up {' or '.join(field.refers_to)} and not User",
            remedy=f"map a lookup to User, or the e-mail address behind this one: {field.relationship}.Email",
        )
    if field.kind not in _TEXTS:
        raise MappingError(
            f"{setting} is mapped to {field.name}, which holds a {field.kind} and cannot name a person",
            remedy="map a lookup to User, or a field that holds an e-mail address",
        )


def _require_amount(setting: str, kinds: Mapping[str, Described]) -> None:
    field = kinds.get(setting)
    if field is not None and field.kind not in NUMBERS and field.kind not in {"string", "textarea"}:
        raise MappingError(
            f"{setting} is mapped to {field.name}, which holds a {field.kind} and not an amount",
            remedy="map a currency, number or formula field",
        )


def _require_day(setting: str, kinds: Mapping[str, Described]) -> None:
    field = kinds.get(setting)
    if field is not None and field.kind != "date":
        raise MappingError(
            f"{setting} is mapped to {field.name}, which holds a {field.kind} and not a date",
            remedy="map a date field, or null",
        )
