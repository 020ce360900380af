"""The story that the digest of the demo company tells, counted in its raw exports."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest

from cssync.demo import Company
from tests.demo.books import AS_OF, Customer, arr, book, company, customers

# The cast plays the same parts in every company.
COMPANIES = [(420, 20), (420, 1), (420, 7), (350, 20), (2_000, 20)]


@pytest.fixture(params=COMPANIES, ids=lambda size_and_seed: f"{size_and_seed[0]} accounts, seed {size_and_seed[1]}")
def made_up(request: pytest.FixtureRequest) -> Company:
    accounts, seed = request.param
    return company(accounts, seed)


def test_dana_is_far_over_both_limits(made_up: Company) -> None:
    dana = book(made_up, "Dana Roy")
    assert len(dana) == 88
    assert 3_100_000 < arr(dana) < 3_140_000


def test_31_of_danas_customers_came_in_bulk_from_tom_on_one_day(made_up: Company) -> None:
    """Tom is U00007 and Dana U00001."""
    ordered = made_up.ownership.sort("account_id", "valid_from")
    handed_over = ordered.filter(
        (pl.col("csm") == "U00001")
        & (pl.col("csm").shift(1).over("account_id") == "U00007")
        & (pl.col("valid_from") == AS_OF - timedelta(days=24))
    )
    assert handed_over.height == 31
    assert handed_over["is_customer"].all()


def test_dana_won_three_customers_this_week(made_up: Company) -> None:
    assert sum(customer.since > AS_OF - timedelta(days=7) for customer in book(made_up, "Dana Roy")) == 3


def test_tom_has_left_and_nine_customers_are_still_his(made_up: Company) -> None:
    tom = made_up.owners.filter(pl.col("name") == "Tom Becker").row(0, named=True)
    assert tom["active"] is False
    assert len(book(made_up, "Tom Becker")) == 9


def test_priya_is_over_the_arr_limit_with_14_customers(made_up: Company) -> None:
    priya = book(made_up, "Priya Nair")
    assert len(priya) == 14
    assert 2_600_000 < arr(priya) < 2_680_000


def test_priya_was_under_the_arr_limit_half_a_year_ago_with_the_same_customers(made_up: Company) -> None:
    """What the expansions of the last five months added."""
    rates = {row["currency"]: float(row["rate"]) for row in made_up.rates.iter_rows(named=True)}
    then = AS_OF - timedelta(days=182)
    of_then = made_up.ownership.filter(
        (pl.col("csm") == "U00002")
        & (pl.col("valid_from") <= then)
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > then))
    )
    assert of_then.height == 14
    assert set(of_then["account_id"]) == {customer.account_id for customer in book(made_up, "Priya Nair")}
    assert sum(float(row["amount"]) * rates[row["currency"]] for row in of_then.iter_rows(named=True)) < 1_900_000


def test_sam_is_over_the_account_limit_only_and_steady(made_up: Company) -> None:
    """Three customers arrived and three churned within a quarter of a year or so."""
    sam = book(made_up, "Sam Ito")
    assert len(sam) == 56
    assert 1_500_000 < arr(sam) < 1_580_000
    assert sum(customer.since > AS_OF - timedelta(days=90) for customer in sam) == 3
    churned = made_up.accounts.filter((pl.col("csm") == "U00003") & pl.col("churned_on").is_not_null())
    assert sorted((AS_OF - day).days for day in churned["churned_on"]) == [40, 90, 150]


def test_ana_has_68_customers_and_they_arrive_ever_faster(made_up: Company) -> None:
    ana = book(made_up, "Ana Diaz")
    assert len(ana) == 68
    assert arr(ana) < 2_000_000
    days_ago = [(AS_OF - customer.since).days for customer in ana]
    assert sum(day <= 90 for day in days_ago) == 21
    assert sum(day <= 180 for day in days_ago) == 37
    assert max(days_ago) < 395


@pytest.mark.parametrize(
    ("as_of", "end_of_next_quarter"),
    [
        (date(2026, 10, 1), date(2027, 3, 31)),
        (date(2026, 11, 22), date(2027, 3, 31)),
        (date(2026, 12, 31), date(2027, 3, 31)),
        (date(2028, 2, 29), date(2028, 6, 30)),
    ],
)
def test_ana_is_heading_for_75_by_the_end_of_next_quarter_on_any_day(as_of: date, end_of_next_quarter: date) -> None:
    """Even if she only won as many a day as over the whole of the last year, halfway to the others' one a month."""
    ana = book(company(as_of=as_of), "Ana Diaz")
    a_year = sum(customer.since > as_of - timedelta(days=365) for customer in ana)
    days_left = (end_of_next_quarter - as_of).days
    assert len(ana) + (a_year + 12) / 2 / 365 * days_left > 75


