"""`cssync config`: what is in force and why, what there is, and the schema, each ready for a person or a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cssync.cli.app import app
from cssync.settings.reference import reference
from cssync.settings.schema import schema
from tests.builders import SCOPE

CANARY = "CANARYcanary123"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/cssync.yaml").write_text(f"tenant: acme\nsource:\n  kind: hubspot\n{SCOPE}", "utf-8")


def config(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(app, ["config", *arguments], env={"COLUMNS": "140", **environ})


def test_show_lists_every_setting_with_where_it_was_said() -> None:
    shown = config("show", CSSYNC__LOG__LEVEL="error")
    assert shown.exit_code == 0
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert lines[0] == ["Settings", "from", "config/cssync.yaml"]
    assert ["tenant", "acme", "config/cssync.yaml:1"] in lines
    assert ["log.level", "error", "environment", "CSSYNC__LOG__LEVEL"] in lines
    assert ["limits.arr", "2000000", "default"] in lines
    assert ["source.accounts.csm", "null", "default"] in lines
    assert shown.stderr == ""


def test_show_says_of_secrets_only_where_they_were_set() -> None:
    shown = config("show", HUBSPOT_TOKEN=CANARY)
    assert "HUBSPOT_TOKEN             set from environment HUBSPOT_TOKEN\n" in shown.stdout
    assert "SLACK_BOT_TOKEN           not set\n" in shown.stdout
    assert CANARY not in shown.output
    assert "HUBSPOT_TOKEN             not set, but the settings need it\n" in config("show").stdout


def test_show_without_a_file_says_that_the_defaults_hold(tmp_path: Path) -> None:
    (tmp_path / "config/cssync.yaml").unlink()
    assert config("show").stdout.startswith("Settings are the defaults: no settings file was found\n")


def test_show_for_a_program_is_json_with_values_sources_and_no_secret(tmp_path: Path) -> None:
    shown = config("show", "--json", HUBSPOT_TOKEN=CANARY, CSSYNC__TEAM__SCOPE="[support, training]")
    told = json.loads(shown.stdout)
    assert told["file"] == str(tmp_path / "config/cssync.yaml")
    assert told["settings"]["tenant"] == {"value": "acme", "source": "config/cssync.yaml:1"}
    assert told["settings"]["team.scope"] == {
        "value": ["support", "training"],
        "source": "environment CSSYNC__TEAM__SCOPE",
    }
    assert told["settings"]["limits.arr"] == {"value": "2000000", "source": "default"}
    assert told["settings"]["notify.console"] == {"value": True, "source": "default"}
    assert told["settings"]["money.currency"] == {"value": None, "source": "default"}
    assert told["secrets"]["HUBSPOT_TOKEN"] == {
        "set": True,
        "missing": False,
        "source": "environment HUBSPOT_TOKEN",
    }
    assert told["secrets"]["SLACK_BOT_TOKEN"] == {"set": False, "missing": False, "source": None}
    assert CANARY not in shown.output


def test_a_name_with_rich_markup_is_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "config/cssync.yaml").write_text(f"tenant: '[red]:smile:[/red]'\n{SCOPE}", "utf-8")
    assert "[red]:smile:[/red]" in config("show").stdout


def test_reference_and_schema_are_printed_whole() -> None:
    assert config("reference").stdout == reference()
    assert json.loads(config("schema").stdout) == schema()
