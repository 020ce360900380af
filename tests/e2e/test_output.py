"""What goes where: the product to stdout, the log to stderr, and a rehearsal to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.e2e.companies import LEADERSHIP, salesforce_company, tell_slack, three_csms
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk, Ran
from tests.emulators.slack.server import SlackServer

BOOKS_KEYS = {"as_of", "currency", "history_since", "known_since", "books", "teams", "segments", "managers", "totals"}
RUN_KEYS = {
    "run", "as_of", "status", "source", "pulled_at", "pulled", "doubts", "notes", "problems", "findings",
    "transitions", "digest", "delivered", "books",
}  # fmt: skip


@pytest.fixture
def office(desk: Desk, slack: SlackServer) -> Iterator[Desk]:
    tell_slack(desk, slack)
    desk.set("notify", console=True)
    rows = [*three_csms(), {"account_id": "X", "name": "Cents", "csm_ref": "U2", "amount": "90071992547.33"}]
    with salesforce_company(desk, rows):
        yield desk


def assert_only_the_log(err: str) -> None:
    assert all(line.startswith('{"timestamp": ') for line in err.splitlines()), err


def assert_plain(ran: Ran) -> None:
    """No escape codes, no bars, no spinners."""
    assert not re.search(r"[\x1b\r\u2800-\u28ff\u2500-\u259f]", ran.out + ran.err)


def test_a_rehearsal_shows_the_digest_and_leaves_no_trace(office: Desk, slack: SlackServer) -> None:
    ran = office.process("run", "--dry", "--as-of", NIGHT)

    assert ran.code == 0, ran.err
    assert "CS capacity: 20 Nov 2026" in ran.out
    assert "Dana Roy (new): 7 accounts (limit 5), $7k ARR" in ran.out
    assert "A rehearsal: nothing stored, nothing posted. Next, for real: cssync run" in ran.out
    assert_only_the_log(ran.err)
    assert_plain(ran)
    assert "Dana" not in ran.err
    assert [path.name for path in office.folder.iterdir()] == ["cssync.yaml"]
    assert slack.calls == []


@pytest.mark.parametrize("desk", ["PostgreSQL"], indirect=True)
def test_a_rehearsal_makes_no_table(office: Desk) -> None:
    ran = office.night(NIGHT, "--dry")
    assert ran.code == 0, ran.err
    assert office.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


def test_a_rehearsal_needs_no_token_of_slack(office: Desk) -> None:
    del office.environ["SLACK_BOT_TOKEN"]
    assert office.night(NIGHT, "--dry").code == 0
    refused = office.night(NIGHT)
    assert refused.code == 2
    assert "SLACK_BOT_TOKEN" in refused.said
    assert not office.store.exists()


def test_a_rehearsal_after_a_night_leaves_the_store_as_it_was(office: Desk, slack: SlackServer) -> None:
    assert office.night(NIGHT).code == 0
    runs = office.rows("SELECT * FROM run")
    before = office.dump()

    ran = office.night(NEXT_NIGHT, "--dry")

    assert ran.code == 0, ran.err
    assert "Nothing new to tell: 3 alerts unchanged." in ran.out
    assert office.dump() == before
    assert office.rows("SELECT * FROM run") == runs
    assert len(slack.messages(LEADERSHIP)) == 1


@pytest.mark.parametrize("arguments", [("run", "--json"), ("run", "--dry", "--json")])
def test_a_night_as_json_is_complete_and_exact(office: Desk, arguments: tuple[str, ...]) -> None:
    ran = office.run(*arguments, "--as-of", NIGHT)
    night = ran.json

    assert_only_the_log_beside_the_digest(ran)
    assert night.keys() == RUN_KEYS
    assert (night["as_of"], night["status"], night["source"]) == (NIGHT, "accepted", "salesforce")
    assert night["pulled"]["accounts"] == 18
    assert (night["doubts"], night["problems"]) == ([], [])
    assert night["books"].keys() == BOOKS_KEYS
    assert {f["rule"] for f in night["findings"]} == {"accounts_over_limit", "arr_over_limit"}
    (over,) = (f for f in night["findings"] if f["rule"] == "arr_over_limit")
    assert (over["value"], over["limit"]["value"]) == ("90071996547.33", "2000000")
    assert night["digest"]["entries"][0]["who"] == "Ana Diaz"


def assert_only_the_log_beside_the_digest(ran: Ran) -> None:
    """With --json the digest for people goes to stderr, where the console is told."""
    assert "CS capacity: 20 Nov 2026" in ran.said
    assert ran.out.startswith("{")


def test_books_as_json_have_every_documented_key(office: Desk) -> None:
    assert office.night(NIGHT).code == 0
    ran = office.process("books", "--json")
    books = ran.json

    assert (ran.code, ran.err) == (0, "")
    assert books.keys() == BOOKS_KEYS
    assert (books["as_of"], books["currency"], books["history_since"]) == (NIGHT, "USD", NIGHT)
    (ana,) = (book for book in books["books"] if book["csm"]["name"] == "Ana Diaz")
    assert ana["csm"].keys() == {"id", "name", "email", "active", "kind"}
    assert ana["csm"]["id"].startswith("005")
    assert (ana["csm"]["email"], ana["csm"]["active"], ana["csm"]["kind"]) == ("ana@acme.test", True, "csm")
    assert (ana["accounts"], ana["arr"], ana["team"]) == (5, "90071996547.33", "West")
    assert (books["totals"]["accounts"], books["totals"]["arr"]) == (18, "90072009547.33")


def test_no_colour_and_a_pipe_give_plain_text(office: Desk) -> None:
    ran = office.process("run", "--as-of", NIGHT, NO_COLOR="1", FORCE_COLOR="")
    assert ran.code == 0
    assert_plain(ran)
    assert_only_the_log(ran.err)
