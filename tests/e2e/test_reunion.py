"""Someone left, came back and was given a new user: one person, one book, and the digest says so."""

from __future__ import annotations

from dataclasses import replace

from tests.e2e.companies import ANA, DANA, LEADERSHIP, SAM, customers, tell_slack, write_files
from tests.e2e.desk import Desk, texts
from tests.emulators.slack.server import SlackServer

DANA_BEFORE = replace(DANA, id="U0", active=False)


def test_customers_of_both_users_of_one_person_are_in_one_book(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    write_files(desk, [*customers(3, DANA), *customers(3, DANA_BEFORE, prefix="B")], (DANA, ANA, SAM, DANA_BEFORE))

    night = desk.night("2026-11-20", "--json").json

    assert [(book["csm"]["id"], book["accounts"]) for book in night["books"]["books"]] == [("U1", 6)]
    note = "Dana Roy (U0) and Dana Roy (U1) share dana@acme.test: counted as one."
    assert night["notes"] == [note]
    # Each alone is under the limit of five.
    (message,) = slack.messages(LEADERSHIP)
    assert "6 accounts (limit 5)" in texts(message)
    assert note in texts(message)
