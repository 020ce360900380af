"""Stars, Cash Cows, Question Marks and Poor Dogs (seed 15): by hand, at the cuts, without history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from cssync.capacity.portfolio import PLACED, Portfolio, Quadrant
from tests.nights import TODAY, Nights, Row, account, many, pull_of, settings

YEAR_AGO = TODAY - timedelta(days=365)
# Hours that cost nothing, where a test is not about them.
FREE: dict[str, Any] = {"capacity": {"hours_per_account": {"otherwise": 0}}}
CUTS: dict[str, Any] = {"portfolio": {"profitable_from": 50_000, "growing_over": 0.1}, **FREE}


def placed(then: list[Row], now: list[Row], deals: list[Row] | None = None, **with_: Any) -> Portfolio:
    nights = Nights(settings(**with_))
    nights.walk(pull_of(then), YEAR_AGO - timedelta(days=30))
    return nights.walk(pull_of(now, opportunities=deals or ())).context().company.portfolio


def quadrants(portfolio: Portfolio) -> dict[str, str | None]:
    return dict(portfolio.placed.select("account_id", "quadrant").iter_rows())


def deal(account_id: str, amount: int, kind: str = "expansion", **more: Any) -> Row:
    return {
        "opportunity_id": f"O-{account_id}-{kind}", "account_id": account_id, "kind": kind, "is_closed": False,
        "is_won": False, "amount": Decimal(amount), **more,
    }  # fmt: skip


def test_seed_15_the_four_quadrants() -> None:
    then = [account("star", amount=50_000), account("cow", amount=60_000), account("mark", amount=10_000),
            account("dog", amount=10_000)]  # fmt: skip
    now = [account("star", amount=60_000), account("cow", amount=60_000), account("mark", amount=20_000),
           account("dog", amount=10_000)]  # fmt: skip
    assert quadrants(placed(then, now, **CUTS)) == {
        "star": "Star", "cow": "Cash Cow", "mark": "Question Mark", "dog": "Poor Dog",
    }  # fmt: skip


def test_each_quadrant_says_what_to_do() -> None:
    assert [(quadrant, quadrant.advice) for quadrant in Quadrant] == [
        ("Star", "invest generously"),
        ("Cash Cow", "hold, with lean service"),
        ("Question Mark", "invest carefully"),
        ("Poor Dog", "reduce service, or exit"),
    ]


def test_at_the_cut_one_is_profitable_and_does_not_grow() -> None:
    then = [account("a", amount=50_000), account("b", amount=50_000)]
    now = [account("a", amount=55_000), account("b", amount="55000.01")]
    assert quadrants(placed(then, now, **CUTS)) == {"a": "Cash Cow", "b": "Star"}
    assert quadrants(placed(many(1, amount=50_000), many(1, amount=50_000), **CUTS)) == {"U1-000": "Cash Cow"}
    assert quadrants(placed(many(1, amount=1), many(1, amount="49999.99"), **CUTS)) == {"U1-000": "Question Mark"}


def test_the_cuts_are_the_medians_of_the_whole_portfolio() -> None:
    then = [account("a", amount=100), account("b", amount=200), account("c", "U2", 300)]
    now = [account("a", amount=110), account("b", amount=240), account("c", "U2", 390)]
    found = placed(then, now, **FREE)
    assert (found.profit_cut, found.growth_cut) == (Decimal("240.00"), Decimal("0.2"))
    assert quadrants(found) == {"a": "Poor Dog", "b": "Cash Cow", "c": "Star"}


def test_what_is_on_offer_counts_as_growth_and_a_renewal_does_not() -> None:
    rows = [account("a", amount=60_000), account("b", amount=60_000)]
    deals = [deal("a", 6_001), deal("b", 60_000, "Renewal"), deal("b", 9_000, "lost", is_closed=True)]
    found = placed(rows, rows, deals, **CUTS)
    assert quadrants(found) == {"a": "Star", "b": "Cash Cow"}
    assert found.growth("U1").rate == Decimal(6001) / Decimal(120_000)


def test_a_customer_of_less_than_a_year_grows_from_what_it_paid_first() -> None:
    nights = Nights(settings(**CUTS))
    nights.walk(pull_of(many(1)), YEAR_AGO)
    nights.walk(pull_of([*many(1), account("new", amount=40_000)]), TODAY - timedelta(days=90))
    found = nights.walk(pull_of([*many(1), account("new", amount=50_000)])).context().company.portfolio
    assert quadrants(found)["new"] == "Star"


def test_growth_counts_from_a_year_ago_whatever_was_before() -> None:
    nights = Nights(settings(**CUTS))
    nights.walk(pull_of(many(1, amount=10_000)), YEAR_AGO - timedelta(days=200))
    nights.walk(pull_of(many(1, amount=60_000)), YEAR_AGO)
    found = nights.walk(pull_of(many(1, amount=60_000))).context().company.portfolio
    assert (found.since, quadrants(found)) == (YEAR_AGO, {"U1-000": "Cash Cow"})


def test_without_history_nobody_is_called_anything_yet() -> None:
    found = Nights(settings(**CUTS)).walk(pull_of(many(2, amount=60_000))).context().company.portfolio
    assert (found.known, found.since, set(quadrants(found).values()), found.mix("U1")) == (False, TODAY, {None}, ())


@pytest.mark.parametrize(("days", "known"), [(89, False), (90, True)])
def test_ninety_days_of_arr_are_enough(days: int, *, known: bool) -> None:
    nights = Nights(settings(**CUTS))
    nights.walk(pull_of(many(1)), TODAY - timedelta(days=days))
    found = nights.walk(pull_of(many(1))).context().company.portfolio
    assert (found.known, bool(found.mix("U1"))) == (known, known)


def test_a_customer_of_unknown_arr_is_in_no_quadrant() -> None:
    rows = [account("a", amount=None), account("b", amount=60_000)]
    found = placed(rows, rows, customers={"where": "churned_on is null"}, **CUTS)
    assert quadrants(found) == {"a": None, "b": "Cash Cow"}
    assert [(part.quadrant, part.accounts) for part in found.mix("U1")] == [("Cash Cow", 1)]


def test_the_cost_of_its_hours_is_taken_off_what_a_customer_brings() -> None:
    """4 of 128 hours a month, at $100,000 a year, are $3,125."""
    rows = [account("a", amount="53124.99"), account("b", amount=53_125)]
    found = placed(rows, rows, **{**CUTS, "capacity": {"hours_per_account": {"otherwise": 4}}})
    assert quadrants(found) == {"a": "Poor Dog", "b": "Cash Cow"}
    assert found.placed.filter(account_id="b").select("cost", "profit").row(0) == (
        Decimal("3125.00"),
        Decimal("50000.00"),
    )


def test_a_group_that_counts_as_one_customer_is_placed_as_one() -> None:
    rows = [account("top", amount=20_000), account("child", amount=30_000, parent_id="top")]
    found = placed(rows, rows, customers={"count_by": "ultimate_parent"}, **CUTS)
    assert found.placed.select("account_id", "arr").rows() == [("child", Decimal("50000.00"))]
    assert [(part.quadrant, part.accounts) for part in found.mix("U1")] == [("Cash Cow", 1)]


@tried(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(["U1", "U2", None]), st.integers(1, 10**7), st.integers(1, 10**7)),
        min_size=1,
        max_size=30,
    )
)
def test_every_customer_of_known_arr_is_in_exactly_one_quadrant(customers: list[tuple[str | None, int, int]]) -> None:
    then = [account(f"a{number}", csm, before) for number, (csm, before, _) in enumerate(customers)]
    now = [account(f"a{number}", csm, after) for number, (csm, _, after) in enumerate(customers)]
    found = placed(then, now)
    assert pl.Schema(found.placed.schema) == PLACED
    parts = [part for book in ("U1", "U2", "unassigned") for part in found.mix(book)]
    assert sum(part.accounts for part in parts) == len(customers)
    assert sum((part.arr for part in parts), Decimal(0)) == sum(after for _, _, after in customers)
