"""The endpoint beside the schedule, over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import requests
from structlog.testing import capture_logs

from cssync.errors import ConfigError
from cssync.operations.endpoint import application, ask, served
from cssync.operations.health import Health
from cssync.operations.metrics import registry
from cssync.settings.model import Metrics
from tests.emulators.collector import Collector
from tests.emulators.slack.faults import Answer
from tests.operations.builders import a_status, an_overview
from tests.ports import free_port

WELL = Health("", "2026-11-20", "fine")
REFUSED = Health("the night of 2026-11-20 is refused: 0 owners", "2026-11-20", "refused")


@contextmanager
def answering(found: Health) -> Iterator[Metrics]:
    settings = Metrics(enabled=True, port=free_port())
    nights = registry("acme", lambda: a_status(an_overview()))
    with served(settings, application(nights, {"/healthz": lambda: found, "/livez": lambda: WELL})):
        yield settings


def get(settings: Metrics, path: str, **headers: str) -> requests.Response:
    return requests.get(f"http://{settings.host}:{settings.port}{path}", headers=headers, timeout=10)


def test_it_listens_where_nobody_else_can_reach_it_by_default() -> None:
    assert (Metrics().enabled, Metrics().host) == (False, "127.0.0.1")


def test_metrics_come_in_the_format_that_is_asked_for() -> None:
    with answering(WELL) as settings:
        plain = get(settings, "/metrics")
        modern = get(settings, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert plain.headers["Content-Type"].startswith("text/plain")
    assert 'cssync_customers{tenant="acme"} 374.0' in plain.text
    assert modern.headers["Content-Type"].startswith("application/openmetrics-text")
    assert modern.text.endswith("# EOF\n")


def test_health_is_200_or_503_and_says_why() -> None:
    with answering(WELL) as settings:
        answer = get(settings, "/healthz")
        assert (answer.status_code, answer.json()["status"], answer.json()["reason"]) == (200, "ok", "")
    with answering(REFUSED) as settings:
        answer = get(settings, "/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "failing")
        assert answer.json()["reason"] == REFUSED.reason
        assert get(settings, "/livez").status_code == 200


def test_what_is_not_there_is_404() -> None:
    with answering(WELL) as settings:
        answer = get(settings, "/")
    assert answer.status_code == 404
    assert "/metrics, /healthz, /livez" in answer.text


def test_a_bug_costs_one_answer_and_quotes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def broken() -> Health:
        raise KeyError("Orchard Mobility")

    settings = Metrics(enabled=True, port=free_port())
    nights = registry("acme", lambda: a_status(an_overview()))
    with capture_logs() as logs, served(settings, application(nights, {"/healthz": broken})):
        answer = get(settings, "/healthz")
        assert get(settings, "/metrics").status_code == 200
    assert answer.status_code == 500
    assert [(line["event"], line["error"]) for line in logs] == [("endpoint_failed", "KeyError")]
    assert "Orchard" not in answer.text + str(logs) + "".join(capfd.readouterr())


def test_a_port_that_is_taken_is_said_with_the_setting() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        settings = Metrics(enabled=True, port=taken.getsockname()[1])
        with pytest.raises(ConfigError, match=r"metrics\.port") as caught, served(settings, lambda *_: []):
            pass
    assert "Address already in use" in caught.value.message


def test_asking_tells_what_the_schedule_says() -> None:
    for found in (WELL, REFUSED):
        with answering(found) as settings:
            assert ask(settings) == found


def test_asking_where_nobody_answers_or_somebody_else_does() -> None:
    nobody = Metrics(enabled=True, port=free_port())
    assert ask(nobody).reason == f"no schedule answers at 127.0.0.1:{nobody.port}"
    with Collector(lambda _: Answer(200, b"<html>")) as other:
        found = ask(Metrics(enabled=True, port=other.port))
    assert found.reason == f"something else than cssync answers at 127.0.0.1:{other.port}"


def test_a_schedule_that_listens_everywhere_is_asked_on_this_host() -> None:
    with answering(WELL) as settings:
        everywhere = settings.model_copy(update={"host": "0.0.0.0"})  # noqa: S104  nothing is bound to it
        assert ask(everywhere) == WELL
