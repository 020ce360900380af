"""How the benchmark's org and portal are mapped: fourteen fields of an account, as a customer success team has them."""

from __future__ import annotations

from datetime import UTC, datetime

from cssync.settings.source import HubspotAccountFields, HubspotSource, SalesforceAccountFields, SalesforceSource

# The same moment in every run: what a reader asks for is the same then, and can be said again.
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

# As cssync does unless it is told otherwise.
BULK_FROM: int = SalesforceSource.model_fields["bulk_from_rows"].default

SALESFORCE_FIELDS = SalesforceAccountFields(
    csm="CSM__c",
    arr="ARR__c",
    currency="CurrencyIsoCode",
    segment="Segment__c",
    lifecycle="Lifecycle__c",
    product="Product__c",
    region="Region__c",
    health="Health__c",
    parent=None,
    customer_since="CustomerSince__c",
    churned_on="ChurnedOn__c",
    renewal="RenewalOn__c",
)
HUBSPOT_FIELDS = HubspotAccountFields(
    csm="csm_owner",
    arr="arr",
    currency="currency",
    segment="segment",
    lifecycle="lifecyclestage",
    product="product",
    region="region",
    health="health",
    parent=None,
    customer_since="customer_since",
    churned_on="churned_on",
    renewal="renewal_on",
)


def salesforce(url: str, *, bulk_from: int = BULK_FROM, health: str = "Health__c") -> SalesforceSource:
    """*bulk_from*: rows; *health*: the field that says it."""
    accounts = SALESFORCE_FIELDS.model_copy(update={"health": health})
    return SalesforceSource(
        kind="salesforce", auth="session", instance_url=url, accounts=accounts, bulk_from_rows=bulk_from
    )


def hubspot(url: str) -> HubspotSource:
    return HubspotSource(kind="hubspot", api_url=url, accounts=HUBSPOT_FIELDS)


def mapped(fields: SalesforceAccountFields | HubspotAccountFields) -> tuple[str, ...]:
    """The CRM's own names of all that is mapped."""
    return tuple(dict.fromkeys(value for value in fields.model_dump().values() if value is not None))
