"""What a forecast is made of: each open deal, the wins not seen yet and each likely loss come to what is expected."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cssync.explain.book import explain_book
from cssync.explain.evidence import Evidence
from cssync.explain.trace import Trace
from tests.explain.evidences import RECORD, evidence
from tests.nights import TODAY, Nights, Row, account, many, pull_of, settings

OPEN = {"is_closed": False, "is_won": False, "created_on": TODAY - timedelta(days=20)}
DEALS: list[Row] = [
    {**OPEN, "opportunity_id": "n1", "account_id": "p1", "name": "New one", "amount": Decimal(9000), "csm_ref": "U1",
     "kind": "new", "stage": "Proposal", "probability": 0.6, "close_on": date(2026, 12, 24)},
    {**OPEN, "opportunity_id": "n2", "account_id": "p2", "name": "Whose ever", "amount": None, "kind": "new",
     "probability": 0.4, "close_on": date(2026, 12, 24)},
    {**OPEN, "opportunity_id": "x1", "account_id": "U1-000", "name": "More", "amount": Decimal(500),
     "kind": "expansion", "probability": 0.5, "close_on": date(2026, 12, 24)},
]  # fmt: skip
RENEWS: dict[str, Any] = {"renewal_on": TODAY + timedelta(days=30), "customer_since": TODAY - timedelta(days=700)}


def a_year() -> Evidence:
    """Of two CSMs, each won one customer a month and lost one in the year; and there are deals."""
    nights = Nights(settings())
    for month in range(13):
        day = TODAY - timedelta(days=30 * (12 - month))
        gone = month > 6
        rows = [
            *many(20 - gone, "U1", **RENEWS),
            *many(20 - gone, "U2", **RENEWS),
            *(account(f"{csm}-n{n}", csm) for csm in ("U1", "U2") for n in range(month)),
            account("p1", None, 0),
            account("p2", None, 0),
        ]
        night = nights.walk(pull_of(rows, opportunities=DEALS), day)
    return Evidence(night.context(record_url=RECORD).company)


def part(trace: Trace, key: str) -> Trace:
    return next(one for one in trace.parts if one.key == key)


def test_the_components_come_to_what_is_expected() -> None:
    of = a_year()
    book = of.books["U1"]
    forecast = explain_book(of, book).trace("forecast")
    deals, unseen, losses = (part(forecast, key).value for key in ("deals", "unseen", "losses"))
    assert deals is not None
    assert unseen is not None
    assert losses is not None
    assert deals > 0
    assert unseen > 0
    assert losses < 0
    assert part(forecast, "today").value == book.accounts == 31
    assert forecast.value == 31 + deals + unseen + losses
    assert forecast.title == "Customers expected by 31 Mar 2027"
    assert all(trace.missing is None for trace in (forecast, *forecast.parts))


def test_every_deal_says_its_chance_its_worth_and_what_the_crm_thinks() -> None:
    of = a_year()
    named, anyone = (
        one for one in part(explain_book(of, of.books["U1"]).trace("forecast"), "deals").parts if one.record
    )
    assert named.record is not None
    assert (named.record.id, named.record.url, named.says[0]) == ("n1", None, "$9,000.00")
    assert named.says[-1] == "new, Proposal, 60% by the CRM, closes 24 Dec 2026"
    assert anyone.says[0] == "amount unknown"
    assert anyone.says[1] == "50% of it, as it names no CSM"
    assert named.value is not None
    assert anyone.value is not None
    assert 0 < anyone.value < named.value < 1


def test_deals_of_customers_bring_arr_and_are_in_no_count() -> None:
    of = a_year()
    forecast = explain_book(of, of.books["U1"]).trace("forecast")
    (upsell,) = part(forecast, "upsells").parts
    assert (upsell.title, upsell.value, upsell.says[1]) == ("More", None, "$500.00")


def test_every_likely_loss_names_its_renewal() -> None:
    of = a_year()
    losses = part(explain_book(of, of.books["U1"]).trace("forecast"), "losses")
    renewing = [one for one in losses.parts if any("renews on 22 Dec 2026" in words for words in one.says)]
    assert {one.record.id for one in renewing if one.record} == {f"U1-{n:03}" for n in range(19)}
    assert all(one.says[0] == "$1,000.00" for one in renewing)


def test_it_says_from_which_day_history_is_real_and_what_arr_and_hours_will_be() -> None:
    of = a_year()
    says = explain_book(of, of.books["U1"]).trace("forecast").says
    assert any(sentence.startswith("History is real from 27 Nov 2025 on") for sentence in says)
    assert any(sentence.startswith("ARR of then: $") for sentence in says)
    assert any(sentence.startswith("Hours a month of then: ") for sentence in says)


def test_a_book_that_nobody_works_is_heading_nowhere() -> None:
    of = evidence([account("a", None)])
    assert [trace.key for trace in explain_book(of, of.books["unassigned"]).traces if trace.key == "forecast"] == []
