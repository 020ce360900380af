"""Companies for whole nights, in canonical rows, and how each source is set up to show them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cssync.model.owner import Owner
from tests.e2e.desk import Desk
from tests.emulators.hubspot.company import ACCOUNT_MAPPING, load
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, load_company
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.server import SalesforceEmulator
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel

Row = Mapping[str, Any]

LEADERSHIP, OPERATIONS = "C0CAPACITY", "C0OPS"

DANA = Owner("U1", "Dana Roy", "dana@acme.test", team="East")
ANA = Owner("U2", "Ana Diaz", "ana@acme.test", team="West")
SAM = Owner("U3", "Sam Ito", "sam@acme.test", team="West")

_COLUMNS = {"csm_ref": "csm", "amount": "arr"}
_ACCOUNT_COLUMNS = (
    "account_id", "name", "csm_ref", "amount", "currency", "segment", "lifecycle", "product", "region", "language",
    "health", "parent_id", "created_on", "customer_since", "churned_on", "renewal_on",
)  # fmt: skip


def customers(count: int, of: Owner, prefix: str = "", arr: int = 1000) -> list[Row]:
    """*count* customers of one CSM, *arr* each."""
    prefix = prefix or of.name[0]
    return [
        {"account_id": f"{prefix}{number}", "name": f"Customer {prefix}{number}", "csm_ref": of.id, "amount": arr}
        for number in range(1, count + 1)
    ]


def three_csms() -> list[Row]:
    """Dana has 7 customers, Ana 4 and Sam 6: under a limit of 5, two of them are over it."""
    return [*customers(7, DANA), *customers(4, ANA), *customers(6, SAM)]


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    with SlackServer() as slack:
        slack.workspace.add(Channel(LEADERSHIP, "capacity"))
        slack.workspace.add(Channel(OPERATIONS, "cs-ops"))
        yield slack


def tell_slack(desk: Desk, slack: SlackServer) -> None:
    """By bot token: the digest to #capacity, refused nights to #cs-ops."""
    desk.set(
        "notify",
        slack={
            "enabled": True,
            "channel": LEADERSHIP,
            "operations_channel": OPERATIONS,
            "api_url": slack.api_url,
            "seconds_apart": 0,  # the emulator bears what the real one does not; the pace has tests of its own
        },
    )
    desk.environ["SLACK_BOT_TOKEN"] = slack.workspace.token


def tell_webhook(desk: Desk, slack: SlackServer) -> None:
    desk.set("notify", slack={"enabled": True, "via": "webhook", "seconds_apart": 0})
    desk.environ["SLACK_WEBHOOK_URL"] = slack.webhook_url


@contextmanager
def salesforce_company(
    desk: Desk,
    accounts: Iterable[Row],
    owners: Iterable[Owner] = (DANA, ANA, SAM),
    *,
    rates: Mapping[str, Decimal] | None = None,
    page_size: int = 2_000,
) -> Iterator[SalesforceEmulator]:
    """An org that holds the company. *rates*: USD for one unit. ARR__c is a text field, as orgs in need have it."""
    # Salesforce keeps the inverse: units of the currency for one corporate unit.
    org = Org(rates={code: 1 / rate for code, rate in rates.items()} if rates else None)
    people = [
        {"id": o.id, "name": o.name, "email": o.email, "active": o.active, "kind": str(o.kind), "team": o.team}
        for o in owners
    ]
    load_company(org, accounts=accounts, owners=people, text_amounts=True)
    fields = ACCOUNT_FIELDS.model_dump(exclude_unset=True) | ({"currency": "CurrencyIsoCode"} if rates else {})
    with SalesforceEmulator(org, page_size=page_size) as emulator:
        desk.settings["source"] = {
            "kind": "salesforce",
            "auth": "session",
            "instance_url": emulator.url,
            "accounts": fields,
        }
        desk.environ["SALESFORCE_SESSION_ID"] = org.open_session()
        desk.environ["REQUESTS_CA_BUNDLE"] = str(emulator.ca_file)
        yield emulator
        assert emulator.crashes == []


@contextmanager
def hubspot_company(
    desk: Desk,
    accounts: Iterable[Row],
    owners: Iterable[Owner] = (DANA, ANA, SAM),
    *,
    rates: Mapping[str, Decimal] | None = None,
) -> Iterator[HubspotEmulator]:
    """A portal that holds the company. *rates*: USD for one unit. ARR is a text property."""
    portal = Portal(exchange_rates={code: float(rate) for code, rate in (rates or {}).items()})
    portal.add_property("companies", "arr", type_="string")
    texts = [{**row, "amount": row["amount"] if row["amount"] is None else str(row["amount"])} for row in accounts]
    load(portal, texts, owners)
    # From now on its clock is ours: the program asks for what changed since it was there last.
    portal.now = lambda: datetime.now(UTC)
    with HubspotEmulator(portal) as emulator:
        desk.settings["source"] = {"kind": "hubspot", "api_url": emulator.url, "accounts": ACCOUNT_MAPPING}
        desk.environ["HUBSPOT_TOKEN"] = emulator.token
        yield emulator


def write_files(
    desk: Desk,
    accounts: Iterable[Row],
    owners: Iterable[Owner] = (DANA, ANA, SAM),
    *,
    rates: Mapping[str, Decimal] | None = None,
) -> Path:
    """A folder of exports that holds the company, under the names that cssync expects by default."""
    folder = desk.folder / "exports"
    folder.mkdir(exist_ok=True)
    write_csv(
        folder / "accounts.csv",
        [_COLUMNS.get(column, column) for column in _ACCOUNT_COLUMNS],
        [[row.get(column) for column in _ACCOUNT_COLUMNS] for row in accounts],
    )
    write_csv(
        folder / "owners.csv",
        ("id", "name", "email", "active", "kind", "team"),
        [(o.id, o.name, o.email, o.active, o.kind, o.team) for o in owners],
    )
    if rates:
        write_csv(folder / "rates.csv", ("currency", "rate"), list(rates.items()))
    desk.settings["source"] = {"kind": "file", "folder": "exports"}
    return folder


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def hand_over_in_salesforce(salesforce: SalesforceEmulator, to: Owner, *customers: str) -> None:
    """Make *to* the CSM of the accounts called "Customer ...", as their old one would in the org."""
    (owner,) = (row["Id"] for row in salesforce.org.records["User"].values() if row["Name"] == to.name)
    for identifier, row in list(salesforce.org.records["Account"].items()):
        if row["Name"] in {f"Customer {each}" for each in customers}:
            salesforce.org.edit(identifier, CSM__c=owner)


def hand_over_in_hubspot(hubspot: HubspotEmulator, to: Owner, *customers: str) -> None:
    (owner,) = (str(each["id"]) for each in hubspot.portal.owners if each["email"] == to.email)
    for identifier, stored in list(hubspot.portal.records["companies"].items()):
        if stored.properties["name"] in {f"Customer {each}" for each in customers}:
            hubspot.portal.edit("companies", identifier, csm_owner=owner)
