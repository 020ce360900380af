"""What every HubSpot account has of itself: the properties that cssync may map, and a sales pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# name -> (label, type)
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
    "hs_merged_object_ids": ("Merged record IDs", "enumeration"),
    "hs_primary_associated_company": ("Primary Associated Company", "number"),
}
STANDARD: Mapping[str, Mapping[str, tuple[str, str]]] = {"companies": _COMPANY_PROPERTIES, "deals": _DEAL_PROPERTIES}
CALCULATED = frozenset({"hs_is_closed", "hs_is_closed_won", "hs_merged_object_ids", "hs_primary_associated_company"})
OF_OWNERS = frozenset({"hubspot_owner_id"})

DEFAULT_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "false", "0.2"),
    ("contractsent", "Contract Sent", "false", "0.9"),
    ("closedwon", "Closed Won", "true", "1.0"),
    ("closedlost", "Closed Lost", "true", "0.0"),
)


def property_entry(name: str, label: str, type_: str, *, of_owners: bool, calculated: bool) -> dict[str, object]:
    """One property as ``GET /crm/v3/properties`` describes it."""
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
        "calculated": calculated,
    }
    if of_owners:
        entry["referencedObjectType"] = "OWNER"
    return entry


def pipeline_entry(
    identifier: str, label: str, stages: Sequence[tuple[str, str, str, str]], order: int, stamp: str
) -> dict[str, object]:
    """One pipeline; *stages*: id, label, isClosed and probability, as HubSpot writes them."""
    common = {"createdAt": stamp, "updatedAt": stamp, "archived": False}
    told = [
        {
            "id": stage,
            "label": name,
            "displayOrder": number,
            "metadata": {"isClosed": closed, "probability": probability},
            **common,
        }
        for number, (stage, name, closed, probability) in enumerate(stages)
    ]
    return {"id": identifier, "label": label, "displayOrder": order, **common, "stages": told}


def owner_entry(
    identifier: str,
    *,
    first: str | None,
    last: str | None,
    email: str | None,
    user_id: int | None,
    kind: str,
    archived: bool,
    stamp: str,
) -> dict[str, object]:
    """One owner as ``GET /crm/v3/owners`` tells it."""
    return {
        "id": identifier,
        "email": email,
        "type": kind,
        "firstName": first,
        "lastName": last,
        "userId": None if archived else user_id,
        "userIdIncludingInactive": user_id,
        "createdAt": stamp,
        "updatedAt": stamp,
        "archived": archived,
    }
