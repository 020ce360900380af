"""What a report of a bug holds, and what it must not, as an emulated Sentry takes it in."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from structlog.testing import capture_logs

from cssync import __version__, log
from cssync.errors import ConfigError
from cssync.operations import bugs
from tests.emulators.proxy import Front, Proxy
from tests.emulators.sentry.server import SentryServer
from tests.emulators.slack.faults import Answer, Cut, lost

CANARY = "canary-s3cret-token"
CUSTOMER = "Orchard Mobility"


@pytest.fixture(autouse=True)
def nowhere() -> Iterator[None]:
    yield
    bugs.configure(None)
    log.configure()


@pytest.fixture
def sentry() -> Iterator[SentryServer]:
    with SentryServer() as server:
        bugs.configure(SecretStr(server.dsn))
        yield server


def a_bug(customer: str = CUSTOMER, token: str = CANARY) -> Exception:
    """One that quotes all that it should not, in messages, notes, locals and arguments."""
    books = {"ana": customer}
    try:
        try:
            books[customer + token]
        except KeyError as error:
            raise ValueError(f"no book for {customer} with {token}") from error
    except ValueError as error:
        error.add_note(f"while working on {customer}")
        return error
    raise AssertionError


def report(error: Exception) -> None:
    bugs.report(error, sleep=lambda _: None)


def test_a_bug_is_reported_with_where_it_happened(sentry: SentryServer) -> None:
    report(a_bug())
    (event,) = sentry.events
    assert (event["level"], event["release"]) == ("error", f"cssync@{__version__}")
    cause, error = event["exception"]["values"]
    assert (cause["type"], error["type"]) == ("KeyError", "ValueError")
    frame = error["stacktrace"]["frames"][-1]
    assert (frame["function"], frame["module"].rpartition(".")[2]) == ("a_bug", "test_bugs")
    assert "raise ValueError" in frame["context_line"]


def test_a_report_holds_no_secret_no_customer_and_no_local(sentry: SentryServer) -> None:
    log.configure(secrets=[CANARY])
    report(a_bug())
    (raw,) = sentry.raw
    assert CANARY not in raw
    assert CUSTOMER not in raw
    (event,) = sentry.events
    errors = event["exception"]["values"]
    assert [error.get("value") for error in errors] == [None, None]
    assert [frame for error in errors for frame in error["stacktrace"]["frames"] if "vars" in frame] == []
    assert {"request", "user", "breadcrumbs", "extra", "modules", "server_name", "logentry"} & set(event) == set()


def test_a_secret_that_stands_in_a_path_is_masked(sentry: SentryServer) -> None:
    log.configure(secrets=["test_bugs.py"])
    report(a_bug())
    assert "test_bugs.py" not in sentry.raw[0]


def test_what_sentry_does_not_take_at_once_is_tried_once_more(sentry: SentryServer) -> None:
    sentry.inject(lost(Cut.CLOSE))
    report(a_bug())
    assert len(sentry.events) == 1


@pytest.mark.parametrize(("answer", "problem"), [(Answer(503), "it answered 503"), (Answer(403), "it answered 403")])
def test_a_report_that_fails_is_a_warning(sentry: SentryServer, answer: Answer, problem: str) -> None:
    sentry.inject(*[lost(answer)] * 5)
    with capture_logs() as logs:
        report(a_bug())
    assert [(line["event"], line["log_level"], line["problem"]) for line in logs] == [
        ("bug_not_reported", "warning", problem)
    ]
    assert "0123456789abcdef" not in str(logs)


def test_without_a_dsn_nothing_is_reported_or_imported() -> None:
    bugs.configure(None)
    with capture_logs() as logs:
        report(a_bug())
    assert logs == []


@pytest.mark.parametrize(
    "dsn", [CANARY, f"https://{CANARY}@", f"https://sentry.test/{CANARY}", f"ftp://{CANARY}@sentry.test/1"]
)
def test_a_dsn_that_is_none_is_said_without_repeating_it(dsn: str) -> None:
    with pytest.raises(ConfigError, match="SENTRY_DSN is not the DSN") as caught:
        bugs.configure(SecretStr(dsn))
    assert CANARY not in str(caught.value)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a host where the extra was not asked for."""
    found = importlib.util.find_spec
    monkeypatch.setattr(bugs, "find_spec", lambda name: None if name == "sentry_sdk" else found(name))
    with pytest.raises(ConfigError, match="not installed") as caught:
        bugs.configure(SecretStr("https://key@sentry.test/1"))
    assert caught.value.remedy == "pip install 'cssync[sentry]', or unset SENTRY_DSN"


def test_reports_go_by_the_proxy_and_trust_the_authority_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    host = "o1.ingest.sentry.io"
    with (
        SentryServer() as sentry,
        Front(sentry.port, authority, host) as front,
        Proxy({host: front.port}) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        bugs.configure(SecretStr(sentry.dsn.replace("http://", "https://").replace(f"127.0.0.1:{sentry.port}", host)))
        with capture_logs() as logs:
            report(a_bug())
        assert "its certificate is not trusted" in logs[0]["problem"]
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        report(a_bug())
        assert len(sentry.events) == 1
        assert set(proxy.passed) == {f"CONNECT {host}:443"}
