"""What an account takes, by segment, product and condition; what a book takes, and whether that fits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.capacity.effort import Effort
from cssync.capacity.workload import BookLoad, Extra, SegmentLoad, Workload
from cssync.model.owner import Owner, OwnerKind
from cssync.model.tables import SNAPSHOT
from cssync.settings.capacity import Capacity
from tests.nights import TEAM, TODAY, Nights, Row, account, many, pull_of, settings


def workload(rows: list[Row], owners: tuple[Owner, ...] = TEAM, **with_: Any) -> Workload:
    return Nights(settings(**with_)).walk(pull_of(rows, owners)).company().workload


def load(rows: list[Row], book: str = "U1", **with_: Any) -> BookLoad:
    company = Nights(settings(**with_)).walk(pull_of(rows)).company()
    return company.workload.of(next(each for each in company.books.books if each.id == book))


def hours(with_: Any = None, **account_has: Any) -> Decimal:
    (found,) = workload([account("a", **account_has)], **(with_ or {})).hours["hours"]
    return Decimal(found)


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("SMB", "2"),
        ("Mid-Market", "4"),
        ("midmarket", "4"),
        ("MID MARKET", "4"),
        ("Large", "6"),
        ("Enterprise", "10"),
        ("Digital", "0.5"),
        ("Galactic", "4"),
        (None, "4"),
    ],
)
def test_hours_follow_the_segment(segment: str | None, expected: str) -> None:
    assert hours(segment=segment) == Decimal(expected)


def test_a_segment_of_ones_own_wins_over_the_built_in_ones() -> None:
    own = {"capacity": {"hours_per_account": {"segments": {"Strategic": 20, "smb": "1.5"}, "otherwise": 3}}}
    assert [hours(own, segment=name) for name in ("strategic", "SMB", "Enterprise", "other")] == [
        20,
        Decimal("1.5"),
        10,
        3,
    ]


def test_seed_05_a_complex_product_multiplies_the_hours() -> None:
    complex_ = {"limits": {"complexity": {"Platform": "1.25"}}}
    assert [hours(complex_, segment="SMB", product=name) for name in ("PLATFORM", "Lite", None)] == [
        Decimal("2.5"),
        2,
        2,
    ]


@pytest.mark.parametrize(
    ("has", "expected"),
    [
        ({"lifecycle": "Onboarding"}, "5.2"),
        ({"health": "Red"}, "6"),
        ({"lifecycle": "at_risk"}, "6"),
        ({"health": "green", "lifecycle": "live"}, "4"),
        ({"renewal_on": TODAY}, "5"),
        ({"renewal_on": TODAY + timedelta(days=90)}, "5"),
        ({"renewal_on": TODAY + timedelta(days=91)}, "4"),
        ({"renewal_on": TODAY - timedelta(days=1)}, "4"),
        ({"lifecycle": "onboarding", "health": "red", "renewal_on": TODAY}, "9.75"),
    ],
)
def test_modifiers_multiply_where_their_condition_holds(has: dict[str, Any], expected: str) -> None:
    assert hours(segment="Mid-Market", **has) == Decimal(expected)


def test_seed_42_one_to_many_leaves_a_fraction() -> None:
    assert hours(segment="tech touch", health="red") == Decimal("1.5")
    assert hours({"capacity": {"modifiers": {"low_touch": {"when": "arr < 5000"}}}}, segment="SMB") == Decimal("0.5")


def test_a_modifier_of_ones_own_comes_last_and_may_ask_for_the_days_as_a_customer() -> None:
    young: dict[str, Any] = {
        "capacity": {"modifiers": {"others": {"young": {"when": "days_as_customer < 30", "times": "1.5"}}}}
    }
    rows = [
        account("new", customer_since=TODAY - timedelta(days=29)),
        account("old", customer_since=TODAY - timedelta(days=30)),
        account("unknown"),
    ]
    worked = workload(rows, **young)
    table = worked.with_parts(worked.hours)
    assert dict(table.select("account_id", "young").iter_rows()) == {"new": 2, "old": 0, "unknown": 0}
    assert table.columns[-1] == "young"


def test_a_factor_of_nothing_takes_no_hours() -> None:
    nothing = {"capacity": {"modifiers": {"renewal": {"times": 0}}}}
    assert hours(nothing, renewal_on=TODAY) == 0


def test_every_part_says_what_it_adds() -> None:
    row = workload(
        [account("a", segment="Enterprise", product="Platform", lifecycle="onboarding", renewal_on=TODAY)],
        limits={"complexity": {"platform": "1.2"}},
    ).account("a")
    told = {
        name: row[name] for name in ("base", "complexity", "low_touch", "onboarding", "at_risk", "renewal", "hours")
    }
    assert told == {
        "base": Decimal(10),
        "complexity": Decimal(2),
        "low_touch": Decimal(0),
        "onboarding": Decimal("3.6"),
        "at_risk": Decimal(0),
        "renewal": Decimal("3.9"),
        "hours": Decimal("19.5"),
    }


def test_accounts_that_count_as_one_customer_take_the_hours_of_the_largest_once() -> None:
    rows = [
        account("p", segment="SMB"),
        account("c", segment="Enterprise", parent_id="p"),
        account("d", segment="Enterprise", parent_id="p"),
        account("e", "U2", segment="SMB", parent_id="p"),
    ]
    table = workload(rows, customers={"count_by": "ultimate_parent"}).hours
    assert dict(table.select("account_id", "hours").iter_rows()) == {"p": 0, "c": 10, "d": 0, "e": 2}


def test_a_book_says_what_makes_its_load() -> None:
    rows = [
        *many(3, segment="SMB"),
        account("big", segment="Enterprise", health="red"),
        account("odd", segment="Odd"),
        account("bare"),
    ]
    told = load(rows)
    assert told.hours == Decimal(29)
    assert told.segments == (
        SegmentLoad("Enterprise", 1, Decimal(10), guessed=False),
        SegmentLoad("SMB", 3, Decimal(6), guessed=False),
        SegmentLoad(None, 1, Decimal(4), guessed=True),
        SegmentLoad("Odd", 1, Decimal(4), guessed=True),
    )
    assert told.extras == (Extra("at_risk", 1, Decimal(5)),)
    assert (told.guessed, told.fits) == (2, False)


def test_utilisation_is_load_by_capacity() -> None:
    assert load(many(32, segment="Mid-Market")).utilisation == 1
    assert load(many(35, segment="Mid-Market")).utilisation == Decimal("1.0938")
    assert load(many(32, segment="Mid-Market")).free == 0


@pytest.mark.parametrize(("accounts", "fits"), [(64, True), (65, False)])
def test_a_book_fits_up_to_its_last_hour(accounts: int, fits: bool) -> None:  # noqa: FBT001 - a row of the table
    assert load(many(accounts, segment="SMB")).fits is fits


def test_without_capacity_there_is_no_utilisation() -> None:
    away: dict[str, Any] = {
        "team": {"members": {"dana@acme.test": {"leave": [{"from": TODAY.isoformat(), "to": "2027-12-31"}]}}}
    }
    told = load(many(2), **away)
    assert (told.hours, told.utilisation, told.free) == (Decimal(8), None, Decimal(-8))


def test_the_load_of_a_pool_of_unknown_size_is_known_and_its_utilisation_is_not() -> None:
    pool = Owner("P1", "CS Pool", kind=OwnerKind.POOL)
    company = Nights(settings()).walk(pull_of(many(3, "P1"), (*TEAM, pool))).company()
    told = company.workload.of(company.books.books[0])
    assert (told.hours, told.utilisation, told.free, told.fits) == (Decimal(12), None, None, False)


class TestNewAccounts:
    def test_it_is_the_mean_of_those_won_in_the_last_year(self) -> None:
        rows = [
            account("a", segment="SMB", customer_since=TODAY, lifecycle="onboarding"),
            account("b", segment="SMB", customer_since=TODAY - timedelta(days=365)),
            account("c", segment="SMB", customer_since=TODAY - timedelta(days=366), health="red"),
            account("d", segment="Enterprise", customer_since=TODAY),
        ]
        assert workload(rows).new_account_hours("SMB") == Decimal("2.3")

    def test_where_none_was_won_lately_it_is_the_mean_of_all(self) -> None:
        rows = [account("a", segment="SMB", health="red"), account("b", segment="SMB")]
        assert workload(rows).new_account_hours("SMB") == Decimal("2.5")

    def test_of_a_segment_without_accounts_it_is_what_the_setting_says(self) -> None:
        assert [workload([account("a")]).new_account_hours(name) for name in ("Enterprise", "Odd", None)] == [10, 4, 4]


TIMES = st.decimals("0.1", "3", places=3)


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([None, "SMB", "Mid-Market", "Enterprise", "digital", "Odd"]),
            st.sampled_from([None, "Platform", "Lite"]),
            st.sampled_from([None, "onboarding", "live"]),
            st.sampled_from([None, "red", "green"]),
            st.none() | st.integers(-10, 200),
        ),
        max_size=30,
    ),
    complexity=TIMES,
    times=TIMES,
)
def test_the_parts_always_add_up_to_the_hours_to_the_last_digit(
    rows: list[tuple[Any, ...]], complexity: Decimal, times: Decimal
) -> None:
    table = pl.DataFrame(
        [
            {
                "account_id": str(place), "unit_id": str(place), "book_id": "U1", "segment": segment,
                "product": product, "lifecycle": lifecycle, "health": health,
                "renewal_on": None if days is None else TODAY + timedelta(days=days),
            }
            for place, (segment, product, lifecycle, health, days) in enumerate(rows)
        ],
        schema=SNAPSHOT,
    )  # fmt: skip
    effort = Effort(Capacity.model_validate({"modifiers": {"onboarding": {"times": times}}}), {"Platform": complexity})
    worked = effort.hours(table, date(2026, 11, 22))
    hours = worked.accounts.join(worked.cases, on="case", how="left", maintain_order="left")
    assert hours["account_id"].to_list() == table["account_id"].to_list()
    assert hours.select(pl.sum_horizontal(effort.parts)).to_series().to_list() == hours["hours"].to_list()
    for row, (segment, product, lifecycle, health, days) in zip(hours.iter_rows(named=True), rows, strict=True):
        by_hand = {"SMB": 2, "Mid-Market": 4, "Enterprise": 10, "digital": Decimal("0.5")}.get(segment, 4)
        exact = Decimal(str(by_hand))
        exact *= complexity if product == "Platform" else 1
        exact *= times if lifecycle == "onboarding" else 1
        exact *= Decimal("1.5") if health == "red" else 1
        exact *= Decimal("1.25") if days is not None and 0 <= days <= 90 else 1
        assert abs(row["hours"] - exact) <= Decimal("0.00005")