def test_five_new_customers_of_the_last_weeks_have_no_csm(made_up: Company) -> None:
    new = [customer for customer in book(made_up, None) if customer.since > AS_OF - timedelta(days=90)]
    assert sorted((AS_OF - customer.since).days for customer in new) == [3, 8, 12, 17, 23]
    assert {customer.lifecycle for customer in new} == {"onboarding"}


def test_a_queue_and_a_pool_hold_customers(made_up: Company) -> None:
    kinds = {row["name"]: row["kind"] for row in made_up.owners.iter_rows(named=True)}
    assert kinds["Onboarding Queue"] == "queue"
    assert kinds["CS Pool"] == "pool"
    assert len(book(made_up, "Onboarding Queue")) == 4
    assert len(book(made_up, "CS Pool")) == 12


def test_lena_is_ramping_eight_accounts_handed_over_and_five_won(made_up: Company) -> None:
    lena = book(made_up, "Lena Fischer")
    assert len(lena) == 13
    assert sum(customer.since > AS_OF - timedelta(days=80) for customer in lena) == 5
    first_day = made_up.ownership.filter(pl.col("csm") == "U00005")["valid_from"].min()
    assert first_day == AS_OF - timedelta(days=80)


def test_another_field_of_two_of_omars_customers_still_names_priya(made_up: Company) -> None:
    """Omar is U00006 and Priya U00002; for all others both fields name the same person, or nobody."""
    disputed = made_up.accounts.filter(pl.col("csm").ne_missing(pl.col("second_csm")))
    assert disputed.select("csm", "second_csm").rows() == [("U00006", "U00002")] * 2
    assert disputed["churned_on"].null_count() == 2


def test_seven_customers_left_healthy_books_this_quarter_and_none_of_them_this_month(made_up: Company) -> None:
    healthy = {book["id"] for book in made_up.owners.iter_rows(named=True) if "U00011" <= book["id"] < "U99999"}
    left = made_up.accounts.filter(pl.col("csm").is_in(healthy) & pl.col("churned_on").is_not_null())
    days_ago = [(AS_OF - day).days for day in left["churned_on"]]
    assert sum(30 < day <= 90 for day in days_ago) >= 7


@pytest.mark.parametrize(("accounts", "seed"), [(420, 20), (420, 1), (350, 20), (600, 20)])
def test_everyone_else_is_within_every_limit_in_a_small_company(accounts: int, seed: int) -> None:
    """110% of 128 hours a month are 140.8; risks and renewals take a tenth at most beside the plain hours."""
    for others in _others(company(accounts, seed)):
        assert len(others) <= 50
        assert arr(others) < 2_000_000
        assert _plain_hours(others) <= 128


def test_in_a_large_company_one_book_in_twelve_or_so_is_too_large_each_in_its_own_way() -> None:
    books = _others(company(20_000))
    crowded = [others for others in books if len(others) > 50]
    rich = [others for others in books if arr(others) > 2_000_000]
    laborious = [others for others in books if _plain_hours(others) > 140]
    assert 550 <= len(books) <= 650
    assert 0.05 * len(books) <= len({id(others) for others in (*crowded, *rich, *laborious)}) <= 0.1 * len(books)
    assert len(crowded) >= 15
    assert rich
    assert len(laborious) >= 15


def _others(made_up: Company) -> list[list[Customer]]:
    """The books of the people who play no part in the story."""
    cast = {"Dana Roy", "Priya Nair", "Sam Ito", "Ana Diaz", "Tom Becker"}
    people = {row["id"] for row in made_up.owners.iter_rows(named=True) if row["name"] not in cast}
    books: dict[str, list[Customer]] = {}
    for customer in customers(made_up):
        if customer.csm is not None and customer.csm in people:
            books.setdefault(customer.csm, []).append(customer)
    return list(books.values())


def _plain_hours(of: list[Customer]) -> int:
    """A month, as if nothing went on with any of them."""
    return sum({"SMB": 2, "Mid-Market": 4, "Enterprise": 10}[customer.segment] for customer in of)


def test_nobody_but_ana_is_growing_fast() -> None:
    """Else the trend of a healthy book would be news."""
    made_up = company()
    lately = Counter(customer.csm for customer in customers(made_up) if customer.since > AS_OF - timedelta(days=90))
    ana = "U00004"
    assert lately.pop(ana) == 21
    lately.pop(None)
    assert max(lately.values()) <= 8
