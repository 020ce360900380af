"""What a book is made of, and where one customer stands in the portfolio."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from cssync.explain.account import explain_account
from cssync.explain.book import explain_book
from cssync.explain.evidence import Evidence
from cssync.explain.trace import Explanation
from tests.explain.evidences import evidence, lines
from tests.nights import TODAY, Nights, account, pull_of, settings


def of_account(of: Evidence, account_id: str) -> Explanation:
    row = of.row(account_id)
    assert row is not None
    return explain_account(of, row)


def a_year_on() -> Evidence:
    """One grows from 100k to 150k, the other stays at 10k."""
    nights = Nights(settings(portfolio={"profitable_from": 50_000, "growing_over": "0.1"}))
    nights.walk(pull_of([account("a", amount=100_000), account("b", amount=10_000)]), TODAY - timedelta(days=200))
    return Evidence(nights.walk(pull_of([account("a", amount=150_000), account("b", amount=10_000)])).company())


def test_every_cut_of_a_book_adds_up_to_the_whole() -> None:
    rows = [account("a", amount=150_000, segment="SMB"), account("b", amount=30_000), account("c", amount=20_000)]
    of = evidence(rows)
    mix = explain_book(of, of.books["U1"]).trace("mix")
    assert [(part.key, part.count, part.missing) for part in mix.parts[:4]] == [
        ("mix.segment", 3, None),
        ("mix.deal_size", 3, None),
        ("mix.lifecycle", 3, None),
        ("mix.product", 3, None),
    ]
    assert lines(mix.parts[1]) == [
        ("$100k and over", "150000.00", 1, ""),
        ("$20k to $100k", "50000.00", 2, ""),
    ]


def test_what_touch_its_customers_get_and_how_many_one_csm_can_look_after() -> None:
    of = evidence([account("a", amount=150_000), account("b", amount=40_000)])
    found = lines(explain_book(of, of.books["U1"]).trace("mix.touch"))
    assert [(label, arr, number) for label, arr, number, _ in found] == [
        ("$100k and over", "150000.00", 1),
        ("$20k to $100k", "40000.00", 1),
    ]
    # $2M by $40k.
    assert found[1][3].endswith("one CSM can look after 50 customers like these")


def test_a_customer_is_where_its_profit_and_growth_put_it() -> None:
    star = of_account(a_year_on(), "a").trace("quadrant")
    assert star.says == ("Star: invest generously",)
    figures = {part.key: (part.value, part.says) for part in star.parts}
    assert figures["before"][0] == Decimal("100000.00")
    assert figures["growth"][1] == ("+50.0%", "grows above 10.0%")
    assert figures["profit"][1] == ("profitable from $50,000.00",)
    assert of_account(a_year_on(), "b").trace("quadrant").says == ("Poor Dog: reduce service, or exit",)


def test_too_few_days_of_arr_put_nobody_anywhere_and_say_so() -> None:
    of = evidence([account("a")])
    assert of_account(of, "a").trace("quadrant").says == (
        "in none: ARR is known from 22 Nov 2026 on, too few days to tell",
    )


def test_a_customer_of_unknown_arr_has_neither_quadrant_nor_touch() -> None:
    found = of_account(evidence([account("a", amount=None)], customers={"where": "true"}), "a")
    assert found.trace("quadrant").says == ("in none: its ARR is not known",)
    assert [trace for trace in found.traces if trace.key == "touch"] == []


def test_the_touch_of_a_deal() -> None:
    touch = of_account(evidence([account("a", amount=6_000)]), "a").trace("touch")
    assert touch.says[0] == "$5k to $20k: 1-to-many"
    assert [source.name for source in touch.sources] == ["seed 17", "seed 18", "seed 41", "seed 42"]
