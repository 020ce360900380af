"""Parquet files in the place of CSV ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from cssync.errors import MappingError
from cssync.settings.source import FileSource
from tests.connectors.file.exports import FOUR, folder, pull, refusal, rows


def test_owners_that_hold_lists_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "owners.csv").unlink()
    pl.DataFrame({"id": ["u1"], "name": [["Dana"]]}).write_parquet(path / "owners.parquet")
    assert 'owners.parquet: field "name" holds List' in refusal(path, MappingError).message


def test_parquet_keeps_its_own_types(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    pl.DataFrame(
        {
            "account_id": [1, 2, 3],
            "name": pl.Series(["Acme", "Beta", "Gamma"], dtype=pl.Categorical),
            "csm": [7.0, None, 8.0],
            "arr": [Decimal("1234.505"), None, Decimal("0.1")],
            "created": [datetime(2026, 1, 31, 23, 30, tzinfo=UTC), None, None],
            "unused": [[1], [2], [3]],
        }
    ).write_parquet(path / "accounts.parquet")
    settings = FileSource(accounts=FOUR.model_copy(update={"created": "created"}))
    assert rows(path, settings) == [
        ("1", "Acme", "7", Decimal("1234.50")),
        ("2", "Beta", None, None),
        ("3", "Gamma", "8", Decimal("0.10")),
    ]
    assert pull(path, settings).accounts["created_on"].to_list() == [date(2026, 1, 31), None, None]


@pytest.mark.parametrize("content", [b"", b"account_id,name\n", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_what_is_no_parquet_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    (path / "accounts.parquet").write_bytes(content)
    assert "accounts.parquet is not a whole Parquet file" in refusal(path).message


def test_a_parquet_file_that_is_damaged_inside_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    file = path / "accounts.parquet"
    pl.DataFrame({"account_id": ["a1"], "name": ["Acme"], "csm": ["u1"], "arr": [1.5]}).write_parquet(file)
    whole = file.read_bytes()
    file.write_bytes(whole[:4] + b"\xff" * 60 + whole[64:])
    assert "accounts.parquet is not a whole Parquet file" in refusal(path).message
