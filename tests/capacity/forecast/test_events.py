"""Who came and who went: from history where there is enough of it, else by the dates on today's records."""

from __future__ import annotations

from datetime import timedelta

from cssync.capacity.forecast.events import Events, events_of
from tests.nights import TODAY, Nights, account, pull_of


def who(events: Events) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(who came, who left), each with the book."""
    came, left = (set(rows.select("account_id", "book_id").rows()) for rows in (events.arrivals, events.losses))
    return came, left


def test_with_a_long_history_wins_and_losses_are_counted_and_reassignments_are_not() -> None:
    nights = Nights()
    start = TODAY - timedelta(days=120)
    base = [account("stays"), account("lost"), account("handed", "U2")]
    nights.walk(pull_of(base), start)
    grown = [*base, account("won-1"), account("won-2")]
    nights.walk(pull_of(grown), start + timedelta(days=30))
    moved = [account("handed", "U1") if row["account_id"] == "handed" else row for row in grown]
    nights.walk(pull_of([row for row in moved if row["account_id"] != "lost"]), start + timedelta(days=60))
    events = events_of(nights.walk(pull_of([row for row in moved if row["account_id"] != "lost"])).history)
    assert who(events) == ({("won-1", "U1"), ("won-2", "U1")}, {("lost", "U1")})
    assert set(events.arrivals["day"]) == {start + timedelta(days=30)}
    assert set(events.losses["day"]) == {start + timedelta(days=60)}
    assert (events.since, events.observed) == (start, True)


def test_a_change_of_arr_is_neither_won_nor_lost() -> None:
    nights = Nights()
    start = TODAY - timedelta(days=120)
    for day, amount in ((start, 100), (start + timedelta(days=50), 200), (TODAY, 300)):
        night = nights.walk(pull_of([account("a", "U1", amount)]), day)
    assert who(events_of(night.history)) == (set(), set())


def test_with_a_short_history_the_dates_on_todays_records_stand_in() -> None:
    rows = [
        account("new", customer_since=TODAY - timedelta(days=364)),
        account("old", customer_since=TODAY - timedelta(days=365)),
        account("undated"),
        account("later", customer_since=TODAY + timedelta(days=1)),
        account("gone", churned_on=TODAY - timedelta(days=10)),
    ]
    events = events_of(Nights().walk(pull_of(rows)).history)
    assert who(events) == ({("new", "U1")}, {("gone", "U1")})
    assert (events.since, events.observed) == (TODAY - timedelta(days=365), False)


def test_whom_nobody_looked_after_at_first_came_to_the_csm_who_was_given_it_within_a_month() -> None:
    nights = Nights()
    start = TODAY - timedelta(days=120)
    there = account("there")
    nights.walk(pull_of([there]), start)
    nights.walk(pull_of([there, account("soon", None), account("late", None)]), start + timedelta(days=20))
    nights.walk(pull_of([there, account("soon"), account("late", None)]), start + timedelta(days=50))
    events = events_of(nights.walk(pull_of([there, account("soon"), account("late")])).history)
    assert who(events) == ({("soon", "U1"), ("late", "unassigned")}, set())
