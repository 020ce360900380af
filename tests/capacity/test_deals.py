"""Who works an open deal: seeds 28, 34, 36 and 37, at their edges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cssync.capacity.deals import OpenDeal, OpenDeals, Worker
from tests.nights import TODAY, Nights, Row, account, many, pull_of, settings


def a_deal(amount: int | str | None, kind: str = "expansion", account_id: str = "a", **more: Any) -> Row:
    return {
        "opportunity_id": f"O-{account_id}-{kind}", "account_id": account_id, "kind": kind, "is_closed": False,
        "is_won": False, "amount": None if amount is None else Decimal(amount), **more,
    }  # fmt: skip


def found(*deals: Row, rows: list[Row] | None = None, **with_: Any) -> tuple[OpenDeal, ...]:
    customers = rows or [account("a", amount=20_000)]
    night = Nights(settings(**with_)).walk(pull_of(customers, opportunities=deals))
    return OpenDeals(night.context().company).of("U1")


def who(*deals: Row, **with_: Any) -> list[tuple[Worker, str]]:
    return [(deal.worker, deal.why) for deal in found(*deals, **with_)]


def test_seed_28_a_small_upsell_is_the_csms_and_a_large_one_is_for_sales_with_the_csm() -> None:
    rich = [account("a", amount=500_000)]
    assert who(a_deal("49999.99"), rows=rich) == [(Worker.CSM, "under $50k")]
    assert who(a_deal(50_000), rows=rich) == [(Worker.SALES, "$50k or more")]


def test_seed_34_twenty_and_five_is_no_sale_and_past_the_initial_acv_is() -> None:
    assert who(a_deal(5_000)) == [(Worker.CSM, "under $50k")]
    assert who(a_deal(20_000)) == [(Worker.CSM, "under $50k")]
    assert who(a_deal("20000.01")) == [(Worker.SALES, "past the initial ACV of $20k")]


def test_the_share_of_the_initial_acv_is_a_setting() -> None:
    assert who(a_deal(11_000), deals={"sales_past": 0.5}) == [(Worker.SALES, "past 50% of the initial ACV of $20k")]


def test_the_initial_acv_is_what_the_customer_paid_first() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", amount=4_000)]), TODAY.replace(year=2025))
    night = nights.walk(pull_of([account("a", amount=40_000)], opportunities=[a_deal(5_000)]))
    (deal,) = OpenDeals(night.context().company).of("U1")
    assert (deal.worker, deal.why) == (Worker.SALES, "past the initial ACV of $4k")


def test_seed_28_a_basic_renewal_is_for_finance() -> None:
    assert who(a_deal(20_000, "Renewal")) == [(Worker.FINANCE, "a renewal of what is paid already")]


def test_a_renewal_at_risk_is_the_csms() -> None:
    red = [account("a", amount=20_000, health="red")]
    assert who(a_deal(20_000, "renewal"), rows=red) == [(Worker.CSM, "a renewal at risk is not basic")]


def test_what_a_renewal_adds_is_an_upsell() -> None:
    assert who(a_deal(25_000, "renewal")) == [(Worker.CSM, "a renewal with $5k more, under $50k")]
    assert who(a_deal(41_000, "renewal")) == [(Worker.SALES, "a renewal with $21k more, past the initial ACV of $20k")]


@pytest.mark.parametrize(
    ("customers", "renewal", "upsell"), [(499, Worker.FINANCE, Worker.CSM), (500, Worker.RENEWALS, Worker.RENEWALS)]
)
def test_seed_37_past_five_hundred_customers_there_is_a_renewals_team(
    customers: int, renewal: Worker, upsell: Worker
) -> None:
    rows = [account("a", amount=20_000), *many(customers - 1, "U2")]
    told = {deal.is_renewal: deal.worker for deal in found(a_deal(20_000, "renewal"), a_deal(5_000), rows=rows)}
    assert told == {True: renewal, False: upsell}


def test_without_an_amount_it_stays_with_the_csm() -> None:
    assert who(a_deal(None)) == [(Worker.CSM, "its amount is not known")]


def test_which_deals_renew_is_a_condition_of_the_settings() -> None:
    hubspot = {"deals": {"renewal": "kind = 'existingbusiness' and stage = 'renewal'"}}
    deal = a_deal(20_000, "existingbusiness", stage="renewal")
    assert who(deal, **hubspot) == [(Worker.FINANCE, "a renewal of what is paid already")]


def test_decided_deals_and_those_of_no_customer_are_no_part_of_it() -> None:
    deals = [a_deal(1, "won", is_closed=True, is_won=True), a_deal(1, "new", account_id="prospect")]
    assert found(*deals) == ()


def test_they_are_told_by_who_works_them_then_by_size() -> None:
    deals = [a_deal(1_000, "x"), a_deal(20_000, "renewal"), a_deal(60_000, "y"), a_deal(2_000, "z")]
    assert [(deal.worker, deal.amount) for deal in found(*deals)] == [
        (Worker.SALES, Decimal(60_000)),
        (Worker.CSM, Decimal(2_000)),
        (Worker.CSM, Decimal(1_000)),
        (Worker.FINANCE, Decimal(20_000)),
    ]
