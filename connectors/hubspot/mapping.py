"""Holds the mapping in the settings against the properties that the HubSpot account really has.

Everything wrong is told at once and before the first record is read; what is merely unwise becomes a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import COMPANIES, DEALS, RecordType
from cssync.errors import MappingError
from cssync.settings.source import AccountFields, HubspotSource, OpportunityFields

COMPANY_OF_DEAL = "associations.company"  # not a property: deals name their companies in associations
RECORD_ID = "hs_object_id"
SALES_OWNER = "hubspot_owner_id"
CUSTOMERS_REVENUE = "annualrevenue"

# Properties that an account has only once the feature is switched on; being absent is no fault then.
_FEATURE_GATED = frozenset({"deal_currency_code"})
_OWNER = "OWNER"


@dataclass(frozen=True, slots=True)
class Property:
    """*references*: what an enumeration's values are ids of ("OWNER"), "" for its own options."""

    name: str
    label: str
    type: str
    references: str


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """The mapping as it will be used; *notes* are sentences for the operator."""

    accounts: AccountFields
    opportunities: OpportunityFields
    notes: tuple[str, ...]


def settled(settings: HubspotSource, *, arr_from_field: bool) -> FieldMapping:
    """The mapping of the settings, which must say what nobody can guess. Raises MappingError; asks HubSpot nothing."""
    accounts = settings.accounts
    unsaid: dict[str, str] = {}
    if accounts.csm is None:
        unsaid["who looks after a customer: source.accounts.csm is not set"] = (
            "set source.accounts.csm to the company property that names the CSM "
            f"({SALES_OWNER} is the sales owner in most HubSpot accounts)"
        )
    if accounts.arr is None and arr_from_field:
        unsaid["what a customer's ARR is: source.accounts.arr is not set"] = (
            f"set source.accounts.arr to the company property that holds ARR ({CUSTOMERS_REVENUE} is what the customer "
            "itself earns), or take ARR from deals with customers.arr.from: won_opportunities"
        )
    if unsaid:
        raise MappingError("nothing says " + ", or ".join(unsaid), remedy="; ".join(unsaid.values()))
    notes: list[str] = []
    if accounts.csm == SALES_OWNER:
        notes.append(
            f"source.accounts.csm is {SALES_OWNER}: right only if CSMs, not salespeople, are the owners of companies."
        )
    if accounts.arr == CUSTOMERS_REVENUE:
        notes.append(
            f"source.accounts.arr is {CUSTOMERS_REVENUE}, which is NOT ARR: it is what the customer itself earns in "
            "a year, filled in by HubSpot. Every ARR figure and limit is wrong until another property is mapped."
        )
    return FieldMapping(accounts, settings.opportunities, tuple(notes))


def properties(client: HubspotClient, record_type: RecordType) -> dict[str, Property]:
    """Every property of the record type that the token may see, by name. Archived ones are not among them."""
    listed = client.get(record_type.properties, holds="results")["results"]
    found = (
        Property(
            name=str(entry.get("name")),
            label=str(entry.get("label") or ""),
            type=str(entry.get("type") or ""),
            references=str(entry.get("referencedObjectType") or ""),
        )
        for entry in listed
    )
    return {each.name: each for each in found}


def verified(mapping: FieldMapping, companies: Mapping[str, Property], deals: Mapping[str, Property]) -> FieldMapping:
    """The mapping, every property of which exists. Raises one MappingError that names all that do not."""
    opportunities, absent = _without_switched_off(mapping.opportunities, deals)
    faults = [
        *missing(COMPANIES, mapping.accounts, companies),
        *missing(DEALS, opportunities, deals),
    ]
    if faults:
        objects = " and ".join(sorted({fault.record_type.plural for fault in faults}))
        scopes = " and ".join(sorted({fault.record_type.properties.scope for fault in faults}))
        raise MappingError(
            "; ".join(fault.message for fault in faults),
            remedy=f"mend these lines of the settings, or create the properties. To see those of {objects} the token "
            f"needs the scope {scopes}, and for sensitive ones also the .sensitive.read scope",
        )
    notes = [*mapping.notes, *_type_notes(mapping.accounts, companies), *absent]
    return FieldMapping(mapping.accounts, opportunities, tuple(notes))


@dataclass(frozen=True, slots=True)
class Missing:
    """A mapped property that HubSpot does not have; *setting* is the line to mend."""

    record_type: RecordType
    setting: str
    name: str
    suggestion: str

    @property
    def message(self) -> str:
        hint = f', did you mean "{self.suggestion}"?' if self.suggestion else ""
        return f'HubSpot {self.record_type.plural} have no property "{self.name}" ({self.setting}){hint}'


def missing(
    record_type: RecordType, fields: AccountFields | OpportunityFields, known: Mapping[str, Property]
) -> list[Missing]:
    return [
        Missing(record_type, f"{record_type.setting}.{setting}", name, _nearest(name, known.values()))
        for setting, name in mapped(fields)
        if name not in known
    ]


def mapped(fields: AccountFields | OpportunityFields) -> list[tuple[str, str]]:
    """Setting and property of each mapped field, in the order of the settings; associations are left out."""
    named = ((setting, getattr(fields, setting)) for setting in type(fields).model_fields)
    return [(setting, name) for setting, name in named if name is not None and name != COMPANY_OF_DEAL]


def wanted(fields: AccountFields | OpportunityFields) -> tuple[str, ...]:
    """The properties to ask for: each once."""
    return tuple(dict.fromkeys(name for _, name in mapped(fields)))


def _without_switched_off(
    fields: OpportunityFields, known: Mapping[str, Property]
) -> tuple[OpportunityFields, list[str]]:
    off = {
        setting: name
        for setting, name in mapped(fields)
        if name in _FEATURE_GATED and name not in known and setting not in fields.model_fields_set
    }
    notes = [f"deals have no {name}: their amounts are taken to be in the company currency." for name in off.values()]
    return fields.model_copy(update=dict.fromkeys(off)), notes


def _nearest(name: str, known: Iterable[Property]) -> str:
    """The property that was probably meant: people write labels, or mistype names."""
    by_key: dict[str, str] = {}
    for each in known:
        by_key.setdefault(each.name.casefold(), each.name)
        by_key.setdefault(each.label.casefold(), each.name)
    near = get_close_matches(name.casefold(), by_key, n=1, cutoff=0.6)
    return by_key[near[0]] if near else ""


def _type_notes(accounts: AccountFields, companies: Mapping[str, Property]) -> list[str]:
    notes: list[str] = []
    csm = companies[accounts.csm] if accounts.csm else None
    if csm and csm.type == "enumeration" and csm.references != _OWNER:
        notes.append(
            f'source.accounts.csm: "{csm.name}" is a drop-down, not a HubSpot user property; its values must be '
            "e-mail addresses or owner ids to be recognised."
        )
    arr = companies[accounts.arr] if accounts.arr else None
    if arr and arr.type != "number":
        notes.append(
            f'source.accounts.arr: "{arr.name}" is of type {arr.type}, not number; values that are no amount are '
            "reported, not guessed."
        )
    return notes
