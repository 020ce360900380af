"""Records of single fields become one account of who owned what, day by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from connectors.canonical.past import STATES, owned
from cssync.model.tables import ACCOUNTS, OWNERSHIP

TODAY = date(2026, 11, 22)
JAN, MAR, MAY, OCT = date(2026, 1, 10), date(2026, 3, 3), date(2026, 5, 20), date(2026, 10, 1)


def account(
    account_id: str = "a", csm: str | None = "U1", amount: str | None = "100.00", **more: Any
) -> dict[str, Any]:
    exact = None if amount is None else Decimal(amount)
    return {"account_id": account_id, "csm_ref": csm, "amount": exact, "created_on": date(2020, 1, 1), **more}


def past(
    accounts: list[dict[str, Any]], since: dict[str, date], **changes: list[tuple[str, date | None, str | None]]
) -> list[tuple[Any, ...]]:
    states = {fact: pl.DataFrame(changes.get(fact, []), schema=STATES, orient="row") for fact in since}
    found = owned(states, pl.DataFrame(accounts, schema=ACCOUNTS), since, TODAY).table
    assert found.schema == OWNERSHIP
    columns = ("account_id", "csm_ref", "amount", "lifecycle", "valid_from", "valid_to")
    return found.select(columns).sort("account_id", "valid_from").rows()


def test_each_change_of_owner_begins_a_row_and_the_last_one_stays_open() -> None:
    told = past([account(csm="U3")], {"csm": JAN}, csm=[("a", None, "U1"), ("a", MAR, None), ("a", MAY, "U3")])
    assert told == [
        ("a", "U1", None, None, JAN, MAR),
        ("a", None, None, None, MAR, MAY),
        ("a", "U3", None, None, MAY, None),
    ]


def test_an_account_that_nothing_is_recorded_of_never_changed() -> None:
    since = {"csm": JAN, "arr": JAN, "lifecycle": JAN}
    assert past([account(lifecycle="live")], since) == [("a", "U1", Decimal("100.00"), "live", JAN, None)]


def test_an_account_begins_on_the_day_of_its_creation() -> None:
    assert past([account(created_on=MAY)], {"csm": JAN}) == [("a", "U1", None, None, MAY, None)]


def test_an_account_that_changed_before_it_was_created_begins_with_that_change() -> None:
    told = past([account(created_on=OCT)], {"csm": JAN}, csm=[("a", None, "U2"), ("a", MAY, "U1")])
    assert told == [("a", "U1", None, None, MAY, None)]


def test_without_a_day_of_creation_an_account_was_always_there() -> None:
    told = past([account(created_on=None)], {"csm": JAN}, csm=[("a", None, "U2"), ("a", MAY, "U1")])
    assert told == [("a", "U2", None, None, JAN, MAY), ("a", "U1", None, None, MAY, None)]


def test_owner_and_arr_change_on_days_of_their_own() -> None:
    told = past(
        [account(csm="U2", amount="300.00")],
        {"csm": JAN, "arr": JAN},
        csm=[("a", None, "U1"), ("a", MAY, "U2")],
        arr=[("a", None, "100.0"), ("a", MAR, "2e2"), ("a", OCT, "300")],
    )
    assert told == [
        ("a", "U1", Decimal("100.00"), None, JAN, MAR),
        ("a", "U1", Decimal("200.00"), None, MAR, MAY),
        ("a", "U2", Decimal("200.00"), None, MAY, OCT),
        ("a", "U2", Decimal("300.00"), None, OCT, None),
    ]


def test_arr_is_unknown_before_it_was_tracked_and_known_to_be_none_where_it_was_blank() -> None:
    since = {"csm": JAN, "arr": MAR}
    states = {
        "csm": pl.DataFrame(schema=STATES),
        "arr": pl.DataFrame([("a", None, "7"), ("a", MAY, None), ("a", OCT, "100")], schema=STATES, orient="row"),
    }
    found = owned(states, pl.DataFrame([account()], schema=ACCOUNTS), since, TODAY).table
    assert found.select("valid_from", "amount", "amount_known").rows() == [
        (JAN, None, False),
        (MAR, Decimal("7.00"), True),
        (MAY, None, True),
        (OCT, Decimal("100.00"), True),
    ]


def test_what_is_recorded_from_before_the_tracking_changes_nothing() -> None:
    told = past([account()], {"csm": MAY}, csm=[("a", None, "U8"), ("a", JAN, "U9"), ("a", MAR, "U1")])
    assert told == [("a", "U1", None, None, MAY, None)]


def test_an_amount_that_cannot_be_read_is_none() -> None:
    told = past([account()], {"csm": JAN, "arr": JAN}, arr=[("a", None, "n/a"), ("a", MAY, "100")])
    assert told == [("a", "U1", None, None, JAN, MAY), ("a", "U1", Decimal("100.00"), None, MAY, None)]


def test_of_how_many_accounts_amounts_could_not_be_read_is_told() -> None:
    amounts = [("a", None, "n/a"), ("a", MAR, "soon"), ("a", MAY, "100"), ("b", None, "7"), ("b", MAY, None)]
    states = {
        "csm": pl.DataFrame(schema=STATES),
        "arr": pl.DataFrame(amounts, schema=STATES, orient="row"),
    }
    accounts = pl.DataFrame([account(), account("b")], schema=ACCOUNTS)
    assert owned(states, accounts, {"csm": JAN, "arr": JAN}, TODAY).notes == (
        "Past amounts of 1 account could not be read: for so long their ARR is unknown.",
    )


def test_where_owners_were_never_tracked_there_is_no_past() -> None:
    assert past([account()], {"arr": JAN}) == []
