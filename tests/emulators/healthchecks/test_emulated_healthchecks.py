"""The emulated check tells late and down as healthchecks.io documents them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.emulators.healthchecks.clock import Hours
from tests.emulators.healthchecks.server import HealthchecksServer

RID, OTHER = "0b6f2b7e-6c5a-4a86-9e3d-1f0a4d1c9a01", "0b6f2b7e-6c5a-4a86-9e3d-1f0a4d1c9a02"


@pytest.fixture
def clock() -> Hours:
    return Hours()


@pytest.fixture
def server(clock: Hours) -> Iterator[HealthchecksServer]:
    with HealthchecksServer(now=lambda: clock.now) as emulated:
        yield emulated


def ping(server: HealthchecksServer, more: str = "", body: str = "") -> int:
    return requests.post(server.check_url + more, data=body.encode(), timeout=10).status_code


def test_a_check_is_new_until_it_hears_something(server: HealthchecksServer, clock: Hours) -> None:
    clock.pass_by(1000)
    assert server.status == "new"


def test_silence_is_late_after_the_period_and_down_after_the_grace(server: HealthchecksServer, clock: Hours) -> None:
    assert ping(server) == 200
    clock.pass_by(24)
    assert server.status == "up"
    clock.pass_by(1)
    assert server.status == "late"
    clock.pass_by(1.5)
    assert server.status == "down"
    ping(server)
    assert server.status == "up"


def test_a_run_that_began_and_does_not_end_is_down_after_the_grace(server: HealthchecksServer, clock: Hours) -> None:
    ping(server)
    ping(server, f"/start?rid={RID}")
    clock.pass_by(3)
    assert server.status == "down"
    ping(server, f"?rid={OTHER}")
    assert server.status == "down"
    ping(server, f"?rid={RID}")
    assert server.status == "up"


def test_a_failure_is_down_at_once_and_keeps_what_was_said(server: HealthchecksServer) -> None:
    ping(server, f"/fail?rid={RID}", "Slack was down")
    assert server.status == "down"
    assert [one.body for one in server.pings] == ["Slack was down"]


@pytest.mark.parametrize("more", ["/finish", "?rid=7", "?rid=0B6F2B7E6C5A4A869E3D1F0A4D1C9A01"])
def test_what_the_real_one_refuses_is_refused(server: HealthchecksServer, more: str) -> None:
    assert ping(server, more) in (400, 404)
    assert server.pings == []
