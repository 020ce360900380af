"""``cssync demo`` as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cssync.cli.demo import demo
from cssync.errors import ConfigError


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(demo)
    return CliRunner().invoke(app, arguments)


def test_it_says_what_it_wrote_and_what_to_do_next(tmp_path: Path) -> None:
    shown = run("--out", str(tmp_path / "acme"), "--as-of", "2026-11-22", "--accounts", "400")
    assert shown.exit_code == 0
    assert f"400  {tmp_path}/acme/accounts.csv" in shown.output
    assert f"Next: CSSYNC__SOURCE__FOLDER={tmp_path}/acme cssync run --dry --as-of 2026-11-22" in shown.output
    assert (tmp_path / "acme" / "owners.csv").read_text().startswith("id,name,email,active,kind,team,manager_id\n")


def test_a_folder_with_a_space_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    shown = run("--out", str(tmp_path / "my demo"), "--format", "parquet")
    assert f"CSSYNC__SOURCE__FOLDER='{tmp_path}/my demo' cssync" in shown.output
    assert (tmp_path / "my demo" / "accounts.parquet").exists()


def test_exports_that_are_there_already_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("real")
    shown = run("--out", str(tmp_path))
    assert isinstance(shown.exception, ConfigError)
    assert "accounts.csv" in str(shown.exception)
    assert (tmp_path / "accounts.csv").read_text() == "real"


def test_they_are_when_asked_to(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("made up before")
    assert run("--out", str(tmp_path), "--overwrite").exit_code == 0
    assert (tmp_path / "accounts.csv").read_text().startswith("account_id,")


@pytest.mark.parametrize("wrong", [("--accounts", "many"), ("--format", "xlsx"), ("--as-of", "tomorrow")])
def test_a_wrong_option_is_refused_and_nothing_written(tmp_path: Path, wrong: tuple[str, str]) -> None:
    assert run("--out", str(tmp_path / "acme"), *wrong).exit_code == 2
    assert not (tmp_path / "acme").exists()
