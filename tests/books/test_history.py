"""Since when a book is over its limit, and how fast customers come and go."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cssync.books.history import Flow
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


def test_with_a_long_history_wins_and_losses_are_counted_and_reassignments_are_not() -> None:
    nights = Nights()
    start = TODAY - timedelta(days=120)
    base = [account("stays"), account("lost"), account("handed", "U2")]
    nights.walk(pull_of(base), start)
    grown = [*base, account("won-1"), account("won-2")]
    nights.walk(pull_of(grown), start + timedelta(days=30))
    moved = [account("handed", "U1") if row["account_id"] == "handed" else row for row in grown]
    nights.walk(pull_of([row for row in moved if row["account_id"] != "lost"]), start + timedelta(days=60))
    flows = nights.walk(pull_of([row for row in moved if row["account_id"] != "lost"])).history.flows()
    assert flows.by_book == {"U1": Flow(won=2, churned=1)}
    assert (flows.days, flows.observed) == (120, True)


def test_a_change_of_arr_is_neither_won_nor_lost() -> None:
    nights = Nights()
    start = TODAY - timedelta(days=120)
    for day, amount in ((start, 100), (start + timedelta(days=50), 200), (TODAY, 300)):
        night = nights.walk(pull_of([account("a", "U1", amount)]), day)
    assert night.history.flows().by_book == {}


def test_with_a_short_history_the_dates_on_todays_records_stand_in() -> None:
    rows = [
        account("new", customer_since=TODAY - timedelta(days=364)),
        account("old", customer_since=TODAY - timedelta(days=365)),
        account("undated"),
        account("later", customer_since=TODAY + timedelta(days=1)),
        account("gone", churned_on=TODAY - timedelta(days=10)),
    ]
    flows = Nights().walk(pull_of(rows)).history.flows()
    assert flows.by_book == {"U1": Flow(won=1, churned=1)}
    assert (flows.days, flows.observed) == (365, False)
