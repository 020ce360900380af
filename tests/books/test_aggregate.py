"""Every customer in exactly one book, sums that agree, and changes with causes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from cssync.model.book import BookKind, Change, Movement, Share
from cssync.model.owner import Owner, OwnerKind
from tests.nights import ANA, DANA, SAM, TEAM, TODAY, Night, Nights, account, many, pull_of, settings

WEEK_AGO = TODAY - timedelta(days=7)


def moved(accounts: int, arr: int) -> Movement:
    return Movement(accounts, Decimal(arr).quantize(Decimal("0.01")))


def change_of(night: Night, book: str, days: int = 1) -> Change:
    return next(change for change in night.book(book).tally.changes if change.days == days)


def test_each_kind_of_owner_has_a_book_of_its_own_kind_and_none_is_lost_from_the_totals() -> None:
    queue = Owner("Q1", "Onboarding", kind=OwnerKind.QUEUE)
    pool = Owner("P1", "CS Pool", email="pool@acme.test")
    rows = [
        account("a", "U1"), account("b", "U4", 20), account("c", "Q1", 300), account("d", "P1", 4000),
        account("e", None, 50_000), account("f", "U404", 600_000), account("prospect", "U1", 0),
    ]  # fmt: skip
    nights = Nights(settings(team={"pools": {"pool@acme.test": {}}}))
    books = nights.walk(pull_of(rows, (*TEAM, queue, pool))).books
    assert {(b.id, b.kind, b.accounts, b.arr) for b in books.books} == {
        ("U1", BookKind.CSM, 1, Decimal("1000.00")),
        ("U4", BookKind.INACTIVE, 1, Decimal("20.00")),
        ("Q1", BookKind.QUEUE, 1, Decimal("300.00")),
        ("P1", BookKind.POOL, 1, Decimal("4000.00")),
        ("unassigned", BookKind.UNASSIGNED, 1, Decimal("50000.00")),
        ("unknown:U404", BookKind.UNKNOWN_OWNER, 1, Decimal("600000.00")),
    }
    assert (books.totals.accounts, books.totals.arr) == (6, Decimal("655320.00"))


def test_teams_segments_and_managers_each_add_up_to_the_company() -> None:
    rows = [
        account("a", "U1", 1, segment="SMB"),
        account("b", "U2", 20, segment="SMB"),
        account("c", "U3", 300, segment="Enterprise"),
        account("d", None, 4000),
    ]
    books = Nights().walk(pull_of(rows)).books
    assert [(g.label, g.tally.accounts, g.tally.arr) for g in books.teams] == [
        ("West", 1, Decimal("300.00")),
        ("East", 2, Decimal("21.00")),
        (None, 1, Decimal("4000.00")),
    ]
    assert [(g.label, g.tally.accounts) for g in books.segments] == [("Enterprise", 1), ("SMB", 2), (None, 1)]
    assert [(g.label, g.tally.accounts) for g in books.managers] == [("Vera Holt", 2), (None, 2)]


def test_a_book_shows_its_mix_with_deal_sizes_at_their_lower_edges() -> None:
    amounts = ("100000", "99999.99", "20000", "5000", "4999.99", "1000", "999.99", None)
    rows = [account(f"a{n}", "U1", amount, lifecycle="live") for n, amount in enumerate(amounts)]
    tally = Nights(settings(customers={"where": "lifecycle = 'live'"})).walk(pull_of(rows)).book("U1").tally
    assert (tally.accounts, tally.arr, tally.arr_unknown) == (8, Decimal("231999.97"), 1)
    assert tally.by_deal_size == (
        Share("$20k to $100k", 2, Decimal("119999.99")),
        Share("$100k and over", 1, Decimal("100000.00")),
        Share("$1k to $5k", 2, Decimal("5999.99")),
        Share("$5k to $20k", 1, Decimal("5000.00")),
        Share("under $1k", 1, Decimal("999.99")),
        Share("unknown", 1, Decimal("0.00")),
    )
    assert tally.by_lifecycle == (Share("live", 8, Decimal("231999.97")),)


def test_every_change_of_a_book_has_its_cause() -> None:
    nights = Nights()
    nights.walk(
        pull_of([
            account("stays", "U1", 100), account("grows", "U1", 200), account("leaves", "U1", 300),
            account("goes", "U1", 400), account("comes", "U2", 500), account("lead", "U1", 0),
        ]),
        WEEK_AGO,
    )  # fmt: skip
    night = nights.walk(
        pull_of([
            account("stays", "U1", 100), account("grows", "U1", 250), account("leaves", "U1", 0),
            account("goes", "U2", 400), account("comes", "U1", 550), account("lead", "U1", 70),
            account("fresh", "U1", 9),
        ]),
    )  # fmt: skip
    assert change_of(night, "U1", days=7) == Change(
        days=7,
        since=WEEK_AGO,
        before=moved(4, 1000),
        won=moved(2, 79),
        churned=moved(-1, -300),
        reassigned_in=moved(1, 500),
        reassigned_out=moved(-1, -400),
        arr_changed=moved(0, 100),  # 50 of "grows", and 50 of "comes" since it came
    )
    assert night.book("U1").accounts == 5
    assert night.book("U1").arr == Decimal("979.00")


def test_since_last_night_means_the_last_good_one_even_if_nights_were_missed() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a")]), WEEK_AGO)
    night = nights.walk(pull_of([account("a"), account("b")]))
    assert change_of(night, "U1").since == WEEK_AGO
    assert change_of(night, "U1").won == moved(1, 1000)


def test_on_the_first_night_nothing_is_said_of_changes() -> None:
    assert Nights().walk(pull_of([account("a")])).book("U1").tally.changes == ()


def test_a_window_reaches_back_only_as_far_as_history_does() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a")]), WEEK_AGO)
    night = nights.walk(pull_of([account("a")]))
    assert {change.days: change.since for change in night.book("U1").tally.changes} == dict.fromkeys(
        (1, 7, 30, 90), WEEK_AGO
    )


def test_within_a_team_a_handover_changes_the_books_and_not_the_team() -> None:
    nights = Nights()
    nights.walk(pull_of([account("a", "U1"), account("b", "U2")]), WEEK_AGO)
    night = nights.walk(pull_of([account("a", "U2"), account("b", "U2")]))
    east = next(group for group in night.books.teams if group.label == "East")
    assert east.tally.changes[0].net == moved(0, 0)
    assert change_of(night, "U2").reassigned_in == moved(1, 1000)


GROUPS = settings(customers={"count_by": "ultimate_parent"})


def test_a_group_counts_once_for_each_csm_who_looks_after_part_of_it() -> None:
    rows = [
        account("parent", "U1", 100, segment="Enterprise"),
        account("child", "U1", 20, parent_id="parent", segment="SMB"),
        account("other", "U2", 3, parent_id="child", segment="SMB"),
        account("alone", "U2", 4000, segment="SMB"),
    ]
    night = Nights(GROUPS).walk(pull_of(rows))
    assert (night.book("U1").accounts, night.book("U1").arr) == (1, Decimal("120.00"))
    assert (night.book("U2").accounts, night.book("U2").arr) == (2, Decimal("4003.00"))
    # A group is described by its largest account.
    assert night.book("U1").tally.by_segment == (Share("Enterprise", 1, Decimal("120.00")),)


def test_accounts_in_a_cycle_of_parents_are_counted_once_and_none_is_lost() -> None:
    rows = [account("a", "U1", 1, parent_id="b"), account("b", "U1", 2, parent_id="a")]
    night = Nights(GROUPS).walk(pull_of(rows))
    assert (night.book("U1").accounts, night.book("U1").arr) == (1, Decimal("3.00"))


def test_a_group_that_grows_by_a_child_wins_no_customer() -> None:
    nights = Nights(GROUPS)
    nights.walk(pull_of([account("p", "U1", 100), account("c", "U1", 0, parent_id="p")]), WEEK_AGO)
    night = nights.walk(pull_of([account("p", "U1", 100), account("c", "U1", 50, parent_id="p")]))
    change = change_of(night, "U1")
    assert (change.won, change.arr_changed) == (moved(0, 0), moved(0, 50))


def test_the_segment_of_a_book_is_the_one_set_for_its_csm_else_the_one_most_of_its_customers_are_in() -> None:
    rows = [
        *many(2, "U1", segment="SMB"),
        account("x", "U1", 99_000, segment="Enterprise"),
        *many(2, "U2", segment="SMB"),
    ]
    nights = Nights(settings(team={"members": {"SAM@acme.test": {"segment": "Mid-Market", "team": "North"}}}))
    night = nights.walk(pull_of(rows, (DANA, SAM, ANA)))
    assert night.book("U1").segment == "SMB"
    assert (night.book("U2").segment, night.book("U2").team) == ("Mid-Market", "North")


company = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(
        st.sampled_from(["U1", "U2", "U3", "U4", "U404", None]),
        st.one_of(st.none(), st.integers(0, 3)),
        st.sampled_from(["SMB", "Enterprise", None]),
        st.one_of(st.none(), st.sampled_from("abcdefX")),
    ),
)


@given(company.filter(bool), company, st.sampled_from(["account", "ultimate_parent"]))
@tried(max_examples=40, deadline=None)
def test_before_and_causes_always_add_up_to_now(
    before: dict[str, tuple[Any, ...]], after: dict[str, tuple[Any, ...]], count_by: str
) -> None:
    """The law of the books, on any two nights: what was, plus what happened, is what is; and nobody is lost."""
    nights = Nights(settings(customers={"count_by": count_by}))

    def rows(company: dict[str, tuple[Any, ...]]) -> list[Any]:
        return [
            account(name, csm, amount, segment=segment, parent_id=parent)
            for name, (csm, amount, segment, parent) in company.items()
        ]

    first = nights.walk(pull_of(rows(before)), date(2026, 11, 1))
    books = nights.walk(pull_of(rows(after)), date(2026, 11, 2)).books
    was = {book.id: book.tally for book in first.books.books}
    for book in books.books:
        change = book.tally.changes[0]
        assert change.before.accounts == (was[book.id].accounts if book.id in was else 0)
        assert change.before.arr == (was[book.id].arr if book.id in was else 0)
        assert change.before.accounts + change.net.accounts == book.accounts
        assert change.before.arr + change.net.arr == book.arr
        assert sum(share.arr for share in book.tally.by_segment) == book.arr
    for cut in (books.teams, books.segments, books.managers):
        assert sum(group.tally.accounts for group in cut) == books.totals.accounts
        assert sum(group.tally.arr for group in cut) == books.totals.arr
    if books.totals.changes:
        assert books.totals.changes[0].before == Movement(first.books.totals.accounts, first.books.totals.arr)
