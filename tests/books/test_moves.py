"""Which customers came into a book and left it, when, and from or to whom: written out by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from cssync.books.moves import MoveKind
from tests.nights import TODAY, Night, Nights, Row, account, many, pull_of, remembered, settings

WON, TAKEN, HANDED, CHURNED = MoveKind.WON, MoveKind.TAKEN_OVER, MoveKind.HANDED_OVER, MoveKind.CHURNED
LONG_AGO = TODAY - timedelta(days=100)
STAYS = account("stays")


def days_ago(number: int) -> date:
    return TODAY - timedelta(days=number)


def walked(*mornings: tuple[int, list[Row]], nights: Nights | None = None) -> Night:
    """Nights of so many days ago, and their accounts; the last one is returned."""
    nights = nights or Nights()
    for ago, rows in mornings:
        night = nights.walk(pull_of(rows), days_ago(ago))
    return night


def told(night: Night, book: str = "U1") -> list[tuple[MoveKind, str, int | None, int, str | None]]:
    """(kind, account, ARR, days ago, other book) of every move."""
    return [
        (m.kind, m.account_id, None if m.arr is None else int(m.arr), (TODAY - m.on).days, m.other)
        for m in night.history.moves(book)
    ]


def test_a_customer_that_was_reassigned_came_from_someone_and_went_to_someone_on_a_day() -> None:
    night = walked(
        (100, [STAYS, account("x", "U2", 500)]),
        (10, [STAYS, account("x", "U1", 500)]),
        (0, [STAYS, account("x", "U1", 500)]),
    )
    assert told(night, "U1") == [(TAKEN, "x", 500, 10, "U2")]
    assert told(night, "U2") == [(HANDED, "x", 500, 10, "U1")]


def test_won_and_churned_customers_have_nobody_at_the_other_end() -> None:
    night = walked(
        (100, [STAYS, account("old", amount=70)]),
        (20, [STAYS, account("new", amount=40)]),
        (0, [STAYS, account("new", amount=40)]),
    )
    assert told(night) == [(CHURNED, "old", 70, 20, None), (WON, "new", 40, 20, None)]


def test_what_came_is_worth_what_it_pays_now_and_what_left_what_it_paid_at_last() -> None:
    rows = [(100, "U2", 100), (30, "U2", 200), (20, "U1", 200), (10, "U1", 350)]
    night = walked(
        *((ago, [STAYS, account("x", csm, amount)]) for ago, csm, amount in rows), (0, [STAYS, account("x", "U1", 350)])
    )
    assert told(night, "U1") == [(TAKEN, "x", 350, 20, "U2")]
    assert told(night, "U2") == [(HANDED, "x", 200, 20, "U1")]


def test_of_a_customer_handed_on_twice_the_first_and_the_last_holder_tell() -> None:
    night = walked(
        (100, [account("x", "U2")]), (30, [account("x", "U3")]), (10, [account("x", "U1")]), (0, [account("x", "U1")])
    )
    assert told(night, "U1") == [(TAKEN, "x", 1000, 10, "U2")]
    assert told(night, "U2") == [(HANDED, "x", 1000, 30, "U1")]
    assert told(night, "U3") == []


def test_one_that_left_and_came_back_did_not_move() -> None:
    night = walked((100, [account("x")]), (30, [account("x", "U2")]), (10, [account("x")]), (0, [account("x")]))
    assert told(night, "U1") == told(night, "U2") == []


def test_one_that_was_gone_from_the_crm_and_is_back_with_another_was_taken_over_on_the_day_of_its_return() -> None:
    night = walked(
        (100, [STAYS, account("x", "U2")]), (30, [STAYS]), (10, [STAYS, account("x")]), (0, [STAYS, account("x")])
    )
    assert told(night, "U1") == [(TAKEN, "x", 1000, 10, "U2")]
    assert told(night, "U2") == [(HANDED, "x", 1000, 30, "U1")]


def test_books_of_nobody_are_at_the_other_end_like_any_other() -> None:
    night = walked((100, [STAYS, account("a", None), account("b", "ghost")]), (10, [STAYS, account("a"), account("b")]))
    assert told(night) == [(TAKEN, "a", 1000, 10, "unassigned"), (TAKEN, "b", 1000, 10, "unknown:ghost")]


def test_a_customer_without_a_readable_arr_is_named_last() -> None:
    where = {"where": "churned_on is null"}
    first, then = [STAYS], [STAYS, account("dear", amount=9), account("murky", amount=None)]
    night = walked((100, first), (5, then), nights=Nights(settings(customers=where)))
    assert told(night) == [(WON, "dear", 9, 5, None), (WON, "murky", None, 5, None)]


def test_one_that_the_crm_no_longer_lists_goes_by_its_id_and_the_others_by_their_names() -> None:
    night = walked((100, [STAYS, account("gone")]), (5, [STAYS, account("new")]))
    assert {move.account_id: move.name for move in night.history.moves("U1")} == {"gone": "gone", "new": "Name new"}


def test_a_group_is_one_customer_named_after_its_largest_account_and_moves_when_its_first_one_does() -> None:
    group = {"customers": {"count_by": "ultimate_parent"}}
    was = [STAYS, account("p", "U2", 10), account("c", "U2", 90, parent_id="p")]
    half = [STAYS, account("p", "U2", 10), account("c", "U1", 90, parent_id="p")]
    whole = [STAYS, account("p", "U1", 10), account("c", "U1", 90, parent_id="p")]
    night = walked((100, was), (20, half), (5, whole), (0, whole), nights=Nights(settings(**group)))
    assert told(night, "U1") == [(TAKEN, "c", 100, 20, "U2")]
    assert told(night, "U2") == [(HANDED, "c", 100, 5, "U1")]


def test_before_the_first_night_the_crms_own_history_tells() -> None:
    before = {"account_id": "x", "csm_ref": "U2", "valid_from": days_ago(80), "valid_to": days_ago(12)}
    after = {"account_id": "x", "csm_ref": "U1", "valid_from": days_ago(12), "valid_to": None}
    night = Nights().walk(pull_of([account("x", created_on=days_ago(400))]), TODAY, remembered([before, after]))
    assert told(night) == [(TAKEN, "x", 1000, 12, "U2")]


def test_on_a_first_night_without_history_nothing_is_known() -> None:
    night = walked((0, many(3)))
    assert (night.history.moves_since, told(night)) == (None, [])


def test_what_moved_longer_ago_than_the_longest_change_is_not_told() -> None:
    night = walked((200, [account("x", "U2")]), (95, [account("x")]), (0, [account("x")]))
    assert night.history.moves_since == days_ago(90)
    assert told(night) == []


HOLDERS = st.sampled_from(["U1", "U2", "U3", None, "ghost", "absent", "churned"])
LIVES = st.lists(st.lists(HOLDERS, min_size=4, max_size=4), min_size=1, max_size=6)


@effort(deadline=None, derandomize=True, max_examples=30)
@given(lives=LIVES, grouped=st.booleans())
def test_as_many_customers_are_named_as_the_books_change_counts(
    lives: list[list[str | None]], *, grouped: bool
) -> None:
    count_by = "ultimate_parent" if grouped else "account"
    nights = Nights(settings(customers={"count_by": count_by}))
    for position, ago in enumerate((60, 40, 20, 0)):
        rows = [
            account(
                f"a{number}",
                None if life[position] == "churned" else life[position],
                amount=0 if life[position] == "churned" else 100 + number,
                parent_id="a0" if number % 2 else None,
            )
            for number, life in enumerate(lives)
            if life[position] != "absent"
        ]
        night = nights.walk(pull_of([STAYS, *rows]), days_ago(ago))
    for book in night.books.books:
        change = max(book.tally.changes, key=lambda change: change.days)
        counted = {
            WON: change.won.accounts,
            TAKEN: change.reassigned_in.accounts,
            HANDED: -change.reassigned_out.accounts,
            CHURNED: -change.churned.accounts,
        }
        named = Counter(move.kind for move in night.history.moves(book.id))
        assert {kind: named[kind] for kind in counted} == counted
