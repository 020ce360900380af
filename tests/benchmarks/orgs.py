"""Makes the demo company of any size into an emulated Salesforce org, and into a HubSpot portal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from cssync.demo import Company
from tests.benchmarks.sources import NOW
from tests.emulators.hubspot.portal import Portal
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.schema import Field

_TEXTS = {
    "Segment__c": "segment",
    "Lifecycle__c": "lifecycle",
    "Product__c": "product",
    "Region__c": "region",
    "Language__c": "language",
    "Health__c": "health",
}
_DATES = {"CustomerSince__c": "customer_since", "ChurnedOn__c": "churned_on", "RenewalOn__c": "renewal_on"}
# A formula's value: it changes without the record being touched.
FORMULA = "HealthScore__c"

_PROPERTIES = {
    "currency": "string",
    "segment": "string",
    "product": "string",
    "region": "string",
    "health": "string",
    "arr": "number",
    "customer_since": "date",
    "churned_on": "date",
    "renewal_on": "date",
}
# What is done with them costs calls by the page, whatever the number of companies.
OWNERS = 450
_FIRST_OWNER = 80_000_000
LONG_AGO = NOW - timedelta(days=30)
_ENOUGH_CALLS = 10_000_000


def org(company: Company) -> Org:
    """A multi-currency org with custom fields; amounts that are no numbers are left empty."""
    # Salesforce states units of the currency for one corporate unit.
    rates = {code: 1 / Decimal(rate) for code, rate in company.rates.iter_rows() if code != "USD"}
    # All of it was done long before the night: nothing of it counts as changed.
    made = Org(rates=rates, calls_a_day=_ENOUGH_CALLS, now=lambda: LONG_AGO)
    made.define(
        "Account",
        Field("CSM__c", "reference", "CSM", ("User",), "CSM__r"),
        Field("ARR__c", "currency", "ARR"),
        Field(FORMULA, "string", "Health score", calculated=True),
        *(Field(name) for name in _TEXTS),
        *(Field(name, "date") for name in _DATES),
    )
    users = _add_users(made, company)
    accounts = _add_accounts(made, company, users)
    for row in company.opportunities.iter_rows(named=True):
        made.add(
            "Opportunity",
            AccountId=accounts[row["account_id"]],
            OwnerId=users[row["owner_id"]],
            Name=row["name"],
            Type=row["kind"],
            StageName=row["stage"],
            IsClosed=row["is_closed"],
            IsWon=row["is_won"],
            Amount=row["amount"],
            CurrencyIsoCode=row["currency"],
            Probability=row["probability"] * 100,
            CreatedDate=_midnight(row["created_on"]),
            CloseDate=row["close_on"],
        )
    made.now = lambda: NOW
    return made


def _add_users(made: Org, company: Company) -> dict[str, str]:
    """Our id -> Salesforce's. A lookup to User holds no queue, so what is in one has no CSM here."""
    ids: dict[str, str] = {}
    for row in company.owners.iter_rows(named=True):
        if row["kind"] == "queue":
            made.add("Group", Name=row["name"], Type="Queue")
            continue
        ids[row["id"]] = made.add(
            "User",
            Username=row["email"],
            Name=row["name"],
            Email=row["email"],
            IsActive=row["active"],
            UserType="Standard",
            Department=row["team"],
        )
    for row in company.owners.filter(company.owners["manager_id"].is_not_null()).iter_rows(named=True):
        if row["id"] in ids:
            made.records["User"][ids[row["id"]]]["ManagerId"] = ids[row["manager_id"]]
    return ids


def _add_accounts(made: Org, company: Company, users: Mapping[str, str]) -> dict[str, str]:
    seller = users["S00001"]
    ids: dict[str, str] = {}
    for row in company.accounts.iter_rows(named=True):
        ids[row["account_id"]] = made.add(
            "Account",
            Name=row["name"],
            OwnerId=seller,
            CSM__c=users.get(row["csm"]),
            ARR__c=_number(row["arr"]),
            CurrencyIsoCode=row["currency"],
            CreatedDate=_midnight(row["created_on"]),
            **{FORMULA: row["health"]},
            **{name: row[column] for name, column in (*_TEXTS.items(), *_DATES.items())},
        )
    return ids


def portal(company: Company) -> Portal:
    """The same as a HubSpot account, deals with the company that they belong to, and no more than ``OWNERS`` owners."""
    made = Portal()
    for name, type_ in _PROPERTIES.items():
        made.add_property("companies", name, type_=type_)
    made.add_property("companies", "csm_owner", of_owners=True)
    made.exchange_rates = {code: float(rate) for code, rate in company.rates.iter_rows() if code != made.currency}
    people = company.owners["id"]
    owners = {person: str(_FIRST_OWNER + number % OWNERS) for number, person in enumerate(people)}
    for row in company.owners.head(OWNERS).iter_rows(named=True):
        first, _, last = row["name"].partition(" ")
        made.add_owner(
            owners[row["id"]],
            first=first,
            last=last,
            email=row["email"],
            user_id=int(owners[row["id"]]) + 1_000_000,
            archived=not row["active"],
            kind="QUEUE" if row["kind"] == "queue" else "PERSON",
        )
    companies: dict[str, str] = {}
    for number, row in enumerate(company.accounts.iter_rows(named=True), start=9_000_000_000):
        companies[row["account_id"]] = str(number)
        made.add("companies", number, _company(row, owners))
    for number, row in enumerate(company.opportunities.iter_rows(named=True), start=7_000_000_000):
        belongs = companies[row["account_id"]]
        made.add("deals", number, _deal(row, owners), companies=((belongs, "deal_to_company"),))
    return made


def _company(row: Mapping[str, object], owners: Mapping[str, str]) -> dict[str, object]:
    return {
        **{name: row[name] for name in _PROPERTIES},
        "name": row["name"],
        "lifecyclestage": row["lifecycle"],
        "csm_owner": owners.get(str(row["csm"])),
        "createdate": _moment(row["created_on"]),
        "hs_lastmodifieddate": LONG_AGO,
    }


def _deal(row: Mapping[str, object], owners: Mapping[str, str]) -> dict[str, object]:
    stage = "contractsent" if not row["is_closed"] else "closedwon" if row["is_won"] else "closedlost"
    return {
        "dealname": row["name"],
        "dealtype": row["kind"],
        "dealstage": stage,
        "pipeline": "default",
        "amount": row["amount"],
        "deal_currency_code": row["currency"],
        "hubspot_owner_id": owners.get(str(row["owner_id"])),
        "createdate": _moment(row["created_on"]),
        "closedate": _moment(row["close_on"]),
        "hs_lastmodifieddate": LONG_AGO,
    }


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _moment(day: object) -> str:
    return f"{day}T00:00:00.000Z"


def _number(text: str | None) -> float | None:
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    return float(number) if number.is_finite() else None
