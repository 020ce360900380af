"""A company that nobody on this project made up: what is read from its exports adds up to the same sums.

The expected figures were computed from the raw files with awk, so no code of ours had a part in them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.file import FileConnector
from cssync.model.pull import Pull
from tests.connectors.ravenstack import DATA, SETTINGS, write_exports

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the RavenStack data set is not here")

NOW = datetime(2024, 12, 31, 4, 0, tzinfo=UTC)

ARR_BY_CSM = {
    date(2024, 12, 31): {
        "csm-1": 13462356,
        "csm-2": 11383140,
        "csm-3": 10981332,
        "csm-4": 13274424,
        "csm-5": 9961092,
        "csm-6": 13508268,
        "csm-7": 11829828,
        "csm-8": 13084980,
        "csm-9": 14300040,
        "csm-10": 10129836,
    },
    date(2024, 6, 30): {
        "csm-1": 3832500,
        "csm-2": 4484496,
        "csm-3": 4684128,
        "csm-4": 5483844,
        "csm-5": 4335732,
        "csm-6": 3760764,
        "csm-7": 6292440,
        "csm-8": 4128816,
        "csm-9": 5382900,
        "csm-10": 3615240,
    },
}


@pytest.fixture(scope="module")
def pull(tmp_path_factory: pytest.TempPathFactory) -> Pull:
    folder: Path = tmp_path_factory.mktemp("ravenstack")
    write_exports(folder)
    return FileConnector(SETTINGS, folder, now=lambda: NOW).pull(date(2024, 12, 31))


def test_every_record_is_read_and_none_is_a_problem(pull: Pull) -> None:
    assert (pull.accounts.height, pull.opportunities.height, len(pull.owners)) == (500, 5000, 10)
    assert pull.problems.is_empty()


def test_the_owner_who_left_is_known(pull: Pull) -> None:
    assert [owner.id for owner in pull.owners if not owner.active] == ["csm-10"]


def test_an_account_is_read_as_it_stands_in_the_file(pull: Pull) -> None:
    row = pull.accounts.row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "account_id": "A-2e4581",
        "name": "Company_0",
        "csm_ref": "csm-1",
        "product": "Basic",
        "region": "US",
        "created_on": date(2024, 10, 16),
    }


def test_trials_are_told_from_subscriptions(pull: Pull) -> None:
    assert dict(pull.opportunities["kind"].value_counts().iter_rows()) == {"subscription": 4222, "trial": 778}


@pytest.mark.parametrize("day", ARR_BY_CSM)
def test_subscriptions_in_force_add_up_to_the_same_arr_a_csm(pull: Pull, day: date) -> None:
    in_force = (pl.col("starts_on") <= day) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > day))
    sums = (
        pull.opportunities.filter(in_force)
        .drop("csm_ref")
        .join(pull.accounts.select("account_id", "csm_ref"), on="account_id", how="inner")
        .group_by("csm_ref")
        .agg(pl.col("amount").sum())
    )
    assert dict(sums.iter_rows()) == {csm: Decimal(arr) for csm, arr in ARR_BY_CSM[day].items()}
