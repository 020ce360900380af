"""A whole ``cssync run --dry`` on an emulated Salesforce org, beside the plain client reading the same pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cssync.demo import build
from tests.benchmarks import orgs
from tests.benchmarks.measure import CSSYNC, Figure, child, cost
from tests.benchmarks.sources import NOW
from tests.emulators.salesforce.server import SalesforceEmulator

# What returns rows in number: neither counts nor questions about the org are compared.
_ROWS = re.compile(r"^SELECT (?!COUNT\(\)).* FROM (?:Account|Opportunity|User)\b")
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
team: {{scope: []}}
"""


def figures(accounts: int, folder: Path) -> Iterator[Figure]:
    """*folder*: an empty one, for the settings."""
    with SalesforceEmulator(orgs.org(build(NOW.date(), accounts))) as salesforce:
        settings = folder / "cssync.yaml"
        settings.write_text(_SETTINGS.format(url=salesforce.url))
        environ = {
            "SALESFORCE_SESSION_ID": salesforce.org.open_session(),
            "REQUESTS_CA_BUNDLE": str(salesforce.ca_file),
            "NO_COLOR": "1",
        }
        dry = (CSSYNC, "run", "--dry", "--config", str(settings), "--as-of", str(NOW.date()))
        run = child(dry, environ, folder)
        queries = [query for query in salesforce.queries() if _ROWS.search(query)]
        calls = sum(request.is_data for request in salesforce.requests)
        plain = cost(
            "clients", "simple_salesforce", salesforce.url, str(salesforce.ca_file),
            environ=environ, stdin="\n".join(queries),
        )  # fmt: skip
    yield Figure(
        f"Salesforce, {accounts:,} accounts: cssync run --dry, as a whole", f"{run.time}, {run.peak_mb:,.0f} MB"
    )
    yield Figure(f"  {plain.rows:,} rows in {calls} calls", f"{plain.rows / run.seconds:,.0f} rows/s")
    yield Figure("  simple_salesforce alone, the same queries", str(plain))
