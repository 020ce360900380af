"""A past day, rebuilt from the latest: what was known then, and nothing that came later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cssync.books.aggregate import add_up
from cssync.books.rewind import UNRECORDED, rewound
from cssync.settings.team import Team
from tests.nights import DANA, TEAM, TODAY, TOM, Nights, account, many, pull_of

_MONDAY = TODAY - timedelta(days=6)
_CSM = st.sampled_from(["U1", "U2", "U3", None])
_BOOK = st.dictionaries(st.sampled_from("abcdef"), st.tuples(_CSM, st.integers(0, 3)), max_size=6)


@given(st.lists(_BOOK, min_size=2, max_size=6))
@settings(max_examples=15, deadline=None)
def test_every_night_is_rebuilt_from_the_last_as_it_was(companies: list[Mapping[str, tuple[str | None, int]]]) -> None:
    nights, were = Nights(), []
    for number, company in enumerate(companies):
        rows = [account(id_, csm, amount * 1000) for id_, (csm, amount) in company.items()]
        # A pull without any account would have been refused.
        were.append(nights.walk(pull_of([*rows, account("always")]), _MONDAY + timedelta(days=number)))
    last = were[-1]
    for night in were:
        day = night.snapshot.as_of
        books = add_up(*rewound(last.snapshot, last.timeline, day, {}), Team(), None)
        assert {b.id: (b.accounts, b.arr) for b in books.books} == {
            b.id: (b.accounts, b.arr) for b in night.books.books
        }


def test_what_is_not_kept_by_day_is_unknown_on_a_past_day() -> None:
    first = account("a", health="green", renewal_on=TODAY, product="Pro", customer_since=date(2024, 1, 1))
    nights = Nights()
    nights.walk(pull_of([first]), _MONDAY)
    last = nights.walk(pull_of([{**first, "health": "red", "churned_on": TODAY}]), TODAY)
    then, _ = rewound(last.snapshot, last.timeline, _MONDAY, {})
    (row,) = then.table.to_dicts()
    assert {"health", "renewal_on"} <= set(UNRECORDED)
    assert all(row[name] is None for name in UNRECORDED)
    assert (row["name"], row["product"], row["customer_since"]) == ("Name a", "Pro", date(2024, 1, 1))
    # The churn had not come.
    assert (row["is_customer"], row["churned_on"], row["arr"]) == (True, None, Decimal("1000.00"))


def test_an_account_that_the_crm_has_dropped_since_counts_on_the_days_before() -> None:
    nights = Nights()
    nights.walk(pull_of(many(3)), _MONDAY)
    last = nights.walk(pull_of(many(1)), TODAY)
    then, timeline = rewound(last.snapshot, last.timeline, _MONDAY, {})
    assert then.customers.height == 3
    assert timeline.spells["valid_to"].null_count() == 3
    assert timeline.as_of == _MONDAY


def test_nobody_has_left_before_a_night_recorded_it() -> None:
    last = Nights().walk(pull_of(many(1), TEAM), TODAY)
    recorded = {TOM.id: [(TODAY - timedelta(days=9), False)], DANA.id: [(_MONDAY, False), (TODAY, True)]}
    days = (TODAY - timedelta(days=10), TODAY - timedelta(days=9), TODAY - timedelta(days=1))
    at_work = [
        {owner.id for owner in rewound(last.snapshot, last.timeline, day, recorded)[0].owners if owner.active}
        for day in days
    ]
    assert [TOM.id in those for those in at_work] == [True, False, False]
    assert [DANA.id in those for those in at_work] == [True, True, False]


def test_the_last_night_is_left_as_it_is() -> None:
    last = Nights().walk(pull_of([account("a", health="red")]), TODAY)
    assert rewound(last.snapshot, last.timeline, TODAY, {}) == (last.snapshot, last.timeline)


def test_no_deal_of_today_is_known_on_a_past_day() -> None:
    deal = {"opportunity_id": "o1", "account_id": "a", "is_closed": False, "is_won": False}
    nights = Nights()
    nights.walk(pull_of(many(1)), _MONDAY)
    last = nights.walk(pull_of(many(1), opportunities=[deal]), TODAY)
    then, _ = rewound(last.snapshot, last.timeline, _MONDAY, {})
    assert isinstance(then.opportunities, pl.DataFrame)
    assert then.opportunities.is_empty()
