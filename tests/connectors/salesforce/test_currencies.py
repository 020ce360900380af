"""The org's rates: today's, and by day where advanced currency management is on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from connectors.salesforce import currencies
from connectors.salesforce.client import Client
from connectors.salesforce.currencies import CURRENCY_TYPES, DATED_RATES, ORGANIZATION, parsed
from cssync.books.rates import converted, rates_in_force
from cssync.errors import PermissionDeniedError, TransientError
from cssync.model.money import ExchangeRates
from cssync.model.tables import OPPORTUNITIES
from cssync.settings.model import Money
from cssync.settings.source import SalesforceSource
from tests.connectors.salesforce.serving import Served, plain_accounts, served
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.company import CanonicalRow
from tests.emulators.salesforce.org import Org

# Units of the currency for one USD, as Salesforce keeps them.
TODAY = {"EUR": Decimal("0.8"), "GBP": Decimal("0.625")}
DATED = {"EUR": {date(2026, 4, 1): Decimal("0.5"), date(2025, 1, 1): Decimal("0.4")}}
EURO_BY_DAY = ((date(2025, 1, 1), Decimal("2.5")), (date(2026, 4, 1), Decimal(2)))


def read(org: Served, *, multi_currency: bool = True) -> ExchangeRates:
    settings = SalesforceSource(kind="salesforce", username=org.org.credentials.username)
    with Client(settings, org.secrets(), session=org.emulator.session(), sleep=org.pauses.append) as client:
        return currencies.rates(client, multi_currency=multi_currency)


def test_case_28_rates_by_day_are_read_where_the_org_keeps_them() -> None:
    with served(org=Org(rates=TODAY, dated_rates=DATED)) as org:
        found = read(org)
        assert not [soql for soql in org.emulator.queries() if "convertCurrency" in soql]
    assert found.corporate == "USD"
    assert found.rates == {"EUR": Decimal("1.25"), "GBP": Decimal("1.6")}
    assert found.dated == {"EUR": EURO_BY_DAY}


def test_case_28_an_org_without_dated_rates_has_none() -> None:
    with served(org=Org(rates=TODAY)) as org:
        found = read(org)
    assert found.rates == {"EUR": Decimal("1.25"), "GBP": Decimal("1.6")}
    assert found.dated == {}


def test_case_28_a_deal_closed_on_the_eve_of_a_new_rate_is_worth_what_it_was_that_day() -> None:
    with served(org=Org(rates=TODAY, dated_rates=DATED)) as org:
        rates = rates_in_force(read(org), Money())
    deals = [("o1", date(2026, 3, 31)), ("o2", date(2026, 4, 1))]
    rows = pl.DataFrame(
        [
            {"opportunity_id": key, "amount": Decimal("100.00"), "currency": "EUR", "close_on": day}
            for key, day in deals
        ],
        schema=OPPORTUNITIES,
    )
    assert converted(rows, rates, "USD", on="close_on")["converted"].to_list() == [Decimal("250.00"), Decimal("200.00")]


def test_case_28_a_pull_brings_rates_by_day_where_there_are_any_and_amounts_as_they_were_written() -> None:
    deal: CanonicalRow = {
        "opportunity_id": "o1",
        "account_id": "a0",
        "owner_ref": "dana",
        "name": "Deal",
        "amount": Decimal("100.00"),
        "currency": "EUR",
        "close_on": date(2026, 3, 31),
        "is_closed": True,
        "is_won": True,
        "stage": "Closed Won",
    }
    with served(plain_accounts(1), opportunities=[deal], org=Org(rates=TODAY, dated_rates=DATED)) as org:
        pull = org.pull()
        assert pull.rates.dated == {"EUR": EURO_BY_DAY}
        assert pull.opportunities.select("amount", "currency", "close_on").rows() == [
            (Decimal("100.00"), "EUR", date(2026, 3, 31))
        ]
    with served(plain_accounts(1), org=Org(rates=TODAY)) as org:
        assert org.pull().rates == ExchangeRates(
            "USD",
            {"EUR": Decimal("1.25"), "GBP": Decimal("1.6")},
            dict.fromkeys(("EUR", "GBP"), "Salesforce CurrencyType"),
        )


def test_rates_by_day_may_take_more_than_one_page() -> None:
    days = {date(2020 + number // 12, number % 12 + 1, 1): Decimal(1) for number in range(70)}
    with served(org=Org(rates=TODAY, dated_rates={"EUR": days}), page_size=20) as org:
        assert len(read(org).dated["EUR"]) == 70


def test_pages_that_run_in_a_circle_are_no_rates() -> None:
    days = {date(2020, 1, number + 1): Decimal(1) for number in range(31)}
    with served(org=Org(rates=TODAY, dated_rates={"EUR": days}), page_size=20) as org:
        org.emulator.faults.add(faults.LOCATOR_LOOP, where="DatedConversionRate")
        org.emulator.faults.add(faults.LOCATOR_LOOP, where="/query/0r8")
        with pytest.raises(TransientError, match="in full"):
            read(org)


def test_an_org_of_one_currency_is_asked_for_that() -> None:
    with served(org=Org(corporate_currency="CHF")) as org:
        assert read(org, multi_currency=False) == ExchangeRates("CHF")


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({ORGANIZATION: []}, "DefaultCurrencyIsoCode"),
        ({ORGANIZATION: [{"DefaultCurrencyIsoCode": None}]}, "DefaultCurrencyIsoCode"),
        ({CURRENCY_TYPES: [], DATED_RATES: []}, "CurrencyType"),
    ],
)
def test_rates_without_a_corporate_currency_name_the_permission(
    answers: Mapping[str, list[Mapping[str, Any]]], named: str
) -> None:
    with pytest.raises(PermissionDeniedError, match=named) as denied:
        parsed(answers)
    assert "View Setup and Configuration" in denied.value.remedy


@pytest.mark.parametrize("rate", [0, -1, "NaN", "Infinity", None, "soon"])
def test_a_rate_that_is_none_is_left_out_by_day_too(rate: object) -> None:
    corporate = {"IsoCode": "USD", "ConversionRate": 1, "IsCorporate": True}
    euro = {"IsoCode": "EUR", "ConversionRate": rate, "IsCorporate": False, "StartDate": "2026-01-01"}
    found = parsed({CURRENCY_TYPES: [corporate, euro], DATED_RATES: [euro]})
    assert (found.rates, found.dated) == ({}, {})


def test_the_corporate_currency_is_one_on_every_day() -> None:
    corporate = {"IsoCode": "USD", "ConversionRate": 1, "IsCorporate": True, "StartDate": "2026-01-01"}
    assert parsed({CURRENCY_TYPES: [corporate], DATED_RATES: [corporate]}).dated == {}


def test_rows_of_another_form_are_no_rates() -> None:
    with pytest.raises(TransientError, match="not understood"):
        parsed({CURRENCY_TYPES: [{"Name": "USD"}]})
