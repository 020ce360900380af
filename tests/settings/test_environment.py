"""What the environment and .env files say, and which of them wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from cssync.errors import ConfigError
from cssync.settings.environment import read
from cssync.settings.load import load
from tests.builders import SCOPE


def private(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path


def test_the_environment_wins_over_env_files_and_earlier_files_over_later_ones(tmp_path: Path) -> None:
    near = private(tmp_path / "config/.env", "A=near\nB=near\n")
    far = private(tmp_path / ".env", "A=far\nB=far\nC=far\n")
    found = read({"A": "own"}, [near, far], tmp_path).variables
    assert {name: variable.value for name, variable in found.items()} == {"A": "own", "B": "near", "C": "far"}
    assert {name: variable.origin for name, variable in found.items()} == {
        "A": "environment A",
        "B": "config/.env:2 B",
        "C": ".env:3 C",
    }


def test_a_secret_from_the_environment_hides_the_file_that_the_env_file_names_and_the_other_way_round(
    tmp_path: Path,
) -> None:
    env = private(tmp_path / ".env", "HUBSPOT_TOKEN_FILE=/run/token\nSLACK_BOT_TOKEN=x\n")
    found = read({"HUBSPOT_TOKEN": "own", "SLACK_BOT_TOKEN_FILE": "/run/slack"}, [env], tmp_path).variables
    assert set(found) == {"HUBSPOT_TOKEN", "SLACK_BOT_TOKEN_FILE"}


def test_comments_blank_lines_export_and_quotes_are_understood(tmp_path: Path) -> None:
    env = private(tmp_path / ".env", "# secrets\n\nexport A='a b'\nB=\"c\\nd\"\nC=p$HOME#x # note\nD=\n")
    found = read({}, [env], tmp_path).variables
    assert {name: variable.value for name, variable in found.items()} == {"A": "a b", "B": "c\nd", "C": "p$HOME#x"}
    assert found["A"].origin == ".env:3 A"


def test_a_broken_line_is_named_and_not_repeated(tmp_path: Path) -> None:
    env = private(tmp_path / ".env", "A=1\nB='CANARY\n")
    with pytest.raises(ConfigError, match=r"\.env:2: expected NAME=value") as caught:
        read({}, [env], tmp_path)
    assert "CANARY" not in str(caught.value)


def test_an_env_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    env = private(tmp_path / ".env", "")
    env.write_bytes(b"A=\xff\xfe")
    with pytest.raises(ConfigError, match="it is not UTF-8 text"):
        read({}, [env], tmp_path)


def test_an_env_file_that_others_can_read_is_warned_of_with_the_remedy(tmp_path: Path) -> None:
    env = private(tmp_path / ".env", "A=1\n")
    assert read({}, [env], tmp_path).warnings == ()
    env.chmod(0o640)
    assert read({}, [env], tmp_path).warnings == (".env can be read by others: chmod 600 .env",)


def test_loading_reads_the_env_file_beside_the_settings_and_the_one_where_one_stands(tmp_path: Path) -> None:
    private(tmp_path / "etc/cssync.yaml", f"tenant: acme\n{SCOPE}")
    private(tmp_path / "etc/.env", "HUBSPOT_TOKEN=near\n")
    private(tmp_path / "here/.env", "HUBSPOT_TOKEN=far\nCSSYNC__LOG__LEVEL=debug\n")
    loaded = load(tmp_path / "etc/cssync.yaml", {}, tmp_path / "here")
    assert loaded.secrets.hubspot.token is not None
    assert loaded.secrets.hubspot.token.get_secret_value() == "near"
    assert loaded.origin("secrets.hubspot.token") == f"{tmp_path}/etc/.env:1 HUBSPOT_TOKEN"
    assert loaded.origin("log.level") == ".env:2 CSSYNC__LOG__LEVEL"
