"""Who left books that were within their limits, and how many could have: day by day, counted by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cssync.capacity.healthy_churn import Churn, churn_within_limits
from tests.nights import TODAY, Night, Nights, account, pull_of, remembered, settings


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def row(account_id: str, csm: str, since: int, until: int | None = None, **more: Any) -> Mapping[str, Any]:
    """Held by *csm* from the day *since* days ago up to *until* days ago, as the CRM's history has it."""
    ends = None if until is None else ago(until)
    return {"account_id": account_id, "csm_ref": csm, "valid_from": ago(since), "valid_to": ends,
            "is_customer": True, **more}  # fmt: skip


def night(history: Iterable[Mapping[str, Any]], **sections: Any) -> Night:
    """One night after what *history* tells; whoever is held by someone at its end is a customer today."""
    rows = list(history)
    today = {one["account_id"]: one for one in rows}
    accounts = [account(id_, one["csm_ref"], 1000, churned_on=one["valid_to"] or None) for id_, one in today.items()]
    closed = [
        {**one, "valid_from": one["valid_to"], "valid_to": None, "is_customer": False}
        for one in today.values()
        if one["valid_to"]
    ]
    return Nights(settings(**sections)).walk(pull_of(accounts), TODAY, remembered([*rows, *closed], csm=ago(600)))


def churn(of: Night) -> tuple[Churn, Churn]:
    return churn_within_limits(of.company())


def test_who_left_in_the_last_quarter_and_what_could_have() -> None:
    """Ten customers; three left in the quarter, after 50, 40 and 30 of its 91 days."""
    stay = [row(f"s{n}", "U1", 600) for n in range(7)]
    recent, before = churn(night([*stay, *(row(f"l{days}", "U1", 600, days) for days in (40, 50, 60))]))
    assert (recent.since, recent.until, before.since, before.until) == (ago(91), TODAY, ago(456), ago(91))
    assert recent.lost.rows() == [
        ("l60", "U1", ago(60), Decimal("1000.00")),
        ("l50", "U1", ago(50), Decimal("1000.00")),
        ("l40", "U1", ago(40), Decimal("1000.00")),
    ]
    assert recent.customer_days == 7 * 91 + 50 + 40 + 30
    assert recent.arr_days == Decimal(1000) * recent.customer_days
    assert (before.customers, before.customer_days) == (0, 10 * 365)
    assert (round(recent.a_year, 4), before.a_year) == (round(3 * 365 / 757, 4), 0.0)


def test_a_customer_who_changes_hands_has_not_left() -> None:
    moved = [row("m", "U1", 600, 30), row("m", "U3", 30)]
    recent, _ = churn(night([row("a", "U1", 600), *moved]))
    assert (recent.customers, recent.customer_days) == (0, 2 * 91)


def test_books_over_a_limit_are_no_healthy_ones() -> None:
    """Three customers under a limit of two: over it until one has left, 20 days ago; that loss is no surprise."""
    held = [row("a", "U1", 600), row("b", "U1", 600), row("c", "U1", 600, 20), row("d", "U3", 600, 10)]
    recent, before = churn(night(held, limits={"accounts": 2}))
    assert recent.lost["account_id"].to_list() == ["d"]
    assert (recent.customer_days, before.customer_days) == (2 * 21 + 80, 365)


def test_a_book_over_its_arr_is_none_either() -> None:
    held = [row("a", "U1", 600), row("b", "U1", 600, 20)]
    recent, _ = churn(night(held, limits={"arr": 1500}))
    assert (recent.customers, recent.customer_days) == (0, 21)


def test_what_is_known_begins_with_the_history() -> None:
    accounts = [account("a", "U1")]
    short = Nights().walk(pull_of(accounts), TODAY, remembered([row("a", "U1", 120)], csm=ago(120)))
    recent, before = churn(short)
    assert (recent.since, before.since, before.until) == (ago(91), ago(120), ago(91))
    assert (recent.customer_days, before.customer_days) == (91, 29)


def test_accounts_of_one_group_leave_as_one_customer() -> None:
    accounts = [account("p", "U1"), account("q", "U1", 5000, parent_id="p", churned_on=ago(10)), account("z", "U1")]
    accounts[0] = {**accounts[0], "churned_on": ago(10)}
    history = [row("p", "U1", 600, 10), row("q", "U1", 600, 10, amount=Decimal(5000)), row("z", "U1", 600)]
    gone = [{**one, "valid_from": ago(10), "valid_to": None, "is_customer": False} for one in history[:2]]
    by_group = Nights(settings(customers={"count_by": "ultimate_parent"}))
    recent, _ = churn(by_group.walk(pull_of(accounts), TODAY, remembered([*history, *gone], csm=ago(600))))
    assert recent.lost.rows() == [("q", "U1", ago(10), Decimal("6000.00"))]
    assert recent.customer_days == 91 + 80


_SPELL = st.tuples(st.sampled_from(["U1", "U2", "U3"]), st.integers(1, 120), st.booleans())


@given(st.lists(st.lists(_SPELL, min_size=1, max_size=3), min_size=1, max_size=8))
@examples(max_examples=15, deadline=None)
def test_the_sums_are_those_of_counting_day_by_day(lives: list[list[tuple[str, int, bool]]]) -> None:
    """Each account: so many days with each CSM, one after the other; at last it stays, or leaves."""
    history: list[Mapping[str, Any]] = []
    for number, life in enumerate(lives):
        at, last = 600, len(life) - 1
        for place, (csm, days, stays) in enumerate(life):
            until = None if place == last and stays else at - days
            history.append(row(f"a{number}", csm, at, until))
            at -= days
    walked = night(history, limits={"accounts": 2})
    recent, before = churn(walked)
    for one in (recent, before):
        assert (one.customer_days, one.customers) == _counted(history, one)


def _counted(history: Iterable[Mapping[str, Any]], window: Churn) -> tuple[int, int]:
    days = customers = 0
    measured = {"U1", "U2", "U3"}
    held = list(history)
    for number in range(1, (window.until - window.since).days + 1):
        day = window.since + timedelta(days=number)
        today, yesterday = _books(held, day), _books(held, day - timedelta(days=1))
        days += sum(len(ids) for csm, ids in today.items() if csm in measured and len(ids) <= 2)
        there = {id_ for ids in today.values() for id_ in ids}
        customers += sum(len(ids - there) for csm, ids in yesterday.items() if csm in measured and len(ids) <= 2)
    return days, customers


def _books(held: Iterable[Mapping[str, Any]], day: date) -> dict[str, set[str]]:
    books: dict[str, set[str]] = {}
    for one in held:
        if one["valid_from"] <= day and (one["valid_to"] is None or day < one["valid_to"]):
            books.setdefault(one["csm_ref"], set()).add(one["account_id"])
    return books
