"""What doctor is told of a folder of exports, and what a night notes of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.file import FileConnector
from cssync.model.check import Check, CheckStatus
from cssync.settings.source import FileSource
from tests.connectors.file.exports import HEADER, NOW, SETTINGS, folder, pull


def checked(path: Path, settings: FileSource = SETTINGS) -> dict[str, Check]:
    checks = list(FileConnector(settings, path, now=lambda: NOW).check())
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


def test_an_export_older_than_two_days_is_noted(tmp_path: Path) -> None:
    path = folder(tmp_path)
    old = NOW.timestamp() - 5 * 24 * 3600
    os.utime(path / "owners.csv", (old, old))
    assert pull(path).notes == ("owners.csv is 5 days old",)


def test_amounts_that_read_like_thousands_are_doubted(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,A,u1,12.500\na2,B,u1,900\na3,C,u1,7.250\n")
    (note,) = pull(path).notes
    assert 'every amount in "arr" that has a "." has three digits after it, like 12.500' in note
    assert "source.decimal_mark: ','" in note


def test_amounts_with_cents_are_not_doubted(tmp_path: Path) -> None:
    assert pull(folder(tmp_path, accounts=HEADER + "a1,A,u1,12.500\na2,B,u1,7.25\n")).notes == ()


def test_a_check_shows_samples_and_the_share_of_empties(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,A,u1,10\na2,B,u1,\na3,C,,20\na4,D,dana,n/a\n")
    found = checked(path)
    assert found["accounts"].found == "accounts.csv: 4 rows, written 2026-04-01 03:00 UTC"
    assert found["source.accounts.id"] == Check(
        "source.accounts.id", CheckStatus.OK, '"account_id": a1, a2, a3; 0% empty'
    )
    assert found["source.accounts.arr"].status is CheckStatus.WARNING
    assert found["source.accounts.arr"].found == (
        '"arr": 10, 20, n/a; 25% empty; 1 not read, the first in record a4: not a number'
    )
    assert found["owners of accounts"].status is CheckStatus.WARNING
    assert found["owners of accounts"].found == (
        '2 of 3 accounts with a "csm" name someone in owners; not, for instance, dana'
    )
    assert found["opportunities"] == Check("opportunities", CheckStatus.OK, "no such file (optional)")


def test_a_check_warns_of_old_files_empty_columns_and_doubtful_marks(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,A,,12.500\na2,B,,7.250\n", rates="currency,rate\nEUR,1.1\n")
    old = NOW.timestamp() - 3 * 24 * 3600
    os.utime(path / "accounts.csv", (old, old))
    found = checked(path)
    assert {name for name, check in found.items() if check.status is CheckStatus.WARNING} == {
        "accounts",
        "source.accounts.csm",
        "source.decimal_mark",
    }
    assert "accounts.csv is 3 days old" in found["accounts"].found
    assert found["source.accounts.csm"].remedy == "map another column, or source.accounts.csm: null"
    assert found["rates"].found.startswith("rates.csv: EUR 1.1, written")


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("accounts", {"accounts": "account_id,name\n"}),
        ("accounts", {"accounts": HEADER + "a1\n"}),
        ("owners", {"owners": b"\xff\xfe\x00"}),
        ("rates", {"rates": "currency,rate\nEUR,?\n"}),
        ("ownership", {"ownership": "account_id\n"}),
    ],
)
def test_a_check_reports_what_fails_and_goes_on(tmp_path: Path, name: str, files: dict[str, str | bytes]) -> None:
    found = checked(folder(tmp_path, **files))
    assert [check.name for check in found.values() if check.status is CheckStatus.FAILED] == [name]
    assert found[name].remedy


def test_a_check_without_a_folder_is_one_line(tmp_path: Path) -> None:
    found = checked(tmp_path / "nowhere")
    assert [(check.name, check.status) for check in found.values()] == [("folder", CheckStatus.FAILED)]


def test_a_check_misses_the_needed_files_only(tmp_path: Path) -> None:
    found = checked(tmp_path)
    assert {name for name, check in found.items() if check.status is CheckStatus.FAILED} == {"accounts", "owners"}
