"""What the articles say of one book, their figures written out from the seeds."""

from __future__ import annotations

import pytest

from cssync.capacity.verdicts import Verdict, Word, verdicts
from tests.nights import Nights, Row, many, pull_of, settings

CLIENT_SUCCESS, SAASTR, SEGMENT, MIX, SURVEY = range(5)


def of(rows: list[Row]) -> list[Verdict]:
    counted = Nights(settings(customers={"where": "churned_on is null"}))
    return list(verdicts(counted.walk(pull_of(rows)).book("U1"), "USD"))


def test_the_articles_stand_side_by_side_each_with_its_seed() -> None:
    told = of(
        [*many(66, amount=42_500, segment="Mid-Market"), *many(22, amount=14_000, prefix="s", segment="Mid-Market")]
    )
    assert [(v.article, v.word, v.why, v.seeds) for v in told] == [
        ("ClientSuccess", Word.OVER, "88 of 50 customers, at best 25 to 35, $3.11M of $2M ARR", "seeds 1, 2 and 3"),
        ("SaaStr", Word.OVER, "88 of 56 customers: $2M by a mean deal of $35.4k", "seed 17"),
        ("How Many Accounts Should a CSM Have", Word.WITHIN, "88 of 80 to 125 for Mid-Market", "seed 39"),
        ("How Many CSMs You Really Need", None,
         "$2M says nothing without the mix: 90% of the ARR in deals of $20k to $100k", "seed 11"),
        ("Vitally's survey of B2B SaaS companies", None, "51 to 100 a CSM, as in 14% of them; 1% have more", "seed 40"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "amount", "word"),
    [(50, 40_000, Word.WITHIN), (51, 1, Word.OVER), (1, 2_000_000, Word.WITHIN), (1, "2000000.01", Word.OVER)],
)
def test_clientsuccess_has_two_limits_and_either_is_enough(number: int, amount: int | str, word: Word) -> None:
    assert of(many(number, amount=amount))[CLIENT_SUCCESS].word is word


@pytest.mark.parametrize(
    ("amount", "fit"),
    [(100_000, "20 customers"), (20_000, "100 customers"), (5_000, "400 customers"), (1_000, "2,000 customers")],
)
def test_saastr_divides_two_million_by_the_deal(amount: int, fit: str) -> None:
    assert f"3 of {fit}:" in of(many(3, amount=amount))[SAASTR].why


def test_customers_whose_arr_is_unknown_are_no_part_of_the_mean_deal() -> None:
    told = of([*many(10, amount=100_000), *many(40, amount=None, prefix="x")])[SAASTR]
    assert (told.word, told.why) == (Word.WITHIN, "10 of 20 customers: $2M by a mean deal of $100k")


def test_without_any_arr_nothing_is_divided() -> None:
    told = of(many(3, amount=None))
    assert (told[SAASTR].word, told[MIX].why) == (
        Word.OPEN,
        "$2M says nothing without the mix: no ARR is known",
    )


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
def test_accounts_by_segment(segment: str | None, number: int, word: Word) -> None:
    assert of(many(number, segment=segment))[SEGMENT].word is word


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
def test_where_the_book_stands_among_companies(number: int, told: str) -> None:
    assert of(many(number))[SURVEY].why == told
