"""What monitoring sees of real nights: the file after each run, and what a schedule answers while it serves."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.companies import tell_slack, three_csms, write_files
from tests.e2e.desk import NIGHT, Desk
from tests.emulators.healthchecks.server import HealthchecksServer
from tests.emulators.slack.faults import error, lost
from tests.emulators.slack.server import SlackServer
from tests.ports import free_port


@pytest.fixture
def company(desk: Desk) -> Desk:
    write_files(desk, three_csms())
    return desk


def figures(text: str) -> dict[str, float]:
    """Samples by name and the values of their labels: cssync_runs_total accepted."""
    return {
        " ".join([sample.name, *(value for label, value in sorted(sample.labels.items()) if label != "tenant")]): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@contextmanager
def serving(desk: Desk, until: str) -> Iterator[subprocess.Popen[str]]:
    """A schedule whose night is due at once, as soon as its log says *until*; it ends well by SIGTERM."""
    desk.set("schedule", at="00:00")
    with desk.started("schedule") as process:
        try:
            assert process.stderr is not None
            assert any(until in line for line in process.stderr), "it ended before"
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()
    assert process.returncode == 0


def test_a_run_leaves_its_figures_in_a_file_for_node_exporter(company: Desk) -> None:
    company.set("metrics", textfile="cssync.prom")
    assert company.night().code == 0
    found = figures((company.folder / "cssync.prom").read_text("utf-8"))
    assert found["cssync_customers"] == 17
    assert found["cssync_arr USD"] == 17_000
    assert found["cssync_csms"] == 3
    assert found["cssync_runs_total accepted"] == 1
    assert found["cssync_alerts_firing accounts_over_limit warning"] == 2
    write_files(company, [])
    assert company.night("2026-11-21").code == 4
    found = figures((company.folder / "cssync.prom").read_text("utf-8"))
    assert (found["cssync_runs_total refused"], found["cssync_customers"]) == (1, 17)
    assert found["cssync_last_run_status refused"] == 1


def test_a_rehearsal_leaves_no_file(company: Desk) -> None:
    company.set("metrics", textfile="cssync.prom")
    assert company.night(NIGHT, "--dry").code == 0
    assert not (company.folder / "cssync.prom").exists()


def test_a_file_that_cannot_be_written_costs_no_night(company: Desk) -> None:
    company.set("metrics", textfile="nowhere/cssync.prom")
    ran = company.night()
    assert ran.code == 0
    assert [line["level"] for line in ran.events if line["event"] == "metrics_not_written"] == ["warning"]


def test_a_textfile_that_node_exporter_would_not_read_is_refused(company: Desk) -> None:
    company.set("metrics", textfile="cssync.txt")
    ran = company.night()
    assert ran.code == 2
    assert "end in .prom alone" in ran.said


def test_a_schedule_answers_metrics_and_health_and_is_asked_by_a_command(company: Desk) -> None:
    port = free_port()
    company.set("metrics", enabled=True, port=port)
    with serving(company, until="night_ended"):
        found = figures(requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text)
        assert found["cssync_customers"] == 17
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=30).json()["state"] == "fine"
        asked = company.run("health")
        assert (asked.code, asked.out.startswith("well: the night of ")) == (0, True)
    asked = company.run("health")
    assert (asked.code, asked.out) == (6, f"not well: no schedule answers at 127.0.0.1:{port}\n")


def test_a_schedule_whose_night_failed_is_alive_and_not_well(company: Desk) -> None:
    port = free_port()
    company.set("metrics", enabled=True, port=port)
    (company.folder / "exports" / "owners.csv").unlink()
    with serving(company, until="night_failed"):
        answer = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=30)
        assert (answer.status_code, answer.json()["state"]) == (503, "failed")
        assert "owners" in answer.json()["reason"]
        assert requests.get(f"http://127.0.0.1:{port}/livez", timeout=30).status_code == 200
        assert company.run("health").code == 6


def test_a_schedule_that_does_not_answer_says_how_to_let_it(company: Desk) -> None:
    asked = company.run("health")
    assert asked.code == 2
    assert "metrics.enabled is false" in asked.said


def test_a_schedule_tells_the_dead_man_of_its_nights(company: Desk, slack: SlackServer) -> None:
    """Slack takes the message only when the schedule is started again: that is the success."""
    tell_slack(company, slack)
    slack.inject("chat.postMessage", lost(error("token_revoked")))
    with HealthchecksServer(now=lambda: datetime.now(UTC)) as switch:
        company.environ["HEALTHCHECK_URL"] = switch.check_url
        with serving(company, until="night_failed"):
            assert switch.kinds == ["start", "fail"]
        with serving(company, until='"event": "delivered"'):
            switch.wait_for(3)
    assert switch.kinds == ["start", "fail", "success"]
    assert len({ping.rid for ping in switch.pings}) == 1
