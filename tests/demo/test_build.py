"""The demo company is the same each time, at any size, on any day, in either format."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cssync.demo import build, people, write
from cssync.demo.cast import books_for
from cssync.errors import ConfigError
from cssync.settings.source import AccountFields, OpportunityFields
from tests.demo.books import AS_OF, company, customers


def test_the_same_seed_gives_the_same_company() -> None:
    again = build(AS_OF, 420, 20)
    for (_, table), (_, other) in zip(company().tables(), again.tables(), strict=True):
        assert_frame_equal(table, other)


def test_another_seed_gives_another_company() -> None:
    assert not company(seed=21).accounts.equals(company().accounts)


def test_the_next_day_finds_the_same_accounts_owners_and_amounts() -> None:
    next_day = company(as_of=date(2026, 11, 23))
    timeless = [
        "account_id",
        "name",
        "csm",
        "second_csm",
        "arr",
        "currency",
        "segment",
        "lifecycle",
        "product",
        "parent_id",
    ]
    assert_frame_equal(next_day.accounts.select(timeless), company().accounts.select(timeless))
    assert_frame_equal(next_day.owners, company().owners)


def test_the_columns_are_those_that_the_settings_default_to_and_one_that_few_exports_have() -> None:
    made_up = company()
    assert set(made_up.accounts.columns) == {*AccountFields().model_dump().values(), "second_csm"} - {None}
    assert set(made_up.opportunities.columns) == set(OpportunityFields().model_dump().values()) - {None}


@pytest.mark.parametrize(("accounts", "fewest", "most"), [(350, 7, 9), (420, 9, 11), (2_000, 58, 68)])
def test_a_company_has_as_many_accounts_as_asked_for_and_a_csm_for_about_thirty(
    accounts: int, fewest: int, most: int
) -> None:
    made_up = company(accounts)
    people = made_up.owners.filter(pl.col("active") & (pl.col("kind") == "person"))
    csms = set(people["id"]) & {customer.csm for customer in customers(made_up)}
    assert made_up.accounts.height == accounts
    assert fewest <= len(csms) <= most


def test_owners_have_unique_ids_names_and_addresses_in_a_large_company() -> None:
    owners = people.owners(books_for(200_000, np.random.default_rng(20)))
    assert owners.height > 5_000
    assert owners["id"].is_unique().all()
    assert owners["name"].is_unique().all()
    assert owners["email"].drop_nulls().is_unique().all()
    assert set(owners["manager_id"].drop_nulls()) <= set(owners["id"])


def test_names_of_customers_do_not_repeat() -> None:
    assert company(20_000).accounts["name"].value_counts()["count"].max() == 10  # the ten nameless ones


def test_a_company_too_small_for_the_story_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 350 accounts"):
        build(AS_OF, 349)


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_what_is_written_reads_back_the_same(tmp_path: Path, fmt: str) -> None:
    write(company(), tmp_path / "new" / "exports", "csv" if fmt == "csv" else "parquet")
    for name, table in company().tables():
        path = tmp_path / "new" / "exports" / f"{name}.{fmt}"
        read = pl.read_csv(path, schema=table.schema) if fmt == "csv" else pl.read_parquet(path)
        assert_frame_equal(read, table)


def test_writing_again_in_the_other_format_leaves_one_of_each(tmp_path: Path) -> None:
    write(company(), tmp_path, "csv")
    write(company(), tmp_path, "parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "accounts.parquet",
        "opportunities.parquet",
        "opportunity_history.parquet",
        "owners.parquet",
        "ownership.parquet",
        "rates.parquet",
    ]
