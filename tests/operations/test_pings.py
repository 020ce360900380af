"""The pings of a dead man's switch, over real sockets, whatever goes wrong with them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from structlog.testing import capture_logs

from cssync.errors import BusyError, ConfigError, ImplausibleSnapshotError, StoppedError
from cssync.operations.pings import Pings
from cssync.settings.model import Healthcheck
from tests.builders import a_run
from tests.emulators.healthchecks.server import HealthchecksServer
from tests.emulators.proxy import Front, Proxy
from tests.emulators.slack.faults import Answer, Cut, Ending, accepted_then, lost

RUN = a_run(id="0b6f2b7e6c5a4a869e3d1f0a4d1c9a01")
RID = "0b6f2b7e-6c5a-4a86-9e3d-1f0a4d1c9a01"
CANARY = "canary"  # in the emulated check's address


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def server() -> Iterator[HealthchecksServer]:
    with HealthchecksServer(now=now) as emulated:
        yield emulated


def pings(url: str, slept: list[float] | None = None, *, timeout_seconds: float = 5) -> Pings:
    sleep = (slept if slept is not None else []).append
    return Pings(SecretStr(url), Healthcheck(timeout_seconds=timeout_seconds), sleep=sleep)


def test_a_night_is_told_from_its_start_to_its_end_under_one_id(server: HealthchecksServer) -> None:
    telling = pings(server.check_url)
    telling.begun(RUN)
    telling.broken_off(ImplausibleSnapshotError("night refused: 0 owners", remedy="look into the CRM"))
    assert [(ping.kind, str(ping.rid), ping.body) for ping in server.pings] == [
        ("start", RID, ""),
        ("fail", RID, "night refused: 0 owners"),
    ]
    assert {told.method for told in server.told} == {"POST"}
    assert server.told[0].headers["user-agent"].startswith("cssync/")


def test_a_failure_before_the_run_began_has_an_id_of_its_own(server: HealthchecksServer) -> None:
    pings(server.check_url).broken_off(ConfigError("HUBSPOT_TOKEN: not set"))
    assert server.kinds == ["fail"]
    assert server.pings[0].rid is not None


@pytest.mark.parametrize("error", [BusyError("Another run is at work"), StoppedError("stopped during accounts")])
def test_who_waits_or_was_stopped_raises_no_alarm(server: HealthchecksServer, error: Exception) -> None:
    pings(server.check_url).broken_off(error)
    assert server.told == []


def test_a_bug_tells_where_it_is_and_nothing_of_what_it_quotes(server: HealthchecksServer) -> None:
    with pytest.raises(KeyError) as caught:
        dict[str, str]()["Orchard Mobility"]
    pings(server.check_url).broken_off(caught.value)
    (ping,) = server.pings
    assert ping.body.startswith("a bug: KeyError in test_pings.py, line ")
    assert "Orchard" not in ping.body


def test_without_an_address_nobody_is_told() -> None:
    with capture_logs() as logs:
        Pings(None, Healthcheck(), sleep=lambda _: None).begun(RUN)
    assert logs == []


def test_an_address_may_end_in_a_slash_or_carry_a_query(server: HealthchecksServer) -> None:
    pings(f"{server.check_url}/").begun(RUN)
    pings(f"{server.check_url}?create=1\n").begun(RUN)
    assert server.kinds == ["start", "start"]
    assert server.told[1].query == {"create": "1", "rid": RID}


@pytest.mark.parametrize("ending", [Answer(503), Answer(429), Cut.CLOSE, Cut.RESET, Cut.HALF])
def test_what_may_pass_is_tried_again_after_a_pause(server: HealthchecksServer, ending: Ending) -> None:
    server.inject(lost(ending), lost(ending))
    slept: list[float] = []
    with capture_logs() as logs:
        pings(server.check_url, slept).begun(RUN)
    assert server.kinds == ["start"]
    assert len(slept) == 2
    assert logs == []


def test_a_ping_whose_answer_is_lost_is_repeated_under_the_same_id(server: HealthchecksServer) -> None:
    server.inject(accepted_then(Cut.CLOSE))
    pings(server.check_url).begun(RUN)
    assert [str(ping.rid) for ping in server.pings] == [RID, RID]


@pytest.mark.parametrize(
    ("ending", "tries", "problem"),
    [
        (Answer(404), 1, "it answered 404"),
        (Answer(301, headers={"Location": "https://elsewhere.test/canary"}), 1, "it answered 301"),
        (Answer(500), 3, "it answered 500"),
        (Cut.CLOSE, 3, "it broke off in the middle of an answer"),
        (Cut.SILENCE, 3, "it did not answer in time"),
    ],
)
def test_what_does_not_pass_is_let_go_with_a_warning(
    server: HealthchecksServer, ending: Ending, tries: int, problem: str
) -> None:
    server.inject(*[lost(ending)] * 5)
    with capture_logs() as logs:
        pings(server.check_url, timeout_seconds=0.5).begun(RUN)
    assert len(server.told) == tries
    (line,) = logs
    assert (line["event"], line["log_level"], line["ping"], line["problem"]) == (
        "ping_failed", "warning", "start", problem,
    )  # fmt: skip
    assert CANARY not in str(logs)


@pytest.mark.parametrize(
    "url",
    [
        CANARY,
        f"https:///{CANARY}",
        f"file:///{CANARY}",
        f"http://[::1/{CANARY}",
        f"http://127.0.0.1:{CANARY}/",
        f"https://hc-ping.test/\u2713{CANARY}",
        f"https://hc-ping.test/a\n{CANARY}",
    ],
)
def test_an_address_that_is_none_is_a_warning_that_does_not_repeat_it(
    url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as logs:
        pings(url, timeout_seconds=0.5).begun(RUN)
    assert [line["event"] for line in logs] == ["ping_failed"]
    assert CANARY not in str(logs) + "".join(capfd.readouterr())


def test_a_server_that_is_not_there_is_a_warning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with capture_logs() as logs:
        pings(f"http://127.0.0.1:{port}/{CANARY}").begun(RUN)
    assert logs[0]["problem"] == "it could not be reached"


def test_pings_go_by_the_proxy_and_trust_the_authority_that_the_environment_names(
    server: HealthchecksServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    path = server.check_url.removeprefix(server.url)
    with (
        Front(server.port, authority, "hc-ping.com") as front,
        Proxy({"hc-ping.com": front.port}, login="cssync:canary-proxy") as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://cssync:canary-proxy@"))
        with capture_logs() as logs:
            pings(f"https://hc-ping.com{path}").begun(RUN)
        assert "its certificate is not trusted" in logs[0]["problem"]
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        pings(f"https://hc-ping.com{path}").begun(RUN)
        assert server.kinds == ["start"]
        assert set(proxy.passed) == {"CONNECT hc-ping.com:443"}
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with capture_logs() as logs:
            pings(f"https://hc-ping.com{path}").begun(RUN)
        assert "the proxy wants to know who asks (407)" in logs[0]["problem"]
    assert "canary" not in str(logs)
