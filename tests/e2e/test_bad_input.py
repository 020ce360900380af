"""Bad input, row by row: a message with its remedy, an exit code, and nothing lost.

Broken settings are tried in tests/cli and tests/settings, sources that break in test_gate.py, amounts that cannot be
read in test_messy_company.py.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from tests.e2e.companies import (
    DANA,
    LEADERSHIP,
    OPERATIONS,
    customers,
    hubspot_company,
    salesforce_company,
    tell_slack,
    three_csms,
    write_csv,
    write_files,
)
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk, Ran, texts
from tests.e2e.hasty import failure_without_pauses
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel, Workspace

NOBODY = 65_534
CLOSED_PORT = "https://localhost:9"


def assert_told(ran: Ran, code: int, *said: str) -> None:
    assert ran.code == code, (ran.code, ran.out, ran.err)
    assert ran.said.startswith("cssync: ")
    assert "\n  -> " in ran.said
    assert "Traceback" not in ran.err
    for words in said:
        assert words in ran.said


# -- secrets and the CRM's address ------------------------------------------------------------------------------


def test_a_secret_that_is_missing(desk: Desk) -> None:
    with salesforce_company(desk, three_csms()) as salesforce:
        del desk.environ["SALESFORCE_SESSION_ID"]
        assert_told(desk.night(), 2, "SALESFORCE_SESSION_ID")
    assert salesforce.requests == []
    assert not desk.store.exists()


def test_a_secret_that_is_wrong_is_named_and_never_shown(desk: Desk) -> None:
    with hubspot_company(desk, three_csms()):
        desk.environ["HUBSPOT_TOKEN"] = "pat-na1-canary-of-another-portal"
        ran = desk.process("run", "--as-of", NIGHT)
    assert_told(ran, 3, "HUBSPOT_TOKEN")
    assert "canary" not in ran.out + ran.err


def test_a_crm_that_is_down(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with salesforce_company(desk, three_csms()):
        assert desk.night(NIGHT).code == 0
        before = desk.dump()
        desk.settings["source"]["instance_url"] = CLOSED_PORT
        told = failure_without_pauses(desk, NEXT_NIGHT, monkeypatch)
    assert "the connection to Salesforce failed" in told.message
    assert desk.dump() == before


# -- exports ----------------------------------------------------------------------------------------------------


def written(desk: Desk, accounts: bytes) -> Desk:
    """Exports whose accounts are given byte by byte, mapped to three columns."""
    folder = write_files(desk, [])
    (folder / "accounts.csv").write_bytes(accounts)
    unused: tuple[str, ...] = ("currency", "segment", "lifecycle", "product", "region", "language", "health", "parent")
    unused += ("created", "customer_since", "churned_on", "renewal")
    desk.settings["source"]["accounts"] = dict.fromkeys(unused)
    return desk


def test_a_byte_order_mark_windows_line_ends_and_quotes_are_read_as_they_are_meant(desk: Desk) -> None:
    written(
        desk,
        b"\xef\xbb\xbf"
        b"account_id,name,csm,arr\r\n"
        b'A1,"Smith, ""Sons"" & Co",U1,"1,000.50"\r\n'
        b'A2,"Two\r\nlines", dana@ACME.test ,2000\r\n'
        b'"A3","","U2","3000"\r\n',
    )
    ran = desk.night(NIGHT, "--json")

    assert ran.code == 0, ran.err
    told = {b["csm"]["name"]: (b["accounts"], b["arr"]) for b in ran.json["books"]["books"]}
    assert told == {"Dana Roy": (2, "3000.50"), "Ana Diaz": (1, "3000.00")}
    assert desk.rows("SELECT name FROM account_spell") == ["None", 'Smith, "Sons" & Co', "Two\r\nlines"]


def test_a_missing_column_is_named_with_those_that_are_there(desk: Desk) -> None:
    written(desk, b"account_id,name,csm,annual\nA1,Globex,U1,1000\n")
    assert_told(desk.night(), 2, '"arr"', "accounts.csv", "source.accounts.arr")
    assert desk.dump()["account_spell"] == []


def test_an_export_that_is_missing(desk: Desk) -> None:
    (write_files(desk, three_csms()) / "accounts.csv").unlink()
    assert_told(desk.night(), 3, "accounts.csv")


def test_a_date_in_the_future_is_reported_and_the_customer_counted(desk: Desk) -> None:
    rows = [
        *three_csms(),
        {"account_id": "F", "name": "Marty", "csm_ref": "U1", "amount": 1, "created_on": "2031-01-01"},
    ]
    write_files(desk, rows)
    desk.set("gate", max_problem_share=0.1)
    ran = desk.night(NIGHT, "--json")

    assert ran.code == 0, ran.err
    assert ran.json["problems"] == [
        {
            "object": "account",
            "record_id": "F",
            "field": "created",
            "value": "2031-01-01",
            "reason": "date in the future",
        }
    ]
    assert ran.json["books"]["totals"]["accounts"] == 18


def test_owners_without_a_name_twice_or_unknown_cost_nobody_a_customer(desk: Desk) -> None:
    folder = write_files(desk, [*customers(2, DANA), *customers(1, DANA, "X")])
    write_csv(
        folder / "owners.csv",
        ("id", "name", "email", "active", "kind", "team"),
        [
            ("U1", "", "dana@acme.test", "true", "person", "East"),
            ("U1", "Twin", "twin@acme.test", "true", "person", ""),
        ],
    )
    ran = desk.night(NIGHT, "--json")

    assert ran.code == 0, ran.err
    (book,) = ran.json["books"]["books"]
    assert (book["csm"]["id"], book["csm"]["name"], book["accounts"]) == ("U1", "dana@acme.test", 3)
    assert [(p["object"], p["record_id"], p["reason"]) for p in ran.json["problems"]] == [
        ("owner", "U1", "no name"),
        ("owner", "U1", "duplicate id"),
    ]


# -- Slack ------------------------------------------------------------------------------------------------------


def revoke(workspace: Workspace) -> None:
    workspace.revoked = True


def archive(workspace: Workspace) -> None:
    workspace.channels[LEADERSHIP].is_archived = True


def leave(workspace: Workspace) -> None:
    workspace.channels[LEADERSHIP].is_member = False


def delete(workspace: Workspace) -> None:
    del workspace.channels[LEADERSHIP]


def mend(workspace: Workspace) -> None:
    workspace.revoked = False
    workspace.add(Channel(LEADERSHIP, "capacity"))


def test_a_message_that_slack_will_not_take_waits_until_it_will(desk: Desk, slack: SlackServer) -> None:
    write_files(desk, three_csms())
    tell_slack(desk, slack)
    revoke(slack.workspace)

    first = desk.night(NIGHT)
    assert_told(first, 5, "1 message not delivered (1 kept in the outbox for the next run)", "token_revoked")
    night = desk.dump()
    assert len(night["alert"]) == 2  # the night itself is good
    again = desk.night(NIGHT)
    assert_told(again, 5, "token_revoked")

    mend(slack.workspace)
    assert desk.night(NIGHT).code == 0
    (message,) = slack.messages(LEADERSHIP)
    assert "*Dana Roy* (new): 7 accounts" in texts(message)
    assert desk.night(NIGHT).code == 0
    assert len(slack.messages(LEADERSHIP)) == 1
    assert desk.dump() == night


@pytest.mark.parametrize(
    ("broken", "said"),
    [(archive, "is_archived"), (leave, "not_in_channel"), (delete, "channel_not_found")],
)
def test_what_its_channel_will_not_take_goes_to_operations_and_to_the_channel_when_it_is_mended(
    desk: Desk, slack: SlackServer, broken: Callable[[Workspace], None], said: str
) -> None:
    write_files(desk, three_csms())
    tell_slack(desk, slack)
    broken(slack.workspace)

    assert_told(desk.night(NIGHT), 5, "1 message not delivered (1 given up)", said)
    told_instead = [texts(message) for message in slack.messages(OPERATIONS)]
    assert any("*Dana Roy* (new): 7 accounts" in text for text in told_instead)

    mend(slack.workspace)
    assert desk.run("outbox", "retry", "--all").code == 0
    (message,) = slack.messages(LEADERSHIP)
    assert "*Dana Roy* (new): 7 accounts" in texts(message)
    assert desk.night(NIGHT).code == 0
    assert len(slack.messages(LEADERSHIP)) == 1


def test_a_message_that_waited_goes_out_with_the_next_night(desk: Desk, slack: SlackServer) -> None:
    write_files(desk, three_csms())
    tell_slack(desk, slack)
    slack.workspace.revoked = True
    assert desk.night(NIGHT).code == 5
    slack.workspace.revoked = False
    assert desk.night(NEXT_NIGHT).code == 0
    (message,) = slack.messages(LEADERSHIP)
    assert "CS capacity: 20 Nov 2026" in texts(message)


# -- the store --------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """A desk after a good night; the next one has more to store."""
    write_files(desk, three_csms())
    assert desk.night(NIGHT).code == 0
    write_files(desk, [*three_csms(), *customers(4, DANA, "N")])
    return desk


@contextmanager
def nothing_lost(desk: Desk) -> Iterator[None]:
    before = desk.dump()
    yield
    assert desk.dump() == before
    assert desk.night(NEXT_NIGHT).code == 0
    assert desk.rows("SELECT accounts FROM book_day WHERE as_of = :day", day=NEXT_NIGHT) == ["11", "4", "6"]


def test_a_store_that_another_program_writes_to(kept: Desk) -> None:
    with nothing_lost(kept), closing(sqlite3.connect(kept.store, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        assert_told(kept.night(NEXT_NIGHT), 2, "Another program is writing to the store")


def test_a_store_on_a_full_disk(kept: Desk) -> None:
    def fill_disk(connection: sqlite3.Connection, _record: object) -> None:
        # SQLite allows no less than there is: not one more page.
        connection.execute("PRAGMA max_page_count = 1")

    write_files(kept, [*three_csms(), *customers(4, DANA, "N"), *customers(2_000, DANA, "M", arr=0)])
    with nothing_lost(kept):
        event.listen(Engine, "connect", fill_disk)
        try:
            assert_told(kept.night(NEXT_NIGHT), 2, "The disk is full", "the last good night is intact")
        finally:
            event.remove(Engine, "connect", fill_disk)


def test_a_store_of_a_newer_version(kept: Desk) -> None:
    def revision(number: str) -> None:
        with closing(sqlite3.connect(kept.store)) as direct, direct:
            direct.execute("UPDATE cssync_revision SET version_num = ?", (number,))

    (known,) = kept.rows("SELECT version_num FROM cssync_revision")
    with nothing_lost(kept):
        revision("9999")
        for command in (("run",), ("run", "--dry"), ("books",), ("alerts",)):
            assert_told(kept.run(*command), 2, "newer cssync", "upgrade cssync")
        revision(known)


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may write anything, so it steps down for a while; anybody else has no rights to give up."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_a_store_that_may_not_be_written(desk: Desk) -> None:
    with tempfile.TemporaryDirectory() as name:  # the folders of pytest are private
        public = Desk(Path(name), desk.settings)
        write_files(public, three_csms())
        assert public.night(NIGHT).code == 0
        assert public.night(NEXT_NIGHT, "--dry").code == 0  # all that it imports is imported
        before = public.dump()
        for path, mode in ((public.store, 0o444), (public.folder, 0o555), (public.write(), 0o444)):
            path.chmod(mode)
        with without_rights():
            ran, rehearsed = public.night(NEXT_NIGHT), public.night(NEXT_NIGHT, "--dry")
        public.folder.chmod(0o755)
        assert public.dump() == before

    assert_told(ran, 2, "The store may not be written", "write access to the file and its folder")
    assert rehearsed.code == 0, rehearsed.err


def test_a_date_far_ahead_is_refused_before_it_stands_in_the_way_of_every_night(desk: Desk) -> None:
    write_files(desk, three_csms())
    ran = desk.run("run", "--as-of", "2962-11-22")
    assert (ran.code, ran.out) == (2, "")
    assert "--as-of 2962-11-22 is" in ran.said
    assert "give a date that has come" in ran.said
    assert not desk.store.exists()
