"""A small messy org, read whole; every expectation is written by hand."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

import connectors.salesforce
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner, OwnerKind
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES
from cssync.settings.source import SalesforceSecrets
from tests.connectors.salesforce.serving import AS_OF, DANA, NOW, plain_accounts, served
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, CanonicalRow
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.schema import Field

OWNERS: list[CanonicalRow] = [
    {"id": "mara", "name": "Mara Lindqvist", "email": "mara@cs.test"},
    {**DANA, "manager_id": "mara"},
    {"id": "ed", "name": "Ed Gone", "email": "ed@cs.test", "active": False},
    {"id": "unrouted", "name": "Unrouted", "kind": "queue"},
]


def test_messy_accounts_arrive_as_they_are_and_what_cannot_be_read_is_reported() -> None:
    accounts: list[CanonicalRow] = [
        {
            "account_id": "whole",
            "name": "  Whole & Söhne <!channel> \U0001f680 ",
            "csm_ref": "dana",
            "amount": "120000.50",
            "currency": "EUR",
            "segment": "Enterprise",
            "lifecycle": "live",
            "product": "Suite",
            "region": "EMEA",
            "language": "de",
            "health": "green",
            "parent_id": "loop",
            "created_on": date(2024, 2, 29),
            "customer_since": date(2024, 3, 1),
            "churned_on": None,
            "renewal_on": date(2026, 12, 31),
        },
        {"account_id": "loop", "name": "Its own grandparent", "csm_ref": "ed", "amount": "1", "parent_id": "whole"},
        {"account_id": "words", "name": "To be agreed", "csm_ref": "unrouted", "amount": "n/a"},
        {"account_id": "german", "name": "Komma KG", "csm_ref": "ghost", "amount": "1.234,56"},
        {"account_id": "silent", "name": "Says nothing"},
    ]
    org = Org(rates={"EUR": Decimal("0.8")}, now=lambda: NOW)
    with served(accounts, owners=OWNERS, org=org, text_amounts=True) as running:
        pull, ids = running.pull(), {**running.loaded.accounts, **running.loaded.owners}
    assert pull.accounts.schema == ACCOUNTS
    assert pull.accounts.row(0, named=True) == {
        "account_id": ids["whole"],
        "name": "Whole & Söhne <!channel> \U0001f680",
        "csm_ref": ids["dana"],
        "amount": Decimal("120000.50"),
        "currency": "EUR",
        "segment": "Enterprise",
        "lifecycle": "live",
        "product": "Suite",
        "region": "EMEA",
        "language": "de",
        "health": "green",
        "parent_id": ids["loop"],
        "created_on": date(2024, 2, 29),
        "customer_since": date(2024, 3, 1),
        "churned_on": None,
        "renewal_on": date(2026, 12, 31),
        "second_csm_ref": None,
        "usage": None,
        "decision_maker_changed_on": None,
    }
    assert pull.accounts.select("account_id", "csm_ref", "amount", "currency", "parent_id").rows()[1:] == [
        (ids["loop"], ids["ed"], Decimal("1.00"), "USD", ids["whole"]),
        (ids["words"], ids["unrouted"], None, "USD", None),
        (ids["german"], ids["ghost"], None, "USD", None),
        (ids["silent"], None, None, "USD", None),
    ]
    assert pull.problems.select("object", "record_id", "field", "value").rows() == [
        ("account", ids["words"], "ARR__c", "n/a"),
        ("account", ids["german"], "ARR__c", "1.234,56"),
    ]
    assert (pull.source, pull.pulled_at, pull.calls) == ("salesforce", NOW, len(running.emulator.requests) - 1)


def test_case_31_32_everyone_who_may_own_accounts_is_read_with_those_who_left_and_the_queues() -> None:
    with served(owners=OWNERS) as org:
        pull, ids = org.pull(), org.loaded.owners
    assert [owner for owner in pull.owners if owner.name != "Integration"] == [
        Owner(ids["mara"], "Mara Lindqvist", "mara@cs.test", aliases=(ids["mara"][:15],)),
        Owner(
            ids["dana"],
            "Dana O'Neil",
            "dana@cs.test",
            team="EMEA",
            manager_id=ids["mara"],
            aliases=(ids["dana"][:15],),
        ),
        Owner(ids["ed"], "Ed Gone", "ed@cs.test", active=False, aliases=(ids["ed"][:15],)),
        Owner(ids["unrouted"], "Unrouted", kind=OwnerKind.QUEUE, aliases=(ids["unrouted"][:15],)),
    ]


def test_portal_users_are_left_out_unless_a_record_names_them() -> None:
    with served(plain_accounts(1)) as org:
        partner = org.org.add(
            "User", Name="Partner", Username="p", Email="p@x.test", IsActive=True, UserType="PowerPartner"
        )
        org.org.add("User", Name="Customer", Username="c", Email="c@x.test", IsActive=True, UserType="CspLitePortal")
        org.org.add("Account", Name="Through a partner", CSM__c=partner)
        owners = org.pull().owners
    assert sorted(owner.name for owner in owners) == ["Dana O'Neil", "Integration", "Partner"]


def test_managers_and_user_types_that_security_hides_are_done_without() -> None:
    with served(plain_accounts(1), owners=OWNERS) as org:
        org.org.hide("User", "ManagerId")
        org.org.hide("User", "UserType")
        owners = {owner.name: owner for owner in org.pull().owners}
    assert owners["Dana O'Neil"].manager_id is None
    assert owners["Dana O'Neil"].team == "EMEA"


def test_open_deals_and_those_decided_lately_or_still_in_force_are_read() -> None:
    deals: list[CanonicalRow] = [
        {"opportunity_id": "open", "is_closed": False, "is_won": False, "close_on": date(2027, 1, 1)},
        {"opportunity_id": "overdue", "is_closed": False, "is_won": False, "close_on": date(2020, 1, 1)},
        {"opportunity_id": "lost", "is_closed": True, "is_won": False, "close_on": date(2026, 3, 1)},
        {"opportunity_id": "lost before", "is_closed": True, "is_won": False, "close_on": date(2026, 2, 28)},
        {"opportunity_id": "first day", "is_closed": True, "is_won": True, "close_on": date(2026, 3, 1)},
        {"opportunity_id": "day before", "is_closed": True, "is_won": True, "close_on": date(2026, 2, 28)},
        {
            "opportunity_id": "three years",
            "is_closed": True,
            "is_won": True,
            "close_on": date(2024, 3, 1),
            "ends_on": date(2027, 3, 1),
        },
        {
            "opportunity_id": "ran out",
            "is_closed": True,
            "is_won": True,
            "close_on": date(2024, 3, 1),
            "ends_on": date(2026, 3, 31),
        },
    ]
    named = [{"name": deal["opportunity_id"], "stage": "x", "account_id": "a0", **deal} for deal in deals]
    with served(plain_accounts(1), opportunities=named) as org:
        pull = org.pull(closed_within_days=30)
    assert pull.opportunities["name"].to_list() == ["open", "overdue", "lost", "first day", "three years"]


def test_a_deal_is_read_in_full_with_its_probability_as_a_share() -> None:
    deals: list[CanonicalRow] = [
        {
            "opportunity_id": "d",
            "account_id": "a0",
            "owner_ref": "dana",
            "name": "Expansion",
            "kind": "Upsell",
            "stage": "Proposal",
            "is_closed": False,
            "is_won": False,
            "amount": Decimal("0.10"),
            "probability": "0.01",
            "created_on": date(2026, 1, 2),
            "close_on": date(2026, 6, 30),
            "starts_on": date(2026, 7, 1),
            "ends_on": date(2027, 7, 1),
        }
    ]
    with served(plain_accounts(1), opportunities=deals) as org:
        pull = org.pull()
    assert pull.opportunities.schema == OPPORTUNITIES
    assert pull.opportunities.row(0, named=True) == {
        "opportunity_id": org.loaded.opportunities["d"],
        "account_id": org.loaded.accounts["a0"],
        "owner_ref": org.loaded.owners["dana"],
        "csm_ref": None,
        "name": "Expansion",
        "kind": "Upsell",
        "stage": "Proposal",
        "is_closed": False,
        "is_won": False,
        "amount": Decimal("0.10"),
        "currency": None,
        "probability": 0.01,
        "created_on": date(2026, 1, 2),
        "close_on": date(2026, 6, 30),
        "starts_on": date(2026, 7, 1),
        "ends_on": date(2027, 7, 1),
    }


def test_rates_are_turned_into_corporate_units_exactly() -> None:
    rates = {"EUR": Decimal("0.8"), "GBP": Decimal("0.625"), "JPY": Decimal(150)}
    with served(org=Org(rates=rates)) as org:
        assert org.pull().rates == ExchangeRates(
            corporate="USD",
            rates={"EUR": Decimal("1.25"), "GBP": Decimal("1.6"), "JPY": 1 / Decimal(150)},
            sources=dict.fromkeys(rates, "Salesforce CurrencyType"),
        )


def test_a_rate_of_zero_is_no_rate() -> None:
    with served(org=Org(rates={"EUR": Decimal(0)})) as org:
        assert org.pull().rates.rates == {}


def test_an_org_with_one_currency_is_not_asked_for_rates() -> None:
    with served(org=Org(corporate_currency="CHF")) as org:
        assert org.pull().rates == ExchangeRates("CHF")
        assert not [soql for soql in org.emulator.queries() if "CurrencyType" in soql]


def test_only_mapped_columns_are_asked_for_compressed_and_without_indents() -> None:
    with served(plain_accounts(50)) as org:
        org.org.define("Account", Field("Secret_Diary__c", "textarea"))
        org.pull()
        [soql] = [soql for soql in org.emulator.queries() if soql.startswith("SELECT Id, Name, CSM__c")]
        assert soql == (
            "SELECT Id, Name, CSM__c, ARR__c, Segment__c, Lifecycle__c, Product__c, Region__c, Language__c, Health__c,"
            " ParentId, Created_On__c, Customer_Since__c, Churned_On__c, Renewal_Date__c FROM Account ORDER BY Id"
        )
        asked = [request.headers for request in org.emulator.requests if "q" in request.query]
        assert all("gzip" in headers["accept-encoding"] for headers in asked)
        assert not any("x-prettyprint" in headers for headers in asked)


def test_two_settings_may_share_a_field() -> None:
    with served(plain_accounts(1)) as org:
        pull = org.pull(accounts=ACCOUNT_FIELDS.model_copy(update={"renewal": "Created_On__c", "language": "Name"}))
    assert pull.accounts.select("name", "language").rows() == [("Account 0", "Account 0")]


def test_progress_is_told_for_every_stage() -> None:
    told: list[tuple[str, int, int | None]] = []
    with served(plain_accounts(30), page_size=20) as org:
        org.connector().pull(AS_OF, lambda stage, done, total: told.append((stage, done, total)))
    assert told == [
        ("accounts", 0, 30),
        ("accounts", 20, 30),
        ("accounts", 30, 30),
        ("opportunities", 0, 0),
        ("owners", 0, 2),
        ("owners", 2, 2),
    ]


def test_case_11_the_untyped_client_library_is_known_to_two_modules_alone() -> None:
    package = Path(connectors.salesforce.__file__).parent
    knowing = {module.name for module in package.glob("*.py") if "simple_salesforce" in module.read_text("utf-8")}
    assert knowing == {"auth.py", "client.py"}


def test_building_a_connector_neither_talks_nor_loads_the_client_library() -> None:
    program = (
        "import sys; import connectors.salesforce;"
        " assert not {'simple_salesforce', 'requests', 'jwt'} & sys.modules.keys(), 'loaded too early'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 # this interpreter, the text above


def test_secrets_stay_out_of_what_is_shown_of_a_connector() -> None:
    with served() as org:
        connector = org.connector(secrets=SalesforceSecrets.model_validate({"session_id": "canary!session"}))
        shown = repr(connector) + repr(vars(connector)) + repr(org.pull())
        assert [secret for secret in org.org.credentials.secrets() if secret in shown] == []


def test_ten_thousand_accounts_are_read_whole() -> None:
    with served(plain_accounts(10_000)) as org:
        pull = org.pull()
    assert pull.accounts.height == 10_000
    assert pull.accounts["amount"].sum() == Decimal("10000000.00")
    assert pull.accounts["account_id"].n_unique() == 10_000
    assert pull.problems.equals(pl.DataFrame(schema=pull.problems.schema))
