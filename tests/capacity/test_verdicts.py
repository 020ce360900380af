"""What the articles say of one book, their figures written out from the seeds, and where they disagree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cssync.capacity.verdicts import COLUMNS, Verdict, Word, by_article, disagreement, in_force, verdicts
from tests.nights import TODAY, Nights, Row, account, many, pull_of, settings


def of(rows: list[Row], **with_: Any) -> dict[str, Verdict]:
    counted = settings(**{"customers": {"where": "churned_on is null"}, **with_})
    nights = Nights(counted)
    nights.walk(pull_of(rows), TODAY - timedelta(days=400))
    night = nights.walk(pull_of(rows))
    return {verdict.key: verdict for verdict in verdicts(night.context().company, night.book("U1"))}


def held_to(rows: list[Row], **with_: Any) -> list[str]:
    night = Nights(settings(**with_)).walk(pull_of(rows))
    return [force.words for force in in_force(night.context().company, night.book("U1"))]


def test_the_articles_stand_side_by_side_each_with_its_seeds() -> None:
    told = of(
        [*many(66, amount=42_500, segment="Mid-Market"), *many(22, amount=14_000, prefix="s", segment="Mid-Market")]
    )
    assert tuple(told) == tuple(COLUMNS)
    assert [(v.article, v.by, v.word, v.why, v.seeds) for v in told.values()] == [
        ("ClientSuccess", "$2M", Word.OVER, "$3.11M of $2M ARR", (1,)),
        ("ClientSuccess", "50 accounts", Word.OVER, "88 of 50 customers", (2,)),
        ("ClientSuccess", "the ideal", Word.OVER, "25 to 35 at best", (3,)),
        ("ClientSuccess", "75 ahead", Word.OVER, "75 by 31 Mar 2027: there already", (4,)),
        ("SaaStr", "deal size", Word.OVER, "88 of 56 customers: $2M by a mean deal of $35.4k", (17,)),
        ("SaaStr", "$1M", Word.OVER, "$3.11M of $1M ARR while growing quickly to $10M", (22,)),
        ("SaaStr, its readers", "sliding ratio", Word.OVER, "$3.11M of $2M ARR, as the company has $3.11M", (30,)),
        ("How Many Accounts Should a CSM Have", "segment", Word.WITHIN, "88 of 80 to 125 for Mid-Market", (39,)),
        ("Your own hours", "hours", Word.OVER, "352 h of 128 hours a month", (13,)),
        ("How Many CSMs You Really Need", "cost", Word.WITHIN, "$3.11M ARR to cover $100k a year", (12, 23)),
        ("SaaStr, its readers", "pool", None, "88 to a pool", (32,)),
        ("Vitally's survey of B2B SaaS companies", "survey", None,
         "51 to 100 a CSM, as in 14% of them; 1% have more", (40,)),
        ("How Many CSMs You Really Need", "mix", None,
         "66 Cash Cows ($2.8M): hold, with lean service; 22 Poor Dogs ($308k): reduce service, or exit", (11, 15)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "word"), [(2_000_000, Word.WITHIN), ("2000000.01", Word.OVER)], ids=["at $2M", "a cent more"]
)
def test_seed_01_two_million(amount: int | str, word: Word) -> None:
    assert of([account("a", amount=amount)])["two_million"].word is word


@pytest.mark.parametrize(
    ("number", "fifty", "ideal"),
    [
        (24, Word.WITHIN, Word.ROOM),
        (25, Word.WITHIN, Word.WITHIN),
        (35, Word.WITHIN, Word.WITHIN),
        (36, Word.WITHIN, Word.WORKABLE),
        (50, Word.WITHIN, Word.WORKABLE),
        (51, Word.OVER, Word.OVER),
    ],
)
def test_seed_03_the_ideal_is_workable_up_to_fifty(number: int, fifty: Word, ideal: Word) -> None:
    told = of(many(number))
    assert (told["fifty"].word, told["ideal"].word) == (fifty, ideal)


def test_seed_04_a_book_that_is_at_75_is_over_whatever_the_forecast() -> None:
    assert [of(many(number))["seventy_five"].word for number in (40, 75)] == [Word.WITHIN, Word.OVER]


@pytest.mark.parametrize(
    ("amount", "fit"),
    [(100_000, "20 customers"), (20_000, "100 customers"), (5_000, "400 customers"), (1_000, "2,000 customers")],
)
def test_seed_17_accounts_by_deal_size(amount: int, fit: str) -> None:
    assert f"3 of {fit}:" in of(many(3, amount=amount))["deal_size"].why


def test_customers_whose_arr_is_unknown_are_no_part_of_the_mean_deal() -> None:
    told = of([*many(10, amount=100_000), *many(40, amount=None, prefix="x")])
    assert (told["deal_size"].word, told["deal_size"].why) == (
        Word.WITHIN,
        "10 of 20 customers: $2M by a mean deal of $100k",
    )
    assert told["cost"].word is Word.OPEN


def test_without_any_arr_nothing_is_divided() -> None:
    told = of(many(3, amount=None))
    assert [told[key].word for key in ("deal_size", "cost")] == [Word.OPEN, Word.OPEN]
    assert (told["mix"].why, told["pool"].why) == ("no ARR is known, so nothing of the mix", "no ARR is known")


def test_before_growth_is_known_nobody_is_called_a_poor_dog() -> None:
    night = Nights().walk(pull_of(many(3)))
    told = {verdict.key: verdict for verdict in verdicts(night.context().company, night.book("U1"))}
    assert told["mix"].why == "too early to tell a Star from a Poor Dog: ARR is known from 22 Nov 2026"


@pytest.mark.parametrize(
    ("arr", "word"), [(100_000, Word.UNCOVERED), ("100000.01", Word.WITHIN)], ids=["just the cost", "a cent more"]
)
def test_seed_12_a_book_brings_in_more_than_its_csm_costs(arr: int | str, word: Word) -> None:
    assert of([account("a", amount=arr)])["cost"].word is word


def test_seed_22_a_million_a_csm_until_the_company_has_ten() -> None:
    assert of([account("a", amount=1_000_001), account("b", "U2", 8_999_999)])["one_million"].word is Word.OVER
    silent = of([account("a", amount=1_000_001), account("b", "U2", 9_000_000)])["one_million"]
    assert (silent.word, silent.why) == (None, "$1M a CSM is for growing to $10M, and there are $10M now")


@pytest.mark.parametrize(
    ("company", "limit"),
    [
        (20_000_000, "$2M"),
        (20_000_001, "$2.5M"),
        (50_000_000, "$2.5M"),
        (50_000_001, "$3M"),
        (100_000_000, "$3M"),
        (100_000_001, "$4M"),
    ],
)
def test_seed_30_the_ratio_slides_with_the_company(company: int, limit: str) -> None:
    told = of([account("a", amount=100_000), account("b", "U2", company - 100_000)])["sliding"]
    assert (told.word, told.brief) == (Word.WITHIN, f"$100k of {limit}")


def test_seed_32_who_is_dedicated_shared_or_pooled() -> None:
    rows = [account("a", amount=2_000_001), account("b", amount=2_000_000), *many(3, amount=99_999)]
    assert of(rows)["pool"].why == "1 to a CSM of their own, 1 to one with 2 to 20 of them and 3 to a pool"


@pytest.mark.parametrize(
    ("segment", "number", "word"),
    [
        ("SMB", 124, Word.ROOM),
        ("Digital", 125, Word.WITHIN),
        ("smb", 200, Word.WITHIN),
        ("SMB / digital", 201, Word.OVER),
        ("mid market", 80, Word.WITHIN),
        ("MIDMARKET", 126, Word.OVER),
        ("Large", 39, Word.ROOM),
        ("Large", 81, Word.OVER),
        ("Enterprise", 40, Word.WITHIN),
        ("Enterprise", 41, Word.OVER),
        ("Startups", 41, Word.OPEN),
        (None, 41, Word.OPEN),
    ],
)
def test_seed_39_accounts_by_segment(segment: str | None, number: int, word: Word) -> None:
    assert of(many(number, segment=segment))["segment_range"].word is word


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (9, "fewer than 10 a CSM, as in 23% of them; 77% have more"),
        (10, "10 to 25 a CSM, as in 33% of them; 44% have more"),
        (24, "10 to 25 a CSM, as in 33% of them; 44% have more"),
        (25, "25 to 50 a CSM, as in 29% of them; 15% have more"),
        (50, "25 to 50 a CSM, as in 29% of them; 15% have more"),
        (51, "51 to 100 a CSM, as in 14% of them; 1% have more"),
        (200, "101 to 200 a CSM, as in 1% of them; 0% have more"),
        (201, "201 a CSM, more than any of them has"),
    ],
)
def test_seed_40_where_the_book_stands_among_companies(number: int, told: str) -> None:
    assert of(many(number))["survey"].why == told


@pytest.mark.parametrize(
    ("customers", "word"), [(32, Word.WITHIN), (33, Word.WORKABLE), (35, Word.WORKABLE), (36, Word.OVER)]
)
def test_seed_13_whether_the_effort_fits_is_said_by_your_own_hours(customers: int, word: Word) -> None:
    """4 of 128 hours each: 32 customers are 100%, 35 are 109%, and 110% is amber."""
    assert of(many(customers, segment="Mid-Market"))["hours"].word is word


def test_a_segment_without_hours_says_nothing_of_the_effort() -> None:
    told = of(many(3))["hours"]
    assert (told.word, told.why) == (Word.OPEN, "no hours are set for 3 customers")


def test_an_article_is_told_in_one_sentence_with_its_weightiest_word() -> None:
    told = of(many(36, amount=42_500))
    (of_article,) = (said for said in by_article(told.values()) if said.startswith("ClientSuccess"))
    assert of_article == (
        "ClientSuccess: workable, $1.53M of $2M ARR; 36 of 50 customers; 25 to 35 at best; 75 by 31 Mar 2027: "
        "0% likely (seeds 1, 2, 3 and 4)."
    )


def test_where_they_disagree_is_said_by_what_each_goes_by() -> None:
    told = of(many(60, amount=20_000, segment="Mid-Market"))
    assert disagreement(told.values()) == (
        "Over by 50 accounts (60 of 50), the ideal (60 of 25 to 35), $1M ($1.2M of $1M) and hours (188%). Right by "
        "$2M ($1.2M of $2M), 75 ahead (0% likely), deal size (60 of 100), sliding ratio ($1.2M of $2M) and cost "
        "($1.2M for $100k). Room left by segment (60 of 80 to 125)."
    )


def test_room_left_by_some_is_no_disagreement() -> None:
    told = of(many(30, amount=20_000, segment="Mid-Market"))
    assert {verdict.word for verdict in told.values()} == {Word.WITHIN, Word.ROOM, None}
    assert disagreement(told.values()) == ""


def test_without_anything_narrower_the_general_limits_are_in_force() -> None:
    assert held_to(many(3)) == [
        "$2M of ARR for every CSM (limits.arr, seed 1, default)",
        "50 accounts for every CSM (limits.accounts, seed 2, default)",
        "75 accounts ahead for every CSM (limits.trend_accounts, seed 4, default)",
    ]


def test_what_is_in_force_names_all_that_it_wins_over_csm_segment_complexity_global() -> None:
    limits = {
        "complexity": {"Platform": 1.25},
        "segments": {"SMB": {"accounts": 120}},
        "csms": {"dana@acme.test": {"accounts": 60}},
    }
    assert held_to(many(3, segment="SMB", product="Platform"), limits=limits)[1] == (
        "60 accounts of their own (limits.csms.dana@acme.test.accounts, default), before 120 accounts for SMB "
        "(limits.segments.SMB.accounts), before 40 accounts 50 for products 1.25 times as complex "
        "(limits.complexity), before 50 accounts for every CSM (limits.accounts)"
    )
