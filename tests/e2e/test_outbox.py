"""``cssync outbox``: what is not out, why, and how an operator gets it out."""

from __future__ import annotations

import pytest

from tests.e2e.companies import LEADERSHIP, OPERATIONS, tell_slack, three_csms, write_files
from tests.e2e.desk import NIGHT, Desk
from tests.emulators.slack.faults import error, lost
from tests.emulators.slack.server import SlackServer

POST = "chat.postMessage"


@pytest.fixture
def company(desk: Desk, slack: SlackServer) -> Desk:
    write_files(desk, three_csms())
    tell_slack(desk, slack)
    return desk


def test_before_the_first_night_there_is_nothing_and_nothing_is_made(company: Desk) -> None:
    ran = company.run("outbox", "list")
    assert (ran.code, ran.out) == (0, "Everything is out.\n")
    assert not company.store.exists()


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_alert_case_12_a_revoked_token_keeps_every_message_until_it_is_mended(
    company: Desk, slack: SlackServer
) -> None:
    slack.workspace.revoked = True
    assert company.night().code == 5

    waiting = company.run("outbox", "list").out.splitlines()
    assert "  pending   slack C0CAPACITY  1 try  for 0 minutes" in waiting[0]
    assert waiting[1] == "          CS capacity, 20 Nov: 2 warnings"
    assert waiting[2].startswith("          Why: Slack refused: token_revoked: mend SLACK_BOT_TOKEN")
    assert waiting[3] == "          Next: goes out with the next run, or at once: cssync outbox send"
    assert "          Next: follows the message that it answers" in waiting

    slack.workspace.revoked = False
    sent = company.run("outbox", "send")
    assert (sent.code, sent.out.splitlines()[-1]) == (0, "3 messages sent.")
    assert len(slack.messages(LEADERSHIP)) == 1
    assert company.run("outbox", "list").out == "Everything is out.\n"
    assert company.run("outbox", "send").out == "Nothing was due.\n"


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_alert_case_13_a_digest_for_an_archived_channel_goes_to_operations_and_can_be_sent_again(
    company: Desk, slack: SlackServer
) -> None:
    company.settings["notify"]["slack"]["operations_channel"] = OPERATIONS
    slack.workspace.channels[LEADERSHIP].is_archived = True

    ran = company.night()

    assert ran.code == 5
    assert "is_archived: unarchive the channel" in ran.said
    assert f"it went to {OPERATIONS} instead" in ran.said
    digest, notice = sorted(slack.messages(OPERATIONS), key=lambda one: "nothing can be posted" in one["text"])
    assert digest["text"].startswith("CS capacity, 20 Nov: 2 warnings")
    assert len(slack.answers(digest["ts"], OPERATIONS)) == 2
    assert "CS capacity: nothing can be posted to C0CAPACITY" in notice["text"]
    assert "To do: unarchive the channel" in notice["text"]

    dead = [one for one in company.run("outbox", "list", "--json").json["messages"] if one["reply_to"] is None]
    assert [one["state"] for one in dead] == ["dead"]
    assert dead[0]["next"] == f"mend what it says, then: cssync outbox retry {dead[0]['id'][:8]}"
    assert company.run("outbox", "retry", dead[0]["id"][:8]).code == 5

    slack.workspace.channels[LEADERSHIP].is_archived = False
    again = company.run("outbox", "retry", dead[0]["id"][:8])
    assert (again.code, again.out.splitlines()[-1]) == (0, "3 messages sent.")
    (late,) = slack.messages(LEADERSHIP)
    assert len(slack.answers(late["ts"], LEADERSHIP)) == 2
    assert len(slack.messages(OPERATIONS)) == 2


def test_what_was_given_up_is_sent_again_all_at_once(company: Desk, slack: SlackServer) -> None:
    slack.inject(POST, *[lost(error("invalid_blocks"))] * 2)
    assert company.night().code == 5

    again = company.run("outbox", "retry", "--all")

    assert (again.code, again.out.splitlines()[-1]) == (0, "3 messages sent.")
    (digest,) = slack.messages(LEADERSHIP)
    assert len(slack.answers(digest["ts"], LEADERSHIP)) == 2


def test_an_id_that_is_not_one_message_s_is_refused(company: Desk) -> None:
    assert company.night().code == 0
    sent = company.run("outbox", "list", "--all", "--json").json["messages"][0]["id"]

    none, out, all_and_one, nothing = (
        company.run("outbox", "retry", *ids) for ids in (["zzz"], [sent], ["--all", sent], [])
    )

    assert [ran.code for ran in (none, out, all_and_one, nothing)] == [2, 2, 2, 2]
    assert "no message in the outbox begins with 'zzz'" in none.said
    assert f"{sent} was sent already" in out.said
    assert "cssync outbox list --all shows what there is" in out.said


def test_a_run_at_work_is_not_disturbed(company: Desk) -> None:
    from cssync.store.lock import file_lock

    assert company.night(NIGHT).code == 0
    with file_lock(company.store):
        assert company.run("outbox", "list", "--all").code == 0
        busy = company.run("outbox", "send")
    assert busy.code == 2
    assert "Another run is at work" in busy.said
