"""The CRM's own history of ownership becomes spells like those of nightly snapshots."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cssync.capacity.forecast.events import events_of
from cssync.model.finding import Unit
from cssync.model.money import ExchangeRates
from cssync.model.story import flattened
from rules.engine import evaluate
from rules.evidence import about
from tests.nights import TODAY, Night, Nights, Row, account, many, pull_of, remembered, settings

JAN, MAY, OCT, NOV = date(2026, 1, 10), date(2026, 5, 20), date(2026, 10, 1), date(2026, 11, 10)


def owned(account_id: str, csm: str | None, valid_from: date, valid_to: date | None = None, **more: Any) -> Row:
    return {"account_id": account_id, "csm_ref": csm, "valid_from": valid_from, "valid_to": valid_to, **more}


def first_night(rows: list[Row], ownership: list[Row]) -> Night:
    return Nights().walk(pull_of(rows, rates=ExchangeRates("USD", {"EUR": Decimal(2)})), history=remembered(ownership))


def spells(night: Night) -> list[tuple[object, ...]]:
    columns = ("account_id", "book_id", "arr", "valid_from", "valid_to")
    return night.timeline.spells.select(columns).sort("account_id", "valid_from").rows()


def test_past_owners_become_spells_and_today_continues_the_last_one() -> None:
    night = first_night([account("a", "U1", 100)], [owned("a", "sam@acme.test", JAN, MAY), owned("a", "U1", MAY)])
    assert spells(night) == [("a", "U2", Decimal(100), JAN, MAY), ("a", "U1", Decimal(100), MAY, None)]
    assert night.timeline.history_since == JAN


def test_known_amounts_of_the_past_are_converted_and_unknown_ones_taken_as_today() -> None:
    past = [owned("a", "U1", JAN, MAY, amount=Decimal(30), currency="EUR"), owned("a", "U1", MAY, OCT)]
    night = first_night([account("a", "U1", 100)], past)
    assert spells(night) == [
        ("a", "U1", Decimal(60), JAN, MAY),
        ("a", "U1", Decimal(100), MAY, OCT),
        ("a", "U1", Decimal(100), TODAY, None),
    ]


def test_where_history_and_today_disagree_the_change_is_todays() -> None:
    night = first_night([account("a", "U3")], [owned("a", "U1", JAN)])
    assert [(book, begins, ends) for _, book, _, begins, ends in spells(night)] == [
        ("U1", JAN, TODAY),
        ("U3", TODAY, None),
    ]


def test_overlapping_rows_end_where_the_next_begins_and_the_future_is_cut_off() -> None:
    past = [owned("a", "U2", JAN, OCT), owned("a", "U1", MAY, date(2027, 1, 1)), owned("a", "U3", date(2027, 1, 1))]
    night = first_night([account("a", "U1")], past)
    assert [(book, begins, ends) for _, book, _, begins, ends in spells(night)] == [
        ("U2", JAN, MAY),
        ("U1", MAY, None),
    ]


def test_an_account_without_history_is_unchanged_since_it_began_but_not_from_before_the_history() -> None:
    rows = [
        account("a", "U1"),
        account("old", "U1", customer_since=date(2019, 1, 1)),
        account("new", "U1", customer_since=OCT, created_on=JAN),
        account("undated", "U1"),
    ]
    night = first_night(rows, [owned("a", "U1", JAN)])
    assert {id_: begins for id_, _, _, begins, _ in spells(night)} == {
        "a": JAN,
        "old": JAN,
        "new": OCT,
        "undated": JAN,
    }


def test_history_of_accounts_that_are_no_more_is_left_out() -> None:
    night = first_night([account("a", "U1")], [owned("ghost", "U1", JAN), owned("a", "U1", MAY)])
    assert [id_ for id_, *_ in spells(night)] == ["a"]


def test_changes_of_the_past_month_are_known_on_the_very_first_night() -> None:
    night = first_night(
        [account("a", "U1"), account("b", "U1")],
        [owned("a", "U1", JAN), owned("b", "U2", JAN, date(2026, 11, 10)), owned("b", "U1", date(2026, 11, 10))],
    )
    month = next(change for change in night.book("U1").tally.changes if change.days == 30)
    assert (month.before.accounts, month.reassigned_in.accounts, night.book("U1").accounts) == (1, 1, 2)


def states(night: Night, *columns: str) -> list[tuple[object, ...]]:
    return night.timeline.spells.select(columns).sort("account_id", "valid_from").rows()


CUSTOMERS = ("account_id", "is_customer", "valid_from", "valid_to")


def test_whether_it_was_a_customer_is_decided_by_the_values_of_the_day() -> None:
    past = [
        owned("a", "U1", JAN, MAY, amount=Decimal(0)),
        owned("a", "U1", MAY, OCT, amount_known=True),
        owned("a", "U1", OCT, amount=Decimal(1000)),
    ]
    night = first_night([account("a", "U1", 1000, customer_since=JAN)], past)
    assert states(night, "account_id", "arr", "is_customer", "valid_from", "valid_to") == [
        ("a", Decimal(0), False, JAN, MAY),
        ("a", None, False, MAY, OCT),
        ("a", Decimal(1000), True, OCT, None),
    ]


def test_an_account_that_has_churned_was_a_customer_up_to_that_day() -> None:
    night = first_night([account("a", "U1", 1000, churned_on=OCT), account("b", "U1")], [owned("b", "U1", JAN)])
    assert states(night, *CUSTOMERS)[:2] == [("a", True, JAN, OCT), ("a", False, OCT, None)]


def test_a_churn_that_is_still_to_come_ends_nothing() -> None:
    night = first_night([account("a", "U1", churned_on=date(2026, 12, 24))], [owned("a", "U1", JAN)])
    assert states(night, *CUSTOMERS) == [("a", True, JAN, None)]


def test_without_a_recorded_arr_nobody_was_a_customer_before_becoming_one() -> None:
    rows = [account("a", "U1", customer_since=OCT, created_on=MAY)]
    assert states(first_night(rows, [owned("a", "U1", MAY)]), *CUSTOMERS) == [("a", True, OCT, None)]
    # Recorded amounts know better than a date that someone has typed.
    told = first_night(rows, [owned("a", "U1", MAY, amount=Decimal(1000))])
    assert states(told, *CUSTOMERS) == [("a", True, MAY, None)]


def test_what_the_history_itself_calls_a_customer_is_one() -> None:
    past = [
        owned("a", "U1", JAN, MAY, is_customer=False),
        owned("a", "U1", MAY, OCT, is_customer=True, amount=Decimal(0)),
    ]
    night = first_night([account("a", "U1", 1000)], past)
    assert [row[1:3] for row in states(night, *CUSTOMERS)] == [(False, JAN), (True, MAY), (True, TODAY)]


def test_a_condition_on_the_lifecycle_asks_for_that_of_the_day() -> None:
    nights = Nights(settings(customers={"where": "lifecycle = 'live'"}))
    past = [owned("a", "U1", JAN, MAY, lifecycle="trial"), owned("a", "U1", MAY, lifecycle="live")]
    night = nights.walk(pull_of([account("a", "U1", lifecycle="live")]), history=remembered(past))
    assert states(night, *CUSTOMERS) == [("a", False, JAN, MAY), ("a", True, MAY, None)]


def test_a_blank_lifecycle_that_is_known_is_none_and_an_unknown_one_todays() -> None:
    past = [owned("a", "U1", JAN, MAY), owned("a", "U1", MAY, OCT, lifecycle_known=True), owned("a", "U1", OCT)]
    night = first_night([account("a", "U1", lifecycle="live")], past)
    assert [row[1:3] for row in states(night, "account_id", "lifecycle", "valid_from")] == [
        ("live", JAN),
        (None, MAY),
        ("live", OCT),
    ]


def test_before_owners_are_known_there_are_no_books() -> None:
    past = [owned("a", "U2", JAN, OCT), owned("a", "U1", OCT)]
    night = Nights().walk(pull_of([account("a", "U1")]), history=remembered(past, csm=MAY, arr=JAN))
    assert [(book, begins, ends) for _, book, _, begins, ends in spells(night)] == [
        ("U2", MAY, OCT),
        ("U1", OCT, None),
    ]
    nothing = Nights().walk(pull_of([account("a", "U1")]), history=remembered(past, arr=JAN))
    assert nothing.timeline.history_since == TODAY


def test_rows_that_say_the_same_become_one_spell() -> None:
    past = [owned("a", "U1", JAN, MAY), owned("a", "dana@acme.test", MAY, OCT), owned("a", "U1", OCT)]
    assert [row[3:] for row in spells(first_night([account("a", "U1")], past))] == [(JAN, None)]


def test_a_history_that_comes_later_is_laid_before_the_nights_there_were() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1"), account("gone", "U1")]), OCT)
    past = [owned("a", "U2", JAN, MAY), owned("a", "U1", MAY, date(2026, 10, 20)), owned("a", "U3", date(2026, 10, 20))]
    night = nights.walk(pull_of([account("a", "U1")]), history=remembered(past))
    assert spells(night) == [
        ("a", "U2", Decimal(1000), JAN, MAY),
        ("a", "U1", Decimal(1000), MAY, OCT),
        ("a", "U1", Decimal(1000), OCT, None),
        ("gone", "U1", Decimal(1000), OCT, TODAY),
    ]
    assert (night.timeline.history_since, nights.past.history_tracked) == (
        JAN,
        {**dict.fromkeys(("arr", "lifecycle", "customers"), OCT), "csm": JAN},
    )


def test_a_history_that_is_taken_again_replaces_the_one_before() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1")]), OCT, history=remembered([owned("a", "U1", MAY)]))
    assert nights.past.history_since == MAY
    again = remembered([owned("a", "U2", JAN, MAY), owned("a", "U1", MAY)])
    night = nights.walk(pull_of([account("a", "U1")]), history=again)
    assert [(book, begins, ends) for _, book, _, begins, ends in spells(night)] == [
        ("U2", JAN, MAY),
        ("U1", MAY, OCT),
        ("U1", OCT, None),
    ]
    assert night.changes.opened.is_empty()


def test_a_customer_handed_over_before_the_first_night_is_not_won_on_it() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1")]), OCT)
    past = [owned("a", "U2", JAN, MAY), owned("a", "U1", MAY)]
    night = nights.walk(pull_of([account("a", "U1")]), history=remembered(past, csm=JAN, arr=JAN))
    events = events_of(night.history)
    assert (events.observed, events.arrivals.height, events.losses.height) == (True, 0, 0)


def test_a_second_night_of_the_day_on_which_history_came_goes_on_with_its_spells() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1")]))
    night = nights.walk(pull_of([account("a", "U1")]), history=remembered([owned("a", "U1", JAN)]))
    assert spells(night) == [("a", "U1", Decimal(1000), JAN, None)]


def over(unit: Unit, limit: int, **since: date) -> date | None:
    """Two customers of 1000 since JAN, a third since OCT."""
    past = [owned(id_, "U1", begun) for id_, begun in (("a", JAN), ("b", JAN), ("c", OCT))]
    night = Nights().walk(pull_of([account(id_, "U1") for id_ in "abc"]), history=remembered(past, **since))
    return night.history.over_since("U1", unit, Decimal(limit))


def test_since_when_a_book_is_over_its_arr_is_not_told_from_before_arr_was_recorded() -> None:
    assert over(Unit.ACCOUNTS, 2, csm=JAN) == OCT
    assert over(Unit.MONEY, 2000, csm=JAN, arr=JAN) == OCT
    assert over(Unit.MONEY, 2000, csm=JAN, arr=OCT) is None
    assert over(Unit.MONEY, 2000, csm=JAN) is None


def test_a_change_of_arr_is_told_only_from_when_it_was_recorded() -> None:
    past = [owned("a", "U1", JAN), owned("b", "U2", JAN, NOV), owned("b", "U1", NOV)]
    night = Nights().walk(pull_of([account("a", "U1"), account("b", "U1")]), history=remembered(past, csm=JAN, arr=NOV))
    known = {change.days: change.arr_known for change in night.book("U1").tally.changes}
    assert known == {1: True, 7: True, 30: False, 90: False}
    (month,) = (change for change in night.book("U1").tally.changes if change.days == 30)
    assert (month.before.accounts, month.reassigned_in.accounts) == (1, 1)
    told = flattened(about(night.context(), night.book("U1")))
    assert "Since 23 Oct 2026: +1 customer (1 taken over); the ARR of that day is not known." in told


def test_the_trend_says_from_which_day_what_it_rests_on_is_known() -> None:
    rows = many(73, "U1", 10, customer_since=date(2026, 8, 1))
    past = [owned(str(row["account_id"]), "U1", MAY if place < 40 else OCT) for place, row in enumerate(rows)]
    night = Nights().walk(pull_of(rows), history=remembered(past, csm=MAY, arr=OCT))
    (finding,) = (each for each in evaluate(night.context()) if each.rule == "trending_to_ceiling")
    assert (
        "Owners are known from 20 May 2026, who was a customer and ARR from 1 Oct 2026, lifecycles from tonight."
    ) in flattened(finding.story)


def test_wins_and_losses_are_counted_only_where_it_is_known_who_was_a_customer() -> None:
    past = [owned("a", "U1", JAN, MAY), owned("a", "U1", MAY)]
    rows = [account("a", "U1")]
    assert not events_of(Nights().walk(pull_of(rows), history=remembered(past, csm=JAN)).history).observed
    assert not events_of(Nights().walk(pull_of(rows), history=remembered(past, csm=JAN, arr=NOV)).history).observed
    assert events_of(Nights().walk(pull_of(rows), history=remembered(past, csm=JAN, arr=MAY)).history).since == MAY
    by_stage = Nights(settings(customers={"where": "lifecycle = 'live'"}))
    assert events_of(by_stage.walk(pull_of(rows), history=remembered(past, csm=JAN, lifecycle=JAN)).history).observed
    said = [owned("a", "U1", JAN, MAY, is_customer=False), owned("a", "U1", MAY, is_customer=True)]
    events = events_of(Nights().walk(pull_of(rows), history=remembered(said, csm=JAN)).history)
    assert (events.since, events.arrivals.select("book_id", "day").rows()) == (JAN, [("U1", MAY)])
    assert events.losses.is_empty()
