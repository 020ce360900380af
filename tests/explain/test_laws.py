"""What holds of every explanation, whatever is in the CRM."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import hypothesis
import hypothesis.strategies as st
from hypothesis import given

from cssync.explain.account import explain_account
from cssync.explain.book import explain_book
from cssync.explain.evidence import Evidence
from cssync.explain.trace import every
from cssync.model.money import ExchangeRates
from tests.nights import TEAM, TODAY, Nights, pull_of, settings

RATES = ExchangeRates("USD", {"EUR": Decimal("1.0837"), "JPY": Decimal("0.0066891")})
IDS = [f"a{number}" for number in range(7)]
CENTS = st.decimals(Decimal("0.01"), 1_000_000, places=2)


def rows() -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries(
        {
            "account_id": st.sampled_from(IDS),
            "name": st.none() | st.sampled_from(["Globex", "<b>\u202e", "\n"]),
            "csm_ref": st.none() | st.sampled_from(["U1", "U2", "U4", "sam@acme.test", "ghost"]),
            "amount": st.none() | CENTS,
            "currency": st.none() | st.sampled_from(["USD", "EUR", "JPY", "CHF"]),
            "segment": st.none() | st.sampled_from(["SMB", "Mid"]),
            "lifecycle": st.sampled_from(["live", "churned"]),
            "parent_id": st.none() | st.sampled_from([*IDS, "elsewhere"]),
        }
    )
    return st.lists(row, max_size=9, unique_by=lambda one: one["account_id"])


@hypothesis.settings(max_examples=30)
@given(rows(), rows(), st.sampled_from(["account", "ultimate_parent"]))
def test_every_sum_is_that_of_the_book_and_of_the_lines_below_it(
    then: list[dict[str, Any]], now: list[dict[str, Any]], count_by: str
) -> None:
    nights = Nights(settings(customers={"where": "lifecycle = 'live'", "count_by": count_by}))
    nights.walk(pull_of(then, TEAM, rates=RATES), TODAY - timedelta(days=10))
    company = nights.walk(pull_of(now, TEAM, rates=RATES)).context().company
    of = Evidence(company)
    listed: list[str] = []
    for book in company.books.books:
        found = explain_book(of, book)
        customers = found.trace("customers")
        assert (customers.value, customers.count) == (book.arr, book.accounts)
        assert all(trace.missing is None for trace in every(found.traces)), book.id
        for customer in customers.parts:
            records = [customer.record, *(part.record for part in customer.parts)]
            listed += sorted({record.id for record in records if record})
    assert sorted(listed) == sorted(company.books.customers["account_id"])


@hypothesis.settings(max_examples=30)
@given(rows())
def test_every_conversion_comes_to_the_cent_that_is_shown(now: list[dict[str, Any]]) -> None:
    company = Nights(settings()).walk(pull_of(now, TEAM, rates=RATES)).context().company
    of = Evidence(company)
    for row in now:
        kept = of.row(row["account_id"])
        assert kept is not None
        found = explain_account(of, kept).trace("arr")
        if found.conversion is None:
            assert found.value in (row["amount"], None)
        else:
            exact = found.conversion.amount * found.conversion.rate
            assert found.value == exact.quantize(Decimal("0.01"))
