"""The story of one book: who came and from whom, what it is made of, whom to move; on messy data, written by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cssync.model.owner import Owner
from cssync.model.story import Named, flattened
from rules.base import Context
from rules.evidence import about
from tests.nights import TEAM, TODAY, Nights, Row, account, many, pull_of, settings

RECORD = "https://crm.test/{id}"
SMALL: dict[str, Any] = {"limits": {"accounts": 3}}


def days_ago(number: int) -> date:
    return TODAY - timedelta(days=number)


def walked(*mornings: tuple[int, list[Row]], owners: tuple[Owner, ...] = TEAM, **with_: Any) -> Context:
    nights = Nights(settings(**with_))
    for ago, rows in mornings:
        night = nights.walk(pull_of(rows, owners), days_ago(ago))
    return night.context(record_url=RECORD)


def chapter(context: Context, title: str, book: str = "U1") -> tuple[str, ...]:
    whose = next(one for one in context.books.books if one.id == book)
    return flattened(one for one in about(context, whose) if one.title == title)


def came(context: Context, book: str = "U1") -> tuple[str, ...]:
    """Who came and who went, behind the sums."""
    return tuple(one for one in chapter(context, "Who came, who went", book) if not one.startswith("Since "))


def test_customers_are_named_by_whom_they_came_from_the_largest_first() -> None:
    theirs = [account("small", "U2", 500), account("big", "U2", 90_000), account("lone", "U4", 700)]
    handed = [{**row, "csm_ref": "U1"} for row in theirs]
    context = walked((60, [*many(2), *theirs]), (10, [*many(2), *handed]), (0, [*many(2), *handed]))
    assert came(context) == (
        "From Sam Ito, on 12 Nov 2026: 2 customers, $90.5k: Name big ($90k), Name small ($500).",
        "From Tom Becker, on 12 Nov 2026: 1 customer, $700: Name lone ($700).",
    )


def test_every_account_leads_to_its_record_and_nothing_in_an_id_leaves_the_address() -> None:
    odd = account("a/b?c|d>", "U1", 10, name="<!channel> | Co")
    context = walked((60, many(2)), (0, [*many(2), odd]))
    (won,) = [s for c in about(context, context.books.books[0]) for s in c.sentences if s[0] == "Won "]
    assert won[2] == Named("<!channel> | Co", "https://crm.test/a%2Fb%3Fc%7Cd%3E")


def test_won_churned_and_handed_over_are_told_apart() -> None:
    then = [*many(2), account("lost", amount=40), account("given", amount=30)]
    now = [*many(2), account("new", amount=20), account("given", "U2", 30)]
    assert came(walked((60, then), (7, now), (0, now))) == (
        "Won on 15 Nov 2026: 1 customer, $20: Name new ($20).",
        "To Sam Ito, on 15 Nov 2026: 1 customer, $30: Name given ($30).",
        "Churned on 15 Nov 2026: 1 customer, $40: lost ($40).",
    )


def test_more_than_five_are_counted_and_so_are_more_than_five_colleagues() -> None:
    others = [account(f"{csm}-{n}", csm) for csm in "ABCDEF" for n in range(2 if csm == "F" else 6)]
    handed = [{**row, "csm_ref": "U1"} for row in others]
    owners = (*TEAM, *(Owner(csm, f"Colleague {csm}") for csm in "ABCDEF"))
    told = came(walked((60, [*many(2), *others]), (0, [*many(2), *handed]), owners=owners))
    assert len(told) == 6
    assert told[0].endswith("Name A-3 ($1k), Name A-4 ($1k) and 1 more.")
    assert told[5] == "From 1 other colleague: 2 customers."


def test_moves_over_several_days_say_from_when_to_when_and_from_nobody_is_from_no_csm() -> None:
    a, b, ghost = account("a", None), account("b", None), account("g", "ghost")
    mine = [{**row, "csm_ref": "U1"} for row in (a, b, ghost)]
    context = walked((60, [*many(2), a, b, ghost]), (9, [*many(2), mine[0], b, ghost]), (2, [*many(2), *mine]))
    assert came(context) == (
        "From no CSM, from 13 Nov 2026 to 20 Nov 2026: 2 customers, $2k: Name a ($1k), Name b ($1k).",
        "From unknown owner ghost, on 20 Nov 2026: 1 customer, $1k: Name g ($1k).",
    )


def test_without_history_it_is_said_and_the_newest_by_their_dates_are_named() -> None:
    context = walked((0, [*many(2), account("x", customer_since=days_ago(3))]))
    assert chapter(context, "Who came, who went") == (
        "History begins tonight: who came, and from whom, is not known yet.",
        "Newest, by their dates: Name x ($1k).",
    )


def test_a_book_where_nothing_moved_says_so() -> None:
    assert chapter(walked((60, many(3)), (0, many(3))), "Who came, who went") == (
        "As many customers and as much ARR as on 23 Sep 2026.",
    )


def test_unknown_arr_is_called_so_and_is_in_no_sum() -> None:
    context = walked((0, [account("a", amount=None)]), customers={"where": "churned_on is null"})
    made_of = chapter(context, "What it is made of")
    assert made_of[-1] == "The ARR of 1 customer could not be read and is not in the sum."


def test_a_book_without_a_csm_is_judged_by_no_article_and_has_no_forecast() -> None:
    context = walked((0, [*many(2, "U4"), *many(1, "U2")]))
    assert chapter(context, "What the articles say", "U4") == chapter(context, "Forecast", "U4") == ()


def test_whom_to_move_is_said_by_name_and_colleague_and_never_before_a_renewal() -> None:
    rows = [
        *many(3, amount=9_000),
        account("s1", amount=10),
        account("s2", amount=20),
        account("soon", amount=1, renewal_on=TODAY + timedelta(days=60)),
        *many(2, "U2"),
    ]
    assert chapter(walked((0, rows), **SMALL), "Whom to move") == (
        "To Sam Ito, 1 customer ($10): Name s1 ($10).",
        "No colleague has room for 2 customers ($9.02k): Name s2 ($20), Name U1-000 ($9k).",
        "1 customer renews within 60 days and should stay.",
    )


def test_customers_that_nobody_works_are_given_to_colleagues_and_those_that_renew_soon_at_once() -> None:
    rows = [account("a", "U4", 70), account("soon", "U4", 900, renewal_on=TODAY + timedelta(days=9)), *many(1, "U2")]
    assert chapter(walked((0, rows)), "Who should take over", "U4") == (
        "To Sam Ito, 1 customer ($70): Name a ($70).",
        "Renewing within 60 days, the first on 1 Dec 2026, so to be given a CSM at once: Name soon ($900).",
    )
