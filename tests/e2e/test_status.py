"""``cssync status``, as someone reads it in the morning, and as a check goes by its exit code."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.e2e.companies import LEADERSHIP, tell_slack, three_csms, write_files
from tests.e2e.desk import Desk
from tests.emulators.slack.faults import error, lost
from tests.emulators.slack.server import SlackServer


@pytest.fixture
def company(desk: Desk) -> Desk:
    """In a zone where it is past noon now, so that its night was due an hour ago and no date ends meanwhile."""
    desk.settings["timezone"] = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    desk.set("schedule", at="11:00", late_after_minutes=180)
    write_files(desk, three_csms())
    return desk


def told(desk: Desk) -> dict[str, str]:
    out = desk.run("status").out.splitlines()
    assert len(out) <= 10
    return {line[:12].strip(): line[12:] for line in out}


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_a_good_night_is_told_in_a_few_lines_and_ends_with_0(company: Desk) -> None:
    assert company.run("run").code == 0
    found = told(company)
    assert ": accepted at " in found["Last night"]
    assert found["It saw"].startswith("17 accounts, 17 customers, $17k of ARR, 3 CSMs, pulled in ")
    assert found["Firing"] == "2 warning"
    assert found["Unsent"] == "nothing"
    assert found["All is well."] == ""
    assert "revision " in found["Store"]
    ran = company.run("status", "--json")
    assert (ran.code, ran.json["status"], ran.json["last_run"]["accounts"]) == (0, "fine", 17)


def test_before_the_first_night_there_is_no_store_and_nothing_is_made(company: Desk) -> None:
    ran = company.run("status")
    assert ran.code == 0
    assert "Store       none yet: the first `cssync run` makes it" in ran.out
    assert not company.store.exists()


def test_a_night_that_never_ran_ends_with_6(company: Desk) -> None:
    company.set("schedule", late_after_minutes=30)
    ran = company.run("status")
    assert ran.code == 6
    assert "missing; no run began since " in ran.out
    assert "Next        see whether the timer or cssync schedule is up, then: cssync run" in ran.out


def test_a_refused_night_says_why_and_ends_with_4(company: Desk) -> None:
    write_files(company, [])
    assert company.run("run").code == 4
    ran = company.run("status")
    assert ran.code == 4
    assert ": refused at " in ran.out
    assert "0 accounts" in ran.out
    assert "cssync run --accept" in ran.out


def test_a_failed_night_says_why_and_ends_with_6(company: Desk) -> None:
    (company.folder / "exports" / "owners.csv").unlink()
    assert company.run("run").code != 0
    ran = company.run("status")
    assert ran.code == 6
    assert ": failed at " in ran.out
    assert "owners" in ran.out


def test_a_message_that_is_not_out_says_since_when_and_why_and_ends_with_5(company: Desk, slack: SlackServer) -> None:
    tell_slack(company, slack)
    slack.inject("chat.postMessage", lost(error("token_revoked")))
    assert company.run("run").code == 5
    ran = company.run("status")
    assert ran.code == 5
    unsent = next(line for line in ran.out.splitlines() if line.startswith("Unsent"))
    assert "1 message since " in unsent
    assert f"slack {LEADERSHIP}, 1 try: Slack refused: token_revoked: mend SLACK_BOT_TOKEN" in unsent
    assert company.run("run").code == 0
    assert company.run("status").code == 0


def test_what_waits_for_a_sink_that_was_switched_off_is_held_and_no_failure(company: Desk, slack: SlackServer) -> None:
    tell_slack(company, slack)
    slack.inject("chat.postMessage", lost(error("token_revoked")))
    assert company.run("run").code == 5
    company.set("notify", slack={"enabled": False})
    ran = company.run("status")
    assert ran.code == 0
    assert "Held        1 message: slack, " in ran.out


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_it_answers_while_a_night_holds_the_store(company: Desk) -> None:
    from cssync.store.open import open_store

    assert company.run("run").code == 0
    store = open_store(company.environ.get("DATABASE_URL") or company.store, "default")
    try:
        with store.lock():
            assert company.run("status").code == 0
    finally:
        store.close()
