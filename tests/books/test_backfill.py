"""The CRM's own history of ownership becomes spells like those of nightly snapshots."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cssync.model.money import ExchangeRates
from tests.nights import TODAY, Night, Nights, Row, account, pull_of, remembered

JAN, MAY, OCT = date(2026, 1, 10), date(2026, 5, 20), date(2026, 10, 1)


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
