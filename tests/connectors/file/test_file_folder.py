"""A folder of exports, and files in it, that are not there or cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from connectors.file import FileConnector
from cssync.errors import ConfigError, ConnectorError, PermissionDeniedError, TransientError
from tests.connectors.file.exports import AS_OF, HEADER, NOW, SETTINGS, folder, refusal


def test_a_folder_that_is_not_there_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    assert "source.folder" in refusal(tmp_path / "nowhere", ConfigError).message


@pytest.mark.parametrize("name", ["accounts", "owners"])
def test_a_missing_export_is_named(tmp_path: Path, name: str) -> None:
    path = folder(tmp_path)
    (path / f"{name}.csv").unlink()
    error = refusal(path)
    assert f"no {name}.csv or {name}.parquet" in error.message


def test_a_file_of_almost_the_right_name_is_pointed_out(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").rename(path / "Accounts.CSV")
    assert "no accounts.csv or accounts.parquet, only Accounts.CSV" in refusal(path).message


def test_of_two_exports_of_one_name_none_is_guessed(tmp_path: Path) -> None:
    path = folder(tmp_path)
    pl.DataFrame({"account_id": ["a1"]}).write_parquet(path / "accounts.parquet")
    error = refusal(path, ConfigError)
    assert "both accounts.csv and accounts.parquet" in error.message


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    (path / "accounts.csv").mkdir()
    assert "accounts.csv cannot be read" in refusal(path).message


def test_a_file_that_changes_under_the_reader_is_tried_again_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,Acme,u1,1\n")

    def grow(stage: str, done: int, total: int | None) -> None:
        with (path / "accounts.csv").open("a") as file:
            file.write("a2,Late,u1,2\n")

    with pytest.raises(TransientError, match="changed while it was being read"):
        FileConnector(SETTINGS, path, now=lambda: NOW).pull(AS_OF, grow)


def test_a_file_that_vanishes_under_the_reader_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path)

    def remove(stage: str, done: int, total: int | None) -> None:
        (path / "accounts.csv").unlink()

    with pytest.raises(ConnectorError, match=r"accounts\.csv cannot be read \(No such file or directory\)"):
        FileConnector(SETTINGS, path, now=lambda: NOW).pull(AS_OF, remove)


def test_a_folder_that_cannot_even_be_looked_for_is_named(tmp_path: Path) -> None:
    assert "cannot be read (File name too long)" in refusal(tmp_path / ("x" * 300)).message


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """*path* closed to everyone; root, who may read it all the same, is nobody for the time."""
    user, mode = os.geteuid(), path.stat().st_mode
    path.chmod(0)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        path.chmod(mode)


def test_a_folder_that_may_not_be_read_is_a_matter_for_whoever_grants_it(tmp_path: Path) -> None:
    path = folder(tmp_path)
    with locked(path):
        error = refusal(path, PermissionDeniedError)
    assert "may not be read (Permission denied)" in error.message
