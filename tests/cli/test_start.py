"""What every command does first: settings, log, and the way into the network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cssync.cli.start import start
from tests.builders import SCOPE

NAMES = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "UNRELATED")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing said of networks; whatever a test exports is taken back after it."""
    for name in NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def start_beside(text: str) -> None:
    env = Path("config/.env")
    env.parent.mkdir()
    env.touch(mode=0o600)
    env.write_text(text, encoding="utf-8")
    settings = env.with_name("cssync.yaml")
    settings.write_text(SCOPE, encoding="utf-8")
    start(settings)


def test_proxies_and_authorities_may_stand_beside_the_secrets(tmp_path: Path) -> None:
    start_beside("HTTPS_PROXY=http://proxy.test:3128\nno_proxy=slack.com\nSSL_CERT_FILE=ca.pem\nUNRELATED=1\n")
    assert os.environ["HTTPS_PROXY"] == "http://proxy.test:3128"
    assert os.environ["no_proxy"] == "slack.com"
    assert os.environ["SSL_CERT_FILE"] == str(tmp_path / "config" / "ca.pem")
    assert "UNRELATED" not in os.environ


def test_what_the_process_was_given_wins_in_capitals_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://given.test:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/given.pem")
    start_beside("https_proxy=http://file.test:3128\nREQUESTS_CA_BUNDLE=ca.pem\n")
    assert os.environ["HTTPS_PROXY"] == "http://given.test:3128"
    assert "https_proxy" not in os.environ
    assert os.environ["REQUESTS_CA_BUNDLE"] == "/given.pem"


def test_a_variable_that_was_given_empty_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "")
    start_beside("HTTPS_PROXY=http://proxy.test:3128\n")
    assert os.environ["HTTPS_PROXY"] == "http://proxy.test:3128"
