"""The dirt of the demo company: every kind is there, and never so much that the night is refused."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from connectors import canonical
from cssync.settings.source import AccountFields, OpportunityFields
from tests.demo.books import AS_OF, company

TODAY = company().accounts


def test_amounts_that_are_no_amounts() -> None:
    unread = [text for text in TODAY["arr"] if text is None or not text.isdigit()]
    assert Counter(unread) == Counter(["n/a", "1.234,56", "-4800", None, "1e300", "NaN"])


def test_a_currency_without_a_rate() -> None:
    unknown = set(TODAY["currency"]) - set(company().rates["currency"])
    assert unknown == {"ZZZ"}


def test_an_owner_that_the_crm_does_not_list() -> None:
    assert set(TODAY["csm"].drop_nulls()) - set(company().owners["id"]) == {"U99999"}


def test_one_old_customer_without_an_owner_besides_the_new_ones() -> None:
    ownerless = TODAY.filter(pl.col("csm").is_null() & (pl.col("lifecycle") != "prospect"))
    assert ownerless.height == 6


def test_one_account_is_there_twice_and_differs() -> None:
    twice = TODAY.filter(pl.col("account_id").is_duplicated())
    assert twice.height == 2
    assert twice["account_id"].n_unique() == 1
    assert twice["name"].n_unique() == 2


def test_two_accounts_are_each_others_parent_and_one_parent_is_invisible() -> None:
    parent_of = dict(TODAY.select("account_id", "parent_id").drop_nulls().iter_rows())
    pairs = [(child, parent) for child, parent in parent_of.items() if parent_of.get(parent) == child]
    assert len(pairs) == 2
    assert set(parent_of.values()) - set(TODAY["account_id"]) == {"A9999999"}
    assert len(parent_of) > 20


def test_one_customer_will_only_be_created_in_half_a_year() -> None:
    future = TODAY.filter(pl.col("created_on") > AS_OF)
    assert future.height == 1
    assert (future["customer_since"] > AS_OF).all()


@pytest.mark.parametrize(
    "name",
    [
        "Zest \N{LEMON} Juice Bars",
        "مخبز النور",
        "<!channel> Coworking & Partners",
        '=HYPERLINK("https://quotes.test","Quote")',
        "   ",
    ],
)
def test_names_that_a_careless_program_would_choke_on(name: str) -> None:
    assert TODAY.filter(pl.col("name") == name).height == 1


@pytest.mark.parametrize("accounts", [350, 420, 2_000, 20_000])
def test_under_five_percent_of_the_accounts_are_soiled(accounts: int) -> None:
    copies = max(1, accounts // 2_000)
    read = canonical.accounts(company(accounts).accounts, AccountFields())
    assert read.problems.height == 6 * copies  # five amounts and the repeated id; an absent amount is null
    assert 15 * copies < accounts * 0.05


def test_nothing_else_is_unreadable() -> None:
    made_up = company(20_000)
    assert canonical.opportunities(made_up.opportunities, OpportunityFields()).problems.is_empty()
    assert canonical.ownership(made_up.ownership).problems.is_empty()
