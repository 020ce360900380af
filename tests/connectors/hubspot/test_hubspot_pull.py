"""What comes home from a HubSpot account as messy as real ones; every expected value is written out."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import polars as pl

from cssync.model.owner import Owner, OwnerKind
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES, PROBLEMS
from cssync.settings.source import HubspotAccountFields, HubspotOpportunityFields
from tests.connectors.hubspot.building import AS_OF, COMPANIES, DEALS, MAPPED, NOW, connector, portal_with_cs_fields
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import not_found
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

FULL = HubspotAccountFields(
    csm="csm_owner",
    arr="arr_text",
    currency="arr_currency",
    segment="cs_segment",
    customer_since="customer_since",
    renewal="renewal",
)


def _messy_companies() -> Portal:
    portal = portal_with_cs_fields()
    for name in ("arr_text", "arr_currency", "cs_segment"):
        portal.add_property("companies", name)
    portal.add_property("companies", "customer_since", type_="date")
    portal.add_property("companies", "renewal", type_="datetime")
    portal.add(
        "companies",
        101,
        {
            "name": "\U0001f680 <!channel> & Söhne",
            "csm_owner": "51",
            "arr_text": "120000.50",
            "arr_currency": "usd",
            "cs_segment": " Enterprise ",
            "lifecyclestage": "customer",
            "createdate": "2024-02-29T23:59:59.999Z",
            "customer_since": "2024-03-01",
            "renewal": "1798761600000",  # midnight UTC of 1 January 2027, as the old APIs wrote it
        },
    )
    portal.add("companies", 102, {"name": "Euro GmbH", "csm_owner": "52", "arr_text": "1000", "arr_currency": "EUR"})
    portal.add("companies", 103, {"name": "To be agreed", "csm_owner": "51", "arr_text": "n/a"})
    portal.add("companies", 104, {"name": "Komma KG", "csm_owner": "51", "arr_text": "1.234,56"})
    portal.add("companies", 105, {"name": "", "csm_owner": "", "arr_text": None, "hs_parent_company_id": "101"})
    portal.add("companies", 106, {"name": "Gone", "csm_owner": "51", "arr_text": "99"}, archived=True)
    return portal


def test_case_46_companies_arrive_exactly_and_what_cannot_be_read_is_reported() -> None:
    with HubspotEmulator(_messy_companies()) as hubspot:
        pull = connector(hubspot, accounts=FULL).pull(AS_OF)

    assert pull.accounts.schema == ACCOUNTS
    columns = ("account_id", "name", "csm_ref", "amount", "currency", "segment", "parent_id")
    assert pull.accounts.select(columns).rows() == [
        ("101", "\U0001f680 <!channel> & Söhne", "51", Decimal("120000.50"), "USD", "Enterprise", None),
        ("102", "Euro GmbH", "52", Decimal("1000.00"), "EUR", None, None),
        ("103", "To be agreed", "51", None, None, None, None),
        ("104", "Komma KG", "51", None, None, None, None),
        ("105", None, None, None, None, None, "101"),
    ]
    assert pull.problems.schema == PROBLEMS
    assert pull.problems.select("object", "record_id", "field", "value").rows() == [
        ("account", "103", "arr_text", "n/a"),
        ("account", "104", "arr_text", "1.234,56"),
    ]


def test_case_47_48_days_are_never_shifted_whatever_the_time_zone_of_the_account() -> None:
    with HubspotEmulator(_messy_companies()) as hubspot:
        hubspot.portal.time_zone = "Pacific/Auckland"
        pull = connector(hubspot, accounts=FULL).pull(AS_OF)

    first = pull.accounts.row(0, named=True)
    assert first["created_on"] == date(2024, 2, 29)
    assert first["customer_since"] == date(2024, 3, 1)
    assert first["renewal_on"] == date(2027, 1, 1)


def test_only_mapped_properties_are_asked_for_and_what_tells_changes_and_merges() -> None:
    with HubspotEmulator(_messy_companies()) as hubspot:
        connector(hubspot).pull(AS_OF)

        assert hubspot.requested(COMPANIES) == [
            (
                "/crm/v3/objects/companies?limit=100&archived=false&properties="
                "hs_object_id,name,csm_owner,arr,lifecyclestage,hs_parent_company_id,createdate"
                ",hs_lastmodifieddate,hs_merged_object_ids"
            )
        ]


def test_case_44_owners_who_have_left_blank_names_queues_and_teams_are_understood() -> None:
    portal = portal_with_cs_fields()
    portal.add_owner(
        "51", first="Dana", last=" Roy ", email="dana@cs.example", user_id=7, teams=[("All", False), ("East", True)]
    )
    portal.add_owner("52", first="", last=None, email="ed@cs.example", user_id=8, archived=True)
    portal.add_owner("53", first=None, last=None, email="", user_id=None, archived=True)
    portal.add_owner("54", first="Unrouted", kind="QUEUE", teams=[("West", False)])
    with HubspotEmulator(portal) as hubspot:
        owners = connector(hubspot).pull(AS_OF).owners

    assert owners == (
        Owner("51", "Dana Roy", "dana@cs.example", team="East", aliases=("7",)),
        Owner("54", "Unrouted", kind=OwnerKind.QUEUE, team="West"),
        Owner("52", "ed@cs.example", "ed@cs.example", active=False, aliases=("8",)),
        Owner("53", "owner 53", active=False),
    )


def test_rates_are_units_of_the_company_currency_to_the_last_digit() -> None:
    portal = portal_with_cs_fields()
    portal.currency = "CHF"
    portal.exchange_rates = {"EUR": 0.941327, "JPY": 0.005831, "CHF": 1.0}
    with HubspotEmulator(portal) as hubspot:
        pull = connector(hubspot).pull(AS_OF)

    assert pull.rates.corporate == "CHF"
    assert pull.rates.rates == {"EUR": Decimal("0.941327"), "JPY": Decimal("0.005831")}
    assert pull.rates.sources == {"EUR": "HubSpot exchange rates", "JPY": "HubSpot exchange rates"}
    assert pull.notes == ()


def test_a_rate_that_cannot_be_one_is_named_and_left_out() -> None:
    portal = portal_with_cs_fields()
    portal.exchange_rates = {"EUR": 1.08, "XAU": 0.0, "GBP": -1.0, "SEK": "about 0.1"}  # type: ignore[dict-item]  # garbage
    with HubspotEmulator(portal) as hubspot:
        pull = connector(hubspot).pull(AS_OF)

    assert pull.rates.rates == {"EUR": Decimal("1.08")}
    assert pull.notes == ("HubSpot's exchange rates of GBP, SEK, XAU cannot be used.",)


def test_an_account_that_hides_its_exchange_rates_says_what_to_do_and_is_pulled_all_the_same() -> None:
    portal = portal_with_cs_fields()
    portal.exchange_rates = {"EUR": 1.08}
    portal.scopes.discard("multi-currency-read")
    with HubspotEmulator(portal) as forbidding, HubspotEmulator(portal) as lacking:
        lacking.faults.always(faults.instead(not_found()), path="/exchange-rates")
        for hubspot in (forbidding, lacking):
            pull = connector(hubspot).pull(AS_OF)

            assert pull.rates.corporate == "USD"
            assert pull.rates.rates == {}
            assert pull.notes == (
                (
                    "HubSpot shows no exchange rates to this token: amounts in other currencies than USD need "
                    "money.rates in the settings, or the scope multi-currency-read."
                ),
            )


def test_case_48_an_account_of_one_currency_is_not_asked_for_exchange_rates() -> None:
    portal = portal_with_cs_fields()
    portal.currency = "CHF"
    with HubspotEmulator(portal) as hubspot:
        pull = connector(hubspot).pull(AS_OF)
        assert hubspot.requested("/exchange-rates") == []

    assert (pull.rates.corporate, pull.rates.rates, pull.notes) == ("CHF", {}, ())


def _deals() -> Portal:
    portal = portal_with_cs_fields()
    portal.add_pipeline("renewals", "Renewals", [("r1", "In talks", "false", "0.4"), ("r2", "Renewed", "true", "1.0")])
    portal.add_property("deals", "subscription_ends", type_="date")
    both = (("101", "deal_to_company_unlabeled"), ("102", "deal_to_company"), ("102", "deal_to_company_unlabeled"))
    portal.add(
        "deals",
        1,
        {
            "dealname": "Expansion \U0001f389",
            "dealtype": "existingbusiness",
            "pipeline": "default",
            "dealstage": "contractsent",
            "amount": "20000",
            "deal_currency_code": "EUR",
            "hs_is_closed": "false",
            "hs_is_closed_won": "false",
            "hs_deal_stage_probability": "0.9",
            "closedate": "2027-01-31T00:00:00Z",
            "hubspot_owner_id": "51",
        },
        companies=both,
    )
    # Neither closed nor won by its own word: the stage says so.
    portal.add(
        "deals",
        2,
        {"pipeline": "renewals", "dealstage": "r2", "amount": "10", "closedate": "2026-11-01T10:00:00Z"},
        companies=[("101", "deal_to_company_unlabeled")],
    )
    won = {"pipeline": "default", "dealstage": "closedwon", "amount": "30"}
    portal.add("deals", 3, {**won, "closedate": "2025-11-21T00:00:00Z"})  # a day too old
    portal.add("deals", 4, {**won, "closedate": "2025-11-22T00:00:00Z"})  # the last day that counts
    portal.add("deals", 5, {**won, "closedate": "2023-01-01T00:00:00Z", "subscription_ends": "2026-11-23"})
    portal.add("deals", 6, {**won, "closedate": "2023-01-01T00:00:00Z", "subscription_ends": "2026-11-22"})
    portal.add("deals", 7, {"dealstage": "closedlost", "pipeline": "default", "amount": "garbage"})
    lost = {"pipeline": "default", "dealstage": "closedlost", "amount": "70"}
    portal.add("deals", 9, {**lost, "closedate": "2025-11-22T00:00:00Z"})
    portal.add("deals", 10, {**lost, "closedate": "2025-11-21T00:00:00Z"})
    portal.add("deals", 8, {"dealstage": "of a deleted pipeline", "pipeline": "gone", "amount": "garbage"})
    return portal


def test_deals_carry_their_company_and_what_their_stage_means() -> None:
    with HubspotEmulator(_deals()) as hubspot:
        fields = HubspotOpportunityFields(ends="subscription_ends")
        pull = connector(hubspot, opportunities=fields).pull(AS_OF)
        assert "associations=companies" in hubspot.requested(DEALS)[0]

    table = pull.opportunities
    assert table.schema == OPPORTUNITIES
    columns = ("opportunity_id", "account_id", "stage", "is_closed", "is_won", "amount", "currency")
    assert table.select(columns).rows() == [
        ("1", "102", "Contract Sent", False, False, Decimal("20000.00"), "EUR"),
        ("2", "101", "Renewed", True, True, Decimal("10.00"), None),
        ("4", None, "Closed Won", True, True, Decimal("30.00"), None),
        ("5", None, "Closed Won", True, True, Decimal("30.00"), None),
        ("8", None, "of a deleted pipeline", None, None, None, None),
        ("9", None, "Closed Lost", True, False, Decimal("70.00"), None),
    ]
    first = table.row(0, named=True)
    assert first["name"] == "Expansion \U0001f389"
    assert first["kind"] == "existingbusiness"
    assert first["owner_ref"] == "51"
    assert first["probability"] == 0.9
    assert first["close_on"] == date(2027, 1, 31)


def test_deals_that_nobody_reads_are_not_reported_but_a_won_one_without_a_company_is() -> None:
    with HubspotEmulator(_deals()) as hubspot:
        hubspot.portal.records["deals"][4].properties["dealname"] = "Signed"
        pull = connector(hubspot).pull(AS_OF)

    of_deals = pull.problems.filter(pl.col("object") == "opportunity")
    assert of_deals.select("record_id", "field", "value").rows() == [
        ("8", "amount", "garbage"),
        ("4", "associations.company", "Signed"),
    ]


def test_stages_speak_for_deals_whose_own_word_is_not_mapped() -> None:
    portal = portal_with_cs_fields()
    odd = [("s1", "Open", "false", "0.4"), ("s2", "Won", "true", "1"), ("s3", "Odd", "true", "certain")]
    portal.add_pipeline("odd", "Odd", odd)
    portal.pipelines[-1]["stages"].append({"id": "s4", "label": "Bare"})  # type: ignore[attr-defined]  # it is a list
    for number, (stage, *_) in enumerate([*odd, ("s4",)], start=1):
        portal.add("deals", number, {"pipeline": "odd", "dealstage": stage, "closedate": "2026-11-01T00:00:00Z"})
    fields = HubspotOpportunityFields(is_closed=None, is_won=None)
    with HubspotEmulator(portal) as hubspot:
        table = connector(hubspot, opportunities=fields).pull(AS_OF).opportunities

    assert table.select("opportunity_id", "stage", "is_closed", "is_won").rows() == [
        ("1", "Open", False, False),
        ("2", "Won", True, True),
        ("3", "Odd", True, None),
        ("4", "Bare", None, None),
    ]


def test_what_few_accounts_hold_is_read_where_it_is_mapped() -> None:
    portal = portal_with_cs_fields()
    portal.add_property("companies", "usage", label="Usage", type_="number")
    portal.add_property("companies", "new_champion", label="New champion", type_="date")
    portal.add_property("deals", "csm_owner", label="CSM to be", of_owners=True)
    held = {"csm_owner": "51", "arr": "1", "hubspot_owner_id": "52", "usage": "0.125", "new_champion": "2026-11-20"}
    portal.add("companies", 1, held)
    portal.add("deals", 2, {"pipeline": "default", "dealstage": "contractsent", "csm_owner": "51"})
    more = {"second_csm": "hubspot_owner_id", "usage": "usage", "decision_maker_changed": "new_champion"}
    with HubspotEmulator(portal) as hubspot:
        fields = HubspotOpportunityFields(csm="csm_owner")
        pull = connector(hubspot, accounts=MAPPED.model_copy(update=more), opportunities=fields).pull(AS_OF)

    assert pull.accounts.select("second_csm_ref", "usage", "decision_maker_changed_on").rows() == [
        ("52", 0.125, date(2026, 11, 20))
    ]
    assert pull.opportunities["csm_ref"].to_list() == ["51"]


def test_an_id_of_one_s_own_may_stand_for_hubspot_s() -> None:
    portal = portal_with_cs_fields()
    portal.add_property("companies", "erp_id")
    portal.add("companies", 1, {"name": "A", "erp_id": "ERP-7"})
    portal.add("companies", 2, {"name": "B"})
    with HubspotEmulator(portal) as hubspot:
        fields = HubspotAccountFields(id="erp_id", csm="csm_owner", arr="arr")
        pull = connector(hubspot, accounts=fields).pull(AS_OF)

    assert pull.accounts["account_id"].to_list() == ["ERP-7"]
    assert pull.problems.select("field", "value", "reason").rows() == [("erp_id", "B", "no id")]


def test_a_pull_says_where_it_is_from_and_how_to_open_a_record() -> None:
    portal = portal_with_cs_fields()
    portal.ui_domain = "app-eu1.hubspot.com"
    portal.add("companies", 1, {"name": "A"})
    with HubspotEmulator(portal) as hubspot:
        pull = connector(hubspot).pull(AS_OF)
        requests = len(hubspot.requests)

    assert pull.source == "hubspot"
    assert pull.pulled_at == NOW
    assert pull.record_url == "https://app-eu1.hubspot.com/contacts/4242424/company/{id}"
    assert pull.calls == requests == 10


def test_an_empty_account_is_an_empty_pull_and_left_to_the_gate() -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        pull = connector(hubspot).pull(AS_OF)

    assert (pull.accounts.height, pull.opportunities.height, pull.owners) == (0, 0, ())


def test_progress_tells_how_many_companies_there_will_be() -> None:
    portal = portal_with_cs_fields()
    for number in range(1, 151):
        portal.add("companies", number, {"name": f"C{number}"})
    told: list[tuple[str, int, int | None]] = []
    with HubspotEmulator(portal) as hubspot:
        connector(hubspot).pull(AS_OF, lambda stage, done, total: told.append((stage, done, total)))

    assert [line for line in told if line[0] == "companies"] == [
        ("companies", 0, 150),
        ("companies", 100, 150),
        ("companies", 150, 150),
    ]


def test_the_client_library_is_loaded_only_when_hubspot_is_asked() -> None:
    look = "import sys, connectors.hubspot; raise SystemExit('hubspot' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", look], check=False)  # noqa: S603  # our own words to our own Python
    assert answer.returncode == 0
