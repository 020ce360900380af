"""``cssync schedule`` as it runs for months: two of them, missed nights, the same night again, a signal midway.

Every one is a process of its own, with a night that is due at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.companies import (
    LEADERSHIP,
    OPERATIONS,
    salesforce_company,
    tell_slack,
    three_csms,
    write_files,
)
from tests.e2e.desk import NIGHT, Desk, texts
from tests.e2e.gate import Gate
from tests.emulators.healthchecks.server import HealthchecksServer
from tests.emulators.salesforce.faults import Rewrite
from tests.emulators.slack.faults import Cut, Fault, accepted_then, lost
from tests.emulators.slack.server import SlackServer
from tests.namespaces import child_of, new_pid_namespace

# How a look of a schedule may end.
ENDS = ('"night_ended"', '"night_elsewhere"', '"night_failed"', '"look_failed"', '"delivered"')


@pytest.fixture
def company(desk: Desk, slack: SlackServer) -> Desk:
    """In a zone where it is past noon, so that no date ends while a test runs."""
    desk.settings["timezone"] = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    desk.set("schedule", at="00:00")
    tell_slack(desk, slack)
    write_files(desk, three_csms())
    return desk


def today(desk: Desk) -> date:
    behind = int(desk.settings["timezone"].removeprefix("Etc/GMT"))
    return (datetime.now(UTC) - timedelta(hours=behind)).date()


@contextmanager
def schedules(desk: Desk, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """So many at once; whatever is left of them at the end is killed."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            process = stack.enter_context(desk.started("schedule"))
            stack.callback(process.kill)
            started.append(process)
        yield started


def said(process: subprocess.Popen[str], *words: str) -> str:
    """The first line of its log that holds one of *words*."""
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if any(word in line for word in words):
            return line
    raise AssertionError(f"it ended before it said any of {words}:\n{''.join(seen)}")


def end(process: subprocess.Popen[str], number: int | None = None) -> str:
    """Let it end by SIGTERM, with success; the rest of its log."""
    os.kill(number or process.pid, signal.SIGTERM)
    _, rest = process.communicate()
    assert process.returncode == 0, rest
    return rest


def digests(slack: SlackServer) -> list[dict[str, Any]]:
    return [message for message in slack.messages(LEADERSHIP) if "CS capacity" in texts(message)]


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_alert_case_07_two_schedules_on_one_store_post_once(company: Desk, slack: SlackServer) -> None:
    """The second one comes while the first one pulls: it waits for it, and nobody is alarmed."""
    gate = Gate()
    with (
        salesforce_company(company, three_csms()) as salesforce,
        HealthchecksServer(now=lambda: datetime.now(UTC)) as switch,
    ):
        company.environ["HEALTHCHECK_URL"] = switch.check_url
        salesforce.faults.add(Rewrite(gate.hold), at={1}, where="FROM Account ")
        with schedules(company, 1) as (first,):
            gate.wait()
            with schedules(company, 1) as (second,):
                elsewhere = said(second, *ENDS)
                gate.open()
                ended = said(first, '"night_ended"', '"night_failed"')
                assert (first.poll(), second.poll()) == (None, None)
                end(second)
            end(first)
    assert '"night_elsewhere"' in elsewhere
    assert f"process {first.pid} on " in elsewhere
    assert '"level": "info"' in elsewhere
    assert '"night_ended"' in ended
    assert len(digests(slack)) == 1
    assert slack.messages(OPERATIONS) == []
    assert company.rows("SELECT status FROM run") == ["accepted"]
    assert switch.kinds == ["start", "success"]


@pytest.mark.parametrize("desk", ["PostgreSQL"], indirect=True)
def test_alert_case_07_two_schedules_that_start_at_once_post_once(company: Desk, slack: SlackServer) -> None:
    """Whoever comes first: on an empty database, where both want to make the tables too."""
    with schedules(company, 2) as both:
        ways = [said(process, *ENDS) for process in both]
        assert [process.poll() for process in both] == [None, None]
        for process in both:
            end(process)
    assert not [way for way in ways if "failed" in way]
    assert len(digests(slack)) == 1
    assert company.rows("SELECT DISTINCT state FROM outbox") == ["sent"]
    assert company.rows("SELECT status FROM run").count("accepted") == 1


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_alert_case_08_the_same_night_again_changes_nothing_and_posts_nothing(
    company: Desk, slack: SlackServer
) -> None:
    assert company.night(NIGHT).code == 0
    before = company.dump()
    for _ in range(2):
        assert company.night(NIGHT).code == 0
    assert company.dump() == before
    assert len(slack.messages(LEADERSHIP)) == 1
    assert company.statuses(NIGHT) == ["accepted", "repeated", "repeated"]


def test_alert_case_09_of_missed_nights_the_latest_is_caught_up_and_no_other(company: Desk, slack: SlackServer) -> None:
    last = today(company) - timedelta(days=4)
    assert company.night(str(last)).code == 0
    with schedules(company, 1) as (process,):
        said(process, '"night_ended"')
        end(process)
    assert company.rows("SELECT as_of, status FROM run") == [f"{last}|accepted", f"{today(company)}|accepted"]
    with schedules(company, 1) as (again,):
        assert '"delivered"' in said(again, *ENDS)
        end(again)
    assert len(company.rows("SELECT id FROM run")) == 2
    assert len(slack.messages(LEADERSHIP)) == 1


@pytest.mark.parametrize("fault", [lost(Cut.SILENCE), accepted_then(Cut.SILENCE)], ids=["not taken", "taken"])
@pytest.mark.parametrize("process_1", [False, True], ids=["a process", "process 1"])
def test_alert_case_11_a_signal_while_it_posts_lets_it_finish_and_post_once(
    company: Desk, slack: SlackServer, fault: Fault, *, process_1: bool
) -> None:
    """Slack is silent when the signal comes: whether it took the message has to be found out before the end."""
    if process_1:
        company.before = new_pid_namespace()
    company.settings["notify"]["slack"]["timeout_seconds"] = 2
    slack.inject("chat.postMessage", fault)
    with schedules(company, 1) as (process,):
        slack.wait_for("chat.postMessage", 1)
        rest = end(process, child_of(process) if process_1 else None)
    assert '"event": "stopped"' in rest
    assert len(digests(slack)) == 1
    assert company.rows("SELECT DISTINCT state FROM outbox") == ["sent"]
    assert company.statuses(str(today(company))) == ["accepted"]
    company.before = ()
    with schedules(company, 1) as (again,):
        said(again, *ENDS)
        end(again)
    assert len(digests(slack)) == 1
