"""The HubSpot account that the emulator shows: its records, properties, owners, pipelines and currencies."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

ALL_SCOPES = frozenset(
    {
        "crm.objects.companies.read",
        "crm.schemas.companies.read",
        "crm.objects.deals.read",
        "crm.schemas.deals.read",
        "crm.objects.owners.read",
        "multi-currency-read",
    }
)
_STAMP = "2025-11-03T08:15:30.123Z"

# name -> (label, type); what every account has of what cssync may map.
_COMPANY_PROPERTIES = {
    "hs_object_id": ("Record ID", "number"),
    "name": ("Company name", "string"),
    "domain": ("Company Domain Name", "string"),
    "createdate": ("Create Date", "datetime"),
    "hs_lastmodifieddate": ("Last Modified Date", "datetime"),
    "hubspot_owner_id": ("Company owner", "enumeration"),
    "lifecyclestage": ("Lifecycle Stage", "enumeration"),
    "annualrevenue": ("Annual Revenue", "number"),
    "hs_parent_company_id": ("Parent Company", "number"),
    "hs_merged_object_ids": ("Merged record IDs", "enumeration"),
}
_DEAL_PROPERTIES = {
    "hs_object_id": ("Record ID", "number"),
    "dealname": ("Deal Name", "string"),
    "dealtype": ("Deal Type", "enumeration"),
    "dealstage": ("Deal Stage", "enumeration"),
    "pipeline": ("Pipeline", "enumeration"),
    "amount": ("Amount", "number"),
    "deal_currency_code": ("Currency", "enumeration"),
    "hubspot_owner_id": ("Deal owner", "enumeration"),
    "hs_is_closed": ("Is Deal Closed?", "bool"),
    "hs_is_closed_won": ("Is Closed Won", "bool"),
    "hs_deal_stage_probability": ("Deal probability", "number"),
    "createdate": ("Create Date", "datetime"),
    "closedate": ("Close Date", "datetime"),
    "hs_lastmodifieddate": ("Last Modified Date", "datetime"),
}
_OWNER_PROPERTIES = frozenset({"hubspot_owner_id"})

DEFAULT_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "false", "0.2"),
    ("contractsent", "Contract Sent", "false", "0.9"),
    ("closedwon", "Closed Won", "true", "1.0"),
    ("closedlost", "Closed Lost", "true", "0.0"),
)


@dataclass
class Stored:
    """One record. *companies*: associated company ids with the type of the association."""

    id: str
    properties: dict[str, str | None]
    archived: bool = False
    companies: Sequence[tuple[str, str]] = ()


@dataclass
class Portal:
    id: int = 4242424
    currency: str = "USD"
    time_zone: str = "US/Eastern"
    ui_domain: str = "app.hubspot.com"
    scopes: set[str] = field(default_factory=lambda: set(ALL_SCOPES))
    # Units of the company currency for one of the key; None: the feature is not there.
    exchange_rates: dict[str, float] | None = field(default_factory=dict)
    owners: list[dict[str, object]] = field(default_factory=list)
    pipelines: list[dict[str, object]] = field(default_factory=list)
    properties: dict[str, dict[str, dict[str, object]]] = field(default_factory=lambda: {"companies": {}, "deals": {}})
    records: dict[str, dict[int, Stored]] = field(default_factory=lambda: {"companies": {}, "deals": {}})
    # How many records of each kind lists have told so far.
    told: Counter[str] = field(default_factory=Counter)
    # Sorted ids by kind and archived, the order in which lists are told.
    _order: dict[tuple[str, bool], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, known in (("companies", _COMPANY_PROPERTIES), ("deals", _DEAL_PROPERTIES)):
            for name, (label, type_) in known.items():
                self.add_property(kind, name, label=label, type_=type_, of_owners=name in _OWNER_PROPERTIES)
        self.add_pipeline("default", "Sales Pipeline", DEFAULT_STAGES)

    def add_property(
        self, kind: str, name: str, *, label: str = "", type_: str = "string", of_owners: bool = False
    ) -> None:
        """*of_owners*: a HubSpot user property, whose values are owner ids."""
        entry: dict[str, object] = {
            "name": name,
            "label": label or name,
            "type": "enumeration" if of_owners else type_,
            "fieldType": "select" if of_owners or type_ == "enumeration" else "text",
            "groupName": "information",
            "description": "",
            "options": [],
            "archived": False,
            "hidden": False,
            "externalOptions": of_owners,
        }
        if of_owners:
            entry["referencedObjectType"] = "OWNER"
        self.properties[kind][name] = entry

    def remove_property(self, kind: str, name: str) -> None:
        del self.properties[kind][name]

    def add_pipeline(self, identifier: str, label: str, stages: Sequence[tuple[str, str, str, str]]) -> None:
        """*stages*: id, label, isClosed and probability, as HubSpot writes them."""
        self.pipelines.append(
            {
                "id": identifier,
                "label": label,
                "displayOrder": len(self.pipelines),
                "createdAt": _STAMP,
                "updatedAt": _STAMP,
                "archived": False,
                "stages": [
                    {
                        "id": stage,
                        "label": name,
                        "displayOrder": order,
                        "metadata": {"isClosed": closed, "probability": probability},
                        "createdAt": _STAMP,
                        "updatedAt": _STAMP,
                        "archived": False,
                    }
                    for order, (stage, name, closed, probability) in enumerate(stages)
                ],
            }
        )

    def add_owner(
        self,
        identifier: str,
        *,
        first: str | None = "",
        last: str | None = "",
        email: str | None = None,
        user_id: int | None = None,
        archived: bool = False,
        kind: str = "PERSON",
        teams: Sequence[tuple[str, bool]] = (),
    ) -> None:
        """*teams*: name and whether it is the primary one. An archived owner has no userId any more."""
        owner: dict[str, object] = {
            "id": identifier,
            "email": email,
            "type": kind,
            "firstName": first,
            "lastName": last,
            "userId": None if archived else user_id,
            "userIdIncludingInactive": user_id,
            "createdAt": _STAMP,
            "updatedAt": _STAMP,
            "archived": archived,
        }
        if teams:
            owner["teams"] = [
                {"id": str(number), "name": name, "primary": primary} for number, (name, primary) in enumerate(teams)
            ]
        self.owners.append(owner)

    def add(
        self,
        kind: str,
        identifier: str | int,
        properties: Mapping[str, object],
        *,
        archived: bool = False,
        companies: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Store a record; values of any type become the texts that HubSpot would send."""
        values = {name: as_value(value) for name, value in properties.items()}
        unknown = values.keys() - self.properties[kind].keys()
        assert not unknown, f"add_property first: {unknown}"
        values["hs_object_id"] = str(identifier)
        values.setdefault("createdate", _STAMP)
        values.setdefault("hs_lastmodifieddate", _STAMP)
        number = int(identifier)
        if number not in self.records[kind]:
            insort(self._order.setdefault((kind, archived), []), number)
        self.records[kind][number] = Stored(str(identifier), values, archived, companies)

    def listed(self, kind: str, *, archived: bool) -> Sequence[int]:
        return self._order.get((kind, archived), ())


def as_value(value: object) -> str | None:
    """As HubSpot writes it: dates as days, moments in UTC with milliseconds, truth in small letters."""
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
        case _:
            raise TypeError(type(value))
