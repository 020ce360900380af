"""What doctor says of those who watch over the nights."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from cssync.model.check import Check, CheckStatus
from cssync.operations.checks import checks
from cssync.settings.loaded import Loaded
from cssync.settings.model import Metrics, Settings
from cssync.settings.source import Secrets


def found(folder: Path, metrics: Metrics | None = None, **secrets: str) -> list[Check]:
    given = Secrets.model_validate({name: SecretStr(value) for name, value in secrets.items()})
    return list(checks(Loaded(Settings(metrics=metrics or Metrics()), given, folder)))


def test_without_any_it_says_what_is_missed_and_that_is_no_fault(tmp_path: Path) -> None:
    (switch,) = found(tmp_path)
    assert (switch.status, "HEALTHCHECK_URL" in switch.found) == (CheckStatus.OK, True)


def test_secrets_are_shown_by_their_host_alone(tmp_path: Path) -> None:
    lines = found(
        tmp_path,
        Metrics(enabled=True, textfile=Path("cssync.prom")),
        healthcheck_url="https://hc-ping.com/canary-check",
        sentry_dsn="https://canarykey@o1.ingest.sentry.io/42",
    )
    assert [line.status for line in lines] == [CheckStatus.OK] * 4
    assert lines[0].found.startswith("hc-ping.com; ")
    assert lines[-1].found == "reported to Sentry at o1.ingest.sentry.io"
    assert "canary" not in str(lines)


def test_an_address_that_is_none_fails_without_repeating_it(tmp_path: Path) -> None:
    (switch,) = found(tmp_path, healthcheck_url="canary-check")
    assert switch.status is CheckStatus.FAILED
    assert "canary" not in str(switch)


def test_a_folder_that_is_not_there_fails(tmp_path: Path) -> None:
    *_, textfile = found(tmp_path, Metrics(textfile=Path("nowhere/cssync.prom")))
    assert (textfile.status, textfile.found) == (CheckStatus.FAILED, f"the folder {tmp_path}/nowhere does not exist")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", CheckStatus.OK),
        ("::1", CheckStatus.OK),
        ("localhost", CheckStatus.OK),
        ("0.0.0.0", CheckStatus.WARNING),  # noqa: S104 - named, not bound to
        ("::", CheckStatus.WARNING),
        ("cssync.acme.test", CheckStatus.WARNING),
    ],
)
def test_figures_that_are_not_for_this_host_alone_are_a_warning(tmp_path: Path, host: str, status: CheckStatus) -> None:
    (_, endpoint) = found(tmp_path, Metrics(enabled=True, host=host))
    assert endpoint.status is status
    assert ("network policy" in endpoint.remedy) is (status is CheckStatus.WARNING)


def test_figures_are_for_this_host_alone_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    (_, endpoint) = found(tmp_path, Metrics(enabled=True))
    assert (endpoint.status, endpoint.found) == (CheckStatus.OK, "cssync schedule answers at 127.0.0.1:9464")
