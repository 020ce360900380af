"""A whole ``cssync run --dry`` on an emulated Salesforce org, beside the plain client reading the same pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from cssync.demo import Company, build
from tests.benchmarks.measure import CSSYNC, PYTHON, Figure, child
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.schema import Field
from tests.emulators.salesforce.server import SalesforceEmulator

_TEXTS = {
    "Segment__c": "segment",
    "Lifecycle__c": "lifecycle",
    "Product__c": "product",
    "Region__c": "region",
    "Language__c": "language",
    "Health__c": "health",
}
_DATES = {"CustomerSince__c": "customer_since", "ChurnedOn__c": "churned_on", "RenewalOn__c": "renewal_on"}

_SETTINGS = """\
source:
  kind: salesforce
  auth: session
  instance_url: {url}
  accounts:
    csm: CSM__c
    arr: ARR__c
    currency: CurrencyIsoCode
    segment: Segment__c
    lifecycle: Lifecycle__c
    product: Product__c
    region: Region__c
    language: Language__c
    health: Health__c
    customer_since: CustomerSince__c
    churned_on: ChurnedOn__c
    renewal: RenewalOn__c
  opportunities:
    currency: CurrencyIsoCode
"""


def figures(accounts: int, folder: Path) -> Iterator[Figure]:
    """*folder*: an empty one, for the settings."""
    today = datetime.now(UTC).date()
    with SalesforceEmulator(_org(build(today, accounts))) as salesforce:
        settings = folder / "cssync.yaml"
        settings.write_text(_SETTINGS.format(url=salesforce.url))
        environ = {
            "SALESFORCE_SESSION_ID": salesforce.org.open_session(),
            "REQUESTS_CA_BUNDLE": str(salesforce.ca_file),
            "NO_COLOR": "1",
        }
        run = child((CSSYNC, "run", "--dry", "--config", str(settings), "--as-of", str(today)), environ, folder)
        # A count returns no rows: what it costs is not what is compared.
        queries = [query for query in salesforce.queries() if "count()" not in query.lower()]
        calls = len(salesforce.requests)
        plain = child(
            (PYTHON, "-m", "tests.benchmarks.plain_client", salesforce.url, str(salesforce.ca_file)),
            environ,
            stdin="\n".join(queries),
        )
    rows = int(plain.output)
    yield Figure(f"Salesforce emulator, {accounts:,} accounts: cssync run --dry", f"{run.time}, {run.peak_mb:,.0f} MB")
    yield Figure(f"  {rows:,} rows in {calls} calls", f"{rows / run.seconds:,.0f} rows/s")
    yield Figure("  simple_salesforce alone, the same queries", f"{plain.time}, {plain.peak_mb:,.0f} MB")
    yield Figure("", f"{rows / plain.seconds:,.0f} rows/s")
    yield Figure("  cssync beside it", f"{run.seconds / plain.seconds:.2f}x the time")


def _org(company: Company) -> Org:
    """The made-up company as a multi-currency org with custom fields; amounts that are no numbers are left empty."""
    # Salesforce states units of the currency for one corporate unit.
    rates = {code: 1 / Decimal(rate) for code, rate in company.rates.iter_rows() if code != "USD"}
    org = Org(rates=rates)
    org.define(
        "Account",
        Field("CSM__c", "reference", "CSM", ("User",), "CSM__r"),
        Field("ARR__c", "currency", "ARR"),
        *(Field(name) for name in _TEXTS),
        *(Field(name, "date") for name in _DATES),
    )
    users = _add_owners(org, company)
    accounts = _add_accounts(org, company, users)
    for row in company.opportunities.iter_rows(named=True):
        org.add(
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
    return org


def _add_owners(org: Org, company: Company) -> dict[str, str]:
    """Our id -> Salesforce's. A lookup to User holds no queue, so what is in one has no CSM here."""
    ids: dict[str, str] = {}
    for row in company.owners.iter_rows(named=True):
        if row["kind"] == "queue":
            org.add("Group", Name=row["name"], Type="Queue")
            continue
        ids[row["id"]] = org.add(
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
            org.records["User"][ids[row["id"]]]["ManagerId"] = ids[row["manager_id"]]
    return ids


def _add_accounts(org: Org, company: Company, users: Mapping[str, str]) -> dict[str, str]:
    seller = users["S00001"]
    ids: dict[str, str] = {}
    for row in company.accounts.iter_rows(named=True):
        ids[row["account_id"]] = org.add(
            "Account",
            Name=row["name"],
            OwnerId=seller,
            CSM__c=users.get(row["csm"]),
            ARR__c=_number(row["arr"]),
            CurrencyIsoCode=row["currency"],
            CreatedDate=_midnight(row["created_on"]),
            **{name: row[column] for name, column in (*_TEXTS.items(), *_DATES.items())},
        )
    return ids


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _number(text: str | None) -> float | None:
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    return float(number) if number.is_finite() else None
