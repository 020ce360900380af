"""Every night told to a dead man's switch: begun, done, failed, and above all not come at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.e2e.companies import tell_slack, three_csms, write_files
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk
from tests.e2e.gate import commits_without_end
from tests.emulators.healthchecks.clock import Hours
from tests.emulators.healthchecks.server import HealthchecksServer
from tests.emulators.slack.faults import UNAVAILABLE, error, lost
from tests.emulators.slack.server import SlackServer


@pytest.fixture
def clock() -> Hours:
    return Hours()


@pytest.fixture
def switch(desk: Desk, clock: Hours) -> Iterator[HealthchecksServer]:
    write_files(desk, three_csms())
    desk.set("healthcheck", tries=1)
    with HealthchecksServer(now=lambda: clock.now) as server:
        desk.environ["HEALTHCHECK_URL"] = server.check_url
        yield server


def test_alert_case_34_a_night_that_never_runs_is_told_by_the_dead_man(
    desk: Desk, switch: HealthchecksServer, clock: Hours
) -> None:
    """Whatever keeps it from running keeps cssync from speaking: the switch fires by its own clock."""
    assert desk.night(NIGHT).code == 0
    assert switch.status == "up"
    clock.pass_by(24)
    assert desk.night(NEXT_NIGHT).code == 0
    clock.pass_by(25)
    assert switch.status == "late"
    clock.pass_by(1.5)
    assert switch.status == "down"


def test_alert_case_34_a_night_that_is_killed_on_the_way_is_told_by_the_dead_man(
    desk: Desk, switch: HealthchecksServer, clock: Hours
) -> None:
    """It could say that it began, and nothing after that."""
    assert desk.night(NIGHT).code == 0
    clock.pass_by(24)
    write_files(desk, three_csms()[:-1])
    with commits_without_end(desk), desk.started("run", "--as-of", NEXT_NIGHT) as process:
        switch.wait_for(3)
        process.kill()
    assert switch.kinds == ["start", "success", "start"]
    clock.pass_by(2.5)
    assert switch.status == "down"
    assert desk.night(NEXT_NIGHT).code == 0
    assert switch.kinds[-2:] == ["start", "success"]


def test_a_good_night_is_begun_and_done_under_the_id_of_its_run(desk: Desk, switch: HealthchecksServer) -> None:
    assert desk.night().code == 0
    assert switch.kinds == ["start", "success"]
    (run,) = desk.rows("SELECT id FROM run")
    assert {ping.rid.hex for ping in switch.pings if ping.rid} == {run}


def test_a_rehearsal_is_told_to_nobody(desk: Desk, switch: HealthchecksServer) -> None:
    assert desk.night(NIGHT, "--dry").code == 0
    assert switch.told == []


def test_a_refused_night_fails_with_its_reason(desk: Desk, switch: HealthchecksServer) -> None:
    write_files(desk, [])
    assert desk.night().code == 4
    assert switch.kinds == ["start", "fail"]
    assert switch.pings[-1].body.startswith("night refused: ")
    assert switch.status == "down"


def test_a_night_is_no_success_before_its_messages_are_out(
    desk: Desk, switch: HealthchecksServer, slack: SlackServer
) -> None:
    tell_slack(desk, slack)
    slack.inject("chat.postMessage", lost(error("token_revoked")))
    assert desk.night().code == 5
    assert desk.night().code == 0
    assert switch.kinds == ["start", "fail", "start", "success"]
    assert switch.pings[1].body == "1 message not delivered (1 kept in the outbox for the next run)"


def test_a_secret_that_is_missing_fails_before_anything_began(desk: Desk, switch: HealthchecksServer) -> None:
    desk.set("notify", slack={"enabled": True, "channel": "C0CAPACITY"})
    assert desk.night().code == 2
    assert switch.kinds == ["fail"]
    assert "SLACK_BOT_TOKEN" in switch.pings[0].body


def test_a_store_that_cannot_be_opened_fails(desk: Desk, switch: HealthchecksServer) -> None:
    desk.store.write_text("a letter", "utf-8")
    assert desk.night().code == 2
    assert switch.kinds == ["fail"]


def test_a_switch_that_is_down_costs_no_night(desk: Desk, switch: HealthchecksServer) -> None:
    switch.inject(lost(UNAVAILABLE), lost(UNAVAILABLE))
    ran = desk.night()
    assert ran.code == 0
    warnings = [line for line in ran.events if line["event"] == "ping_failed"]
    assert [(line["level"], line["ping"], line["problem"]) for line in warnings] == [
        ("warning", "start", "it answered 503"),
        ("warning", "success", "it answered 503"),
    ]
    assert switch.check_url not in ran.err


def test_a_switch_that_is_not_there_costs_no_night(desk: Desk) -> None:
    write_files(desk, three_csms())
    desk.set("healthcheck", tries=1)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        desk.environ["HEALTHCHECK_URL"] = f"http://127.0.0.1:{unused.getsockname()[1]}/canary-check"
    ran = desk.night()
    assert ran.code == 0
    assert "canary" not in ran.err


def test_no_customer_is_named_to_the_switch(desk: Desk, switch: HealthchecksServer, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    desk.night()
    write_files(desk, three_csms()[:3])
    assert desk.night(NEXT_NIGHT).code == 4
    said = "".join(ping.body for ping in switch.pings)
    assert said
    assert "Customer" not in said
    assert "Dana" not in said
