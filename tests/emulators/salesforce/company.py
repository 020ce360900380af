"""Fills an emulated org with a company given in canonical rows, as if an admin had set it up for cssync.

*accounts* have the columns of ``ACCOUNTS``, *opportunities* those of ``OPPORTUNITIES``, *owners* the fields of
``Owner``; all columns but the ids are optional. Ids may be anything: each becomes an id that Salesforce could have
given, and references follow. ``ACCOUNT_FIELDS`` and ``OPPORTUNITY_FIELDS`` are the mapping that reads it all back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cssync.settings.source import SalesforceAccountFields, SalesforceOpportunityFields
from tests.emulators.salesforce.ids import looks_like_id, record_id_of
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.schema import Field

CanonicalRow = Mapping[str, object]

ACCOUNT_FIELDS = SalesforceAccountFields(
    csm="CSM__c",
    arr="ARR__c",
    segment="Segment__c",
    lifecycle="Lifecycle__c",
    product="Product__c",
    region="Region__c",
    language="Language__c",
    health="Health__c",
    created="Created_On__c",
    customer_since="Customer_Since__c",
    churned_on="Churned_On__c",
    renewal="Renewal_Date__c",
)
OPPORTUNITY_FIELDS = SalesforceOpportunityFields(
    created="Created_On__c", starts="Subscription_Start__c", ends="Subscription_End__c"
)

_ACCOUNT_CUSTOM = (
    Field("CSM__c", "reference", "Customer Success Manager", ("User",), "CSM__r"),
    Field("Segment__c", "picklist"),
    Field("Lifecycle__c", "picklist"),
    Field("Product__c", "picklist"),
    Field("Region__c", "picklist"),
    Field("Language__c", "picklist"),
    Field("Health__c", "string"),
    Field("Created_On__c", "date"),
    Field("Customer_Since__c", "date"),
    Field("Churned_On__c", "date"),
    Field("Renewal_Date__c", "date"),
)
_OPPORTUNITY_CUSTOM = (
    Field("Created_On__c", "date"),
    Field("Subscription_Start__c", "date"),
    Field("Subscription_End__c", "date"),
)
_ACCOUNT_COLUMNS = {
    "name": "Name",
    "amount": "ARR__c",
    "segment": "Segment__c",
    "lifecycle": "Lifecycle__c",
    "product": "Product__c",
    "region": "Region__c",
    "language": "Language__c",
    "health": "Health__c",
    "created_on": "Created_On__c",
    "customer_since": "Customer_Since__c",
    "churned_on": "Churned_On__c",
    "renewal_on": "Renewal_Date__c",
}
_OPPORTUNITY_COLUMNS = {
    "name": "Name",
    "kind": "Type",
    "stage": "StageName",
    "is_closed": "IsClosed",
    "is_won": "IsWon",
    "amount": "Amount",
    "created_on": "Created_On__c",
    "close_on": "CloseDate",
    "starts_on": "Subscription_Start__c",
    "ends_on": "Subscription_End__c",
}
_PREFIXES = {"person": "005", "pool": "005", "queue": "00G"}
_LONG_AGO = date(2020, 1, 1)
_FIRST_LOADED, _NEVER_ADDED = 36**6, 36**7  # far from the numbers that the org itself gives


@dataclass(frozen=True, slots=True)
class Loaded:
    """The Salesforce ids behind the ids given."""

    accounts: Mapping[str, str]
    owners: Mapping[str, str]
    opportunities: Mapping[str, str]


def load_company(
    org: Org,
    *,
    accounts: Iterable[CanonicalRow],
    owners: Iterable[CanonicalRow],
    opportunities: Iterable[CanonicalRow] = (),
    text_amounts: bool = False,
) -> Loaded:
    """Add everything to *org*, in the order given.

    ``csm_ref`` and ``owner_ref`` name an owner by id or e-mail address; one that is not among *owners* becomes the
    id of a user that the org does not list. *text_amounts*: ARR__c is a text field, so it may hold anything.
    """
    org.define("Account", *_ACCOUNT_CUSTOM, Field("ARR__c", "string" if text_amounts else "currency", "ARR"))
    org.define("Opportunity", *_OPPORTUNITY_CUSTOM)
    people = _load_owners(org, tuple(owners))
    rows = tuple(accounts)
    ids = {str(row["account_id"]): _id("001", row["account_id"], at) for at, row in enumerate(rows, start=1)}
    integration = org.add(
        "User", Name="Integration", Email="it@acme.test", Username="it@acme.test", IsActive=True, UserType="Standard"
    )
    for row in rows:
        values = _translated(row, _ACCOUNT_COLUMNS)
        if text_amounts and row.get("amount") is not None:
            values["ARR__c"] = str(row["amount"])
        org.add(
            "Account",
            Id=ids[str(row["account_id"])],
            OwnerId=integration,
            CSM__c=people.find(row.get("csm_ref")),
            ParentId=ids.get(str(row.get("parent_id"))),
            CreatedDate=row.get("created_on") or _LONG_AGO,
            **values,
            **_currency(org, row),
        )
    deals: dict[str, str] = {}
    for at, row in enumerate(opportunities, start=1):
        deal = deals[str(row["opportunity_id"])] = _id("006", row["opportunity_id"], at)
        probability = row.get("probability")
        org.add(
            "Opportunity",
            Id=deal,
            AccountId=ids.get(str(row.get("account_id"))),
            CreatedDate=row.get("created_on") or _LONG_AGO,
            SystemModstamp=row.get("created_on") or _LONG_AGO,
            OwnerId=people.find(row.get("owner_ref")) or integration,
            Probability=float(str(probability)) * 100 if probability is not None else None,
            **_translated(row, _OPPORTUNITY_COLUMNS),
            **_currency(org, row),
        )
    return Loaded(ids, people.ids, deals)


@dataclass(slots=True)
class _People:
    ids: dict[str, str]
    by_email: dict[str, str]

    def find(self, reference: object) -> str | None:
        if reference is None:
            return None
        text = str(reference)
        known = self.ids.get(text) or self.by_email.get(text)
        return known or self.ids.setdefault(text, _id("005", text, _NEVER_ADDED + len(self.ids)))


def _load_owners(org: Org, owners: tuple[CanonicalRow, ...]) -> _People:
    ids = {
        str(row["id"]): _id(_PREFIXES[str(row.get("kind") or "person")], row["id"], at)
        for at, row in enumerate(owners, start=1)
    }
    by_email: dict[str, str] = {}
    for row in owners:
        own, email = ids[str(row["id"])], row.get("email")
        name = row.get("name") or row["id"]
        if row.get("kind") == "queue":
            org.add("Group", Id=own, Name=name, DeveloperName=str(row["id"]), Type="Queue", Email=email)
            continue
        manager = row.get("manager_id")
        org.add(
            "User",
            Id=own,
            Name=name,
            Username=email or f"{row['id']}@acme.test",
            Email=email,
            IsActive=row.get("active", True),
            UserType="Standard",
            Department=row.get("team"),
            ManagerId=ids.get(str(manager)) if manager else None,
        )
        if email:
            by_email[str(email)] = own
    return _People(ids, by_email)


def _translated(row: CanonicalRow, columns: Mapping[str, str]) -> dict[str, object]:
    return {field: row[column] for column, field in columns.items() if row.get(column) is not None}


def _currency(org: Org, row: CanonicalRow) -> dict[str, object]:
    return {"CurrencyIsoCode": row.get("currency")} if org.rates is not None else {}


def _id(prefix: str, given: object, at: int) -> str:
    return str(given) if looks_like_id(str(given), prefix) else record_id_of(prefix, _FIRST_LOADED + at)
