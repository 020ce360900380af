"""`cssync init`: one file to edit, a private place for secrets, and the next step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cssync.cli.app import app
from cssync.errors import ConfigError
from cssync.settings.load import load
from cssync.settings.source import FileSource


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def init(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["init", *arguments])


def test_the_demo_works_as_it_stands_and_the_next_step_is_to_run_it(tmp_path: Path) -> None:
    done = init()
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "Next: run `cssync run --dry` to see the digest of the demo company"
    assert load(None, {}, tmp_path).settings.source == FileSource(folder=None)


def test_what_is_written_is_named(tmp_path: Path) -> None:
    assert init("--source", "hubspot").stdout == (
        "config/cssync.yaml: the settings, with comments\n"
        "config/.env: for the secrets, readable by you alone\n"
        "config/cssync.schema.json: lets editors complete and explain settings\n"
        "\n"
        "Next: edit config/cssync.yaml (3 lines marked '<- fill in') and config/.env, then run `cssync doctor`\n"
    )
    assert sorted(path.name for path in (tmp_path / "config").iterdir()) == [
        ".env",
        "cssync.schema.json",
        "cssync.yaml",
    ]


@pytest.fixture
def permissive_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("permissive_umask")
def test_the_secrets_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    init("--source", "salesforce", "--scope", "none")
    assert (tmp_path / "config/.env").stat().st_mode & 0o777 == 0o600
    assert load_warnings(tmp_path) == ()


def load_warnings(folder: Path) -> tuple[str, ...]:
    environ = {"CSSYNC__SOURCE__USERNAME": "u"}
    return load(None, environ, folder).warnings


def test_until_its_lines_are_filled_in_a_salesforce_file_says_which_is_missing(tmp_path: Path) -> None:
    init("--source", "salesforce")
    with pytest.raises(ConfigError, match="needs the username of the integration user"):
        load(None, {}, tmp_path)


@pytest.mark.parametrize(("said", "scope"), [("none", ()), ("onboarding, support", ("onboarding", "support"))])
def test_seed_38_what_csms_do_beside_accounts_can_be_answered_at_once(
    tmp_path: Path, said: str, scope: tuple[str, ...]
) -> None:
    init("--source", "file", "--scope", said)
    assert load(None, {}, tmp_path).settings.team.scope == scope


def test_a_duty_that_there_is_not_is_refused_with_those_there_are(tmp_path: Path) -> None:
    refused = init("--scope", "onboarding,selling")
    assert refused.exit_code == 2
    assert "--scope: no duty selling" in refused.stderr
    assert "onboarding, training, support, services, presales" in refused.stderr
    assert not (tmp_path / "config/cssync.yaml").exists()


def test_a_settings_file_that_is_there_is_not_replaced_unless_forced(tmp_path: Path) -> None:
    init("--source", "hubspot")
    (tmp_path / "config/cssync.yaml").write_text("tenant: mine\n", "utf-8")
    refused = init()
    assert refused.exit_code == 2
    assert "config/cssync.yaml is there already" in refused.stderr
    assert "--force" in refused.stderr
    assert (tmp_path / "config/cssync.yaml").read_text("utf-8") == "tenant: mine\n"
    assert init("--force").exit_code == 0
    assert "tenant: mine" not in (tmp_path / "config/cssync.yaml").read_text("utf-8")


def test_secrets_that_are_there_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/.env").write_text("HUBSPOT_TOKEN=mine\n", "utf-8")
    assert "config/.env: left as it was" in init("--source", "hubspot", "--force").stdout
    assert (tmp_path / "config/.env").read_text("utf-8") == "HUBSPOT_TOKEN=mine\n"


def test_a_file_elsewhere_is_named_in_the_next_step() -> None:
    assert init("--out", "elsewhere/acme.yaml").stdout.splitlines()[-1] == (
        "Next: run `cssync run --dry --config elsewhere/acme.yaml` to see the digest of the demo company"
    )


def test_a_place_that_cannot_be_written_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where the folder should be", "utf-8")
    refused = init()
    assert refused.exit_code == 2
    assert "cannot be written" in refused.stderr
    assert "--out" in refused.stderr


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    refused = init("--source", "pipedrive")
    assert refused.exit_code == 2
    assert "salesforce" in refused.stderr
