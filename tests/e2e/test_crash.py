"""Killed on the way, without a chance to clean up: the next run mends it, with one message and the right state."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.companies import (
    DANA,
    LEADERSHIP,
    hand_over_in_salesforce,
    salesforce_company,
    tell_slack,
    three_csms,
)
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk, texts
from tests.e2e.gate import Gate, commits_without_end
from tests.emulators.salesforce.faults import Rewrite
from tests.emulators.salesforce.server import SalesforceEmulator
from tests.emulators.slack.faults import Cut, Fault, accepted_then, lost
from tests.emulators.slack.server import SlackServer


@pytest.fixture
def salesforce(desk: Desk, slack: SlackServer) -> Iterator[SalesforceEmulator]:
    """A good night, and then Dana gets three customers of Ana's."""
    tell_slack(desk, slack)
    with salesforce_company(desk, three_csms()) as emulator:
        assert desk.night(NIGHT).code == 0
        hand_over_in_salesforce(emulator, DANA, "A1", "A2", "A3")
        yield emulator


@contextmanager
def killed(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    """A night in a process of its own, which is killed at the end of the block."""
    with desk.started("run", "--as-of", NEXT_NIGHT) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            out, err = process.communicate()
        assert process.returncode == -signal.SIGKILL, f"it had ended by itself: {out}{err}"


def assert_mended(desk: Desk, slack: SlackServer) -> None:
    """The night as it should have been, told once; and once more is once too often."""
    for _ in range(2):
        ran = desk.night(NEXT_NIGHT)
        assert ran.code == 0, ran.err
        first, second = slack.messages(LEADERSHIP)
        assert "*Sam Ito* (new)" in texts(first)
        assert "*Dana Roy* (worse): 10 accounts (limit 5)" in texts(second)
    statuses = desk.statuses(NEXT_NIGHT)
    assert statuses.count("accepted") == 1
    assert "running" not in statuses
    assert desk.rows("SELECT DISTINCT state FROM outbox") == ["sent"]
    books = desk.run("books", "--json").json
    assert {b["csm"]["name"]: b["accounts"] for b in books["books"]} == {"Dana Roy": 10, "Ana Diaz": 1, "Sam Ito": 6}
    assert [a["value"] for a in desk.run("alerts", "--json").json["alerts"]] == ["10", "6"]


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_killed_while_it_pulls(salesforce: SalesforceEmulator, desk: Desk, slack: SlackServer) -> None:
    before = desk.dump()
    gate = Gate()
    salesforce.faults.add(Rewrite(gate.hold), at={1}, where="FROM Account ")
    with killed(desk):
        gate.wait()
    gate.open()

    assert desk.dump() == before
    assert_mended(desk, slack)
    assert desk.statuses(NEXT_NIGHT) == ["accepted", "failed", "repeated"]


@pytest.mark.usefixtures("salesforce")
def test_killed_inside_the_commit(desk: Desk, slack: SlackServer) -> None:
    before = desk.dump()
    with commits_without_end(desk), killed(desk) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if json.loads(line)["event"] == "evaluated")

    assert desk.dump() == before
    assert len(slack.messages(LEADERSHIP)) == 1
    assert_mended(desk, slack)


@pytest.mark.parametrize("fault", [lost(Cut.SILENCE), accepted_then(Cut.SILENCE)], ids=["not taken", "taken"])
def test_killed_while_it_posts(salesforce: SalesforceEmulator, desk: Desk, slack: SlackServer, fault: Fault) -> None:
    """The night is committed; whether Slack took the message, only Slack knows."""
    slack.inject("chat.postMessage", fault)
    posted = slack.calls.count("chat.postMessage")
    with killed(desk):
        slack.wait_for("chat.postMessage", posted + 1)

    assert desk.rows("SELECT DISTINCT state FROM outbox") == ["pending", "sending", "sent"]
    assert_mended(desk, slack)


def test_alert_case_07_two_runs_at_once(salesforce: SalesforceEmulator, desk: Desk, slack: SlackServer) -> None:
    gate = Gate()
    salesforce.faults.add(Rewrite(gate.hold), at={1}, where="FROM Account ")
    with desk.started("run", "--as-of", NEXT_NIGHT) as process:
        gate.wait()
        second = desk.night(NEXT_NIGHT)
        gate.open()
        process.communicate()

    assert process.returncode == 0
    assert second.code == 2
    assert f"Another run is at work on {desk.store}: process {process.pid} on " in second.said
    assert_mended(desk, slack)
