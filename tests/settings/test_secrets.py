"""Secrets come from the environment or from files, one of the two, and are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cssync.errors import ConfigError, ExitCode
from cssync.settings import secrets
from cssync.settings.load import load
from cssync.settings.model import Settings
from cssync.settings.notify import Notify, Slack
from cssync.settings.source import HubspotSource, SalesforceSource
from tests.builders import SCOPE

CANARY = "CANARYcanary123"


def refusal(folder: Path, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(None, environ, folder)
    return caught.value


def test_every_secret_has_its_variable() -> None:
    assert list(secrets.names()) == [
        "SALESFORCE_CLIENT_ID",
        "SALESFORCE_CLIENT_SECRET",
        "SALESFORCE_PRIVATE_KEY",
        "SALESFORCE_PASSWORD",
        "SALESFORCE_SECURITY_TOKEN",
        "SALESFORCE_SESSION_ID",
        "HUBSPOT_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_WEBHOOK_URL",
        "SLACK_APP_TOKEN",
        "DATABASE_URL",
        "HEALTHCHECK_URL",
        "SENTRY_DSN",
    ]


@pytest.mark.parametrize("name", list(secrets.names()))
def test_every_secret_is_read_from_its_variable_and_from_the_file_it_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text(f"{CANARY}\n", "utf-8")
    for variable, value in ((name, CANARY), (f"{name}_FILE", "secret"), (f"{name}_FILE", f"{tmp_path}/secret")):
        loaded = load(None, {variable: value}, tmp_path)
        assert secrets.by_name(loaded.secrets) == {name: CANARY}
        assert loaded.origin(secrets.names()[name]) == f"environment {variable}"
        assert CANARY not in repr(loaded)


def test_only_the_newline_at_the_end_of_a_file_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\r\n")
    loaded = load(None, {"SALESFORCE_PRIVATE_KEY_FILE": "key"}, tmp_path)
    assert secrets.by_name(loaded.secrets) == {
        "SALESFORCE_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"
    }


def test_a_path_in_an_env_file_is_relative_to_that_file(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/cssync.yaml").write_text(SCOPE, "utf-8")
    (tmp_path / "config/token").write_text(CANARY, "utf-8")
    (tmp_path / "config/.env").write_text("HUBSPOT_TOKEN_FILE=token\n", "utf-8")
    assert secrets.by_name(load(None, {}, tmp_path).secrets) == {"HUBSPOT_TOKEN": CANARY}


def test_a_folder_of_secrets_gives_each_by_the_name_of_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "..data").mkdir(parents=True)
    (folder / "HUBSPOT_TOKEN").write_text(f"{CANARY}\n", "utf-8")
    (folder / "postgres_password").write_text("somebody else's", "utf-8")
    loaded = load(None, {"CSSYNC_SECRETS": "run"}, tmp_path)
    assert secrets.by_name(loaded.secrets) == {"HUBSPOT_TOKEN": CANARY}
    assert loaded.origin("secrets.hubspot.token") == "CSSYNC_SECRETS HUBSPOT_TOKEN"


def test_the_environment_wins_over_the_folder_of_secrets_and_the_folder_over_the_env_file(tmp_path: Path) -> None:
    (tmp_path / "HUBSPOT_TOKEN").write_text("of the folder", "utf-8")
    (tmp_path / "SLACK_BOT_TOKEN").write_text("of the folder", "utf-8")
    (tmp_path / ".env").write_text("HUBSPOT_TOKEN=of the env file\n", "utf-8")
    loaded = load(None, {"CSSYNC_SECRETS": str(tmp_path), "SLACK_BOT_TOKEN": "own"}, tmp_path)
    assert secrets.by_name(loaded.secrets) == {"HUBSPOT_TOKEN": "of the folder", "SLACK_BOT_TOKEN": "own"}


def test_a_folder_of_secrets_that_is_missing_is_refused_before_anything_is_said_to_be_missing(tmp_path: Path) -> None:
    error = refusal(tmp_path, CSSYNC_SECRETS="gone")
    assert error.message == f"environment CSSYNC_SECRETS: {tmp_path}/gone cannot be listed: No such file or directory"
    assert "HUBSPOT_TOKEN" in error.remedy


def test_an_empty_secret_in_the_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "SLACK_BOT_TOKEN").touch()
    error = refusal(tmp_path, CSSYNC_SECRETS=".")
    assert "CSSYNC_SECRETS SLACK_BOT_TOKEN: names an empty file" in error.message


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(CANARY, "utf-8")
    error = refusal(tmp_path, HUBSPOT_TOKEN=CANARY, HUBSPOT_TOKEN_FILE="token")
    assert error.message == "environment HUBSPOT_TOKEN_FILE: set together with HUBSPOT_TOKEN; unset one of them"
    assert error.exit_code == ExitCode.CONFIG
    assert CANARY not in str(error)


def test_a_file_that_is_missing_empty_a_folder_or_binary_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", "utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, told in {
        "absent": "names a file that does not exist",
        "empty": "names an empty file",
        ".": "names a file that cannot be read",
        "binary": "names a file that is not text",
    }.items():
        error = refusal(tmp_path, SLACK_BOT_TOKEN_FILE=name)
        assert f"environment SLACK_BOT_TOKEN_FILE: {told}: {tmp_path / name}" in error.message
        assert "_FILE" in error.remedy


def test_an_empty_variable_counts_as_absent(tmp_path: Path) -> None:
    assert secrets.by_name(load(None, {"HUBSPOT_TOKEN": ""}, tmp_path).secrets) == {}


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        (Settings(), ()),
        (
            Settings(source=SalesforceSource(kind="salesforce", username="u")),
            ("SALESFORCE_CLIENT_ID", "SALESFORCE_PRIVATE_KEY"),
        ),
        (
            Settings(source=SalesforceSource(kind="salesforce", auth="client_credentials")),
            ("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"),
        ),
        (
            Settings(source=SalesforceSource(kind="salesforce", auth="password", username="u")),
            ("SALESFORCE_PASSWORD",),
        ),
        (
            Settings(source=SalesforceSource(kind="salesforce", auth="session", instance_url="https://a.test")),
            ("SALESFORCE_SESSION_ID",),
        ),
        (Settings(source=HubspotSource(kind="hubspot")), ("HUBSPOT_TOKEN",)),
        (Settings(notify=Notify(slack=Slack(enabled=True, channel="C1"))), ("SLACK_BOT_TOKEN",)),
        (Settings(notify=Notify(slack=Slack(enabled=True, via="webhook"))), ("SLACK_WEBHOOK_URL",)),
    ],
)
def test_the_settings_tell_which_secrets_they_need(settings: Settings, needed: tuple[str, ...]) -> None:
    assert secrets.needed(settings) == needed


def test_requiring_secrets_names_every_missing_one_and_the_remedy(tmp_path: Path) -> None:
    environ = {
        "CSSYNC__SOURCE__KIND": "hubspot",
        "CSSYNC__NOTIFY__SLACK__ENABLED": "yes",
        "CSSYNC__NOTIFY__SLACK__VIA": "webhook",
    }
    loaded = load(None, environ, tmp_path)
    with pytest.raises(ConfigError) as caught:
        secrets.require(loaded, secrets.needed(loaded.settings))
    assert "HUBSPOT_TOKEN: not set" in caught.value.message
    assert "SLACK_WEBHOOK_URL: not set" in caught.value.message
    assert "_FILE" in caught.value.remedy
    complete = load(None, environ | {"HUBSPOT_TOKEN": "x", "SLACK_WEBHOOK_URL": "y"}, tmp_path)
    secrets.require(complete, secrets.needed(complete.settings))
