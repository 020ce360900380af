"""Proxies, NO_PROXY and certificates, which slack_sdk by itself gets half right."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from cssync.model.delivery import Outcome
from cssync.notify.base import Notifier
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import SlackWebhookNotifier
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import NIGHT, Clock, outgoing

NOBODY = "http://127.0.0.1:9"  # discard: nothing listens there


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_alert_case_32_no_proxy_is_honoured(
    slack: SlackServer, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOBODY)
    monkeypatch.setenv("HTTPS_PROXY", NOBODY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("http_proxy", NOBODY)

    assert notifier.send(outgoing(), NIGHT).outcome is Outcome.SENT
    assert len(slack.messages()) == 1


def test_alert_case_32_a_proxy_for_https_is_not_taken_for_http(
    slack: SlackServer, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", NOBODY)

    assert notifier.send(outgoing(), NIGHT).outcome is Outcome.SENT
    assert len(slack.messages()) == 1


def test_alert_case_32_a_proxy_out_of_reach_is_named_in_the_remedy(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", NOBODY)

    attempt = notifier.send(outgoing(), NIGHT)

    assert attempt.outcome is Outcome.NOT_SENT
    assert attempt.remedy == "check the network, HTTPS_PROXY and NO_PROXY"


def test_alert_case_32_a_proxy_is_used(slack: SlackServer, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator stands in as the proxy of a host that does not exist."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{slack.port}")
    bot = SlackBotNotifier(
        SecretStr(slack.workspace.token),
        api_url="http://slack.invalid/api/",
        timeout_seconds=5,
        channels=("C0CAPACITY",),
    )

    assert bot.send(outgoing(), NIGHT).outcome is Outcome.SENT


def test_a_certificate_authority_of_one_s_own_is_trusted_by_ssl_cert_file(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with SlackServer(clock=clock.seconds, tls=context) as slack:
        slack.workspace.add(Channel("C0CAPACITY", "capacity"))

        attempts = [notifier.send(outgoing(), NIGHT) for notifier in both(slack)]

        assert [attempt.outcome for attempt in attempts] == [Outcome.NOT_SENT] * 2
        assert all("its certificate was not accepted" in attempt.error for attempt in attempts)
        assert all("SSL_CERT_FILE" in attempt.remedy for attempt in attempts)

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert [notifier.send(outgoing(), NIGHT).outcome for notifier in both(slack)] == [Outcome.SENT] * 2
        assert len(slack.messages()) == 2


def both(slack: SlackServer) -> list[Notifier]:
    return [
        SlackBotNotifier(SecretStr(slack.workspace.token), api_url=slack.api_url, timeout_seconds=5),
        SlackWebhookNotifier(SecretStr(slack.webhook_url), timeout_seconds=5),
    ]
