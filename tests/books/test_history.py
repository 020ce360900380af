"""Since when a book is over its limit, and how fast customers come and go."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cssync.model.finding import Unit
from tests.nights import TODAY, Nights, account, many, pull_of, settings

DAYS = [TODAY - timedelta(days=n) for n in (20, 15, 10, 5, 0)]


def walked(*counts: int, nights: Nights | None = None) -> Nights:
    nights = nights or Nights()
    for day, number in zip(DAYS, counts, strict=True):
        nights.walk(pull_of(many(number, "U1", 100)), day)
    return nights


def over(counts: tuple[int, ...], limit: int, unit: Unit = Unit.ACCOUNTS) -> date | None:
    nights = walked(*counts)
    return nights.walk(pull_of(many(counts[-1], "U1", 100))).history.over_since("U1", unit, Decimal(limit))


def test_the_stretch_over_the_limit_begins_after_the_last_day_at_or_under_it() -> None:
    assert over((1, 3, 2, 3, 4), limit=2) == DAYS[3]


def test_a_stretch_that_reaches_back_to_the_first_known_day_has_no_known_start() -> None:
    assert over((3, 3, 4, 3, 4), limit=2) is None


def test_arr_has_its_own_stretch() -> None:
    assert over((1, 2, 3, 4, 5), limit=300, unit=Unit.MONEY) == DAYS[3]


def test_a_handover_is_part_of_the_story_of_a_book() -> None:
    nights = Nights()
    nights.walk(pull_of([*many(2, "U1"), account("x", "U2")]), DAYS[0])
    nights.walk(pull_of([*many(2, "U1"), account("x", "U1")]), DAYS[2])
    night = nights.walk(pull_of([*many(2, "U1"), account("x", "U1")]))
    assert night.history.over_since("U1", Unit.ACCOUNTS, Decimal(2)) == DAYS[2]


def test_in_groups_a_second_account_of_a_group_takes_nobody_over_a_limit() -> None:
    nights = Nights(settings(customers={"count_by": "ultimate_parent"}))
    nights.walk(pull_of([account("p"), account("q")]), DAYS[0])
    nights.walk(pull_of([account("p"), account("q"), account("c", parent_id="p")]), DAYS[1])
    night = nights.walk(pull_of([account("p"), account("q"), account("c", parent_id="p"), account("r")]))
    assert night.history.over_since("U1", Unit.ACCOUNTS, Decimal(2)) == TODAY


def test_customers_of_an_unknown_book_are_none() -> None:
    assert Nights().walk(pull_of([account("a")])).history.customers("nobody").is_empty()
