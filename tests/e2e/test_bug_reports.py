"""A bug in a real run: told on stderr, reported to Sentry, and neither names a customer or a secret."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.companies import three_csms, write_files
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk
from tests.emulators.sentry.server import SentryServer

CUSTOMER, TOKEN = "Customer D1", "xoxb-canary-token"


@pytest.fixture
def sentry(desk: Desk) -> Iterator[SentryServer]:
    """A company after a good night, whose bugs are reported."""
    write_files(desk, three_csms())
    with SentryServer() as server:
        desk.environ["SENTRY_DSN"] = server.dsn
        desk.environ["SLACK_BOT_TOKEN"] = TOKEN
        assert desk.night(NIGHT).code == 0
        yield server


def edit_by_hand(desk: Desk) -> None:
    """Put into the store what cssync never wrote and does not expect."""
    with closing(sqlite3.connect(desk.store, isolation_level=None)) as other:
        other.execute("UPDATE alert SET document = ?", [f'{{"{CUSTOMER}": "{TOKEN}"}}'])


def test_a_bug_ends_with_1_and_is_reported_once(desk: Desk, sentry: SentryServer) -> None:
    edit_by_hand(desk)
    ran = desk.process("run", "--as-of", NEXT_NIGHT)
    assert ran.code == 1, ran.err
    assert "stopped by a bug: ValidationError in " in ran.said
    (event,) = sentry.events
    assert event["exception"]["values"][-1]["type"] == "ValidationError"
    for told in (sentry.raw[0], ran.err):
        assert CUSTOMER not in told
        assert TOKEN not in told


def test_what_is_no_bug_is_not_reported(desk: Desk, sentry: SentryServer) -> None:
    write_files(desk, [])
    assert desk.night(NEXT_NIGHT).code == 4
    (desk.folder / "exports" / "owners.csv").unlink()
    assert desk.night(NEXT_NIGHT).code in (2, 3)
    assert desk.run("books", "--csm", "nobody").code == 2
    assert sentry.told == []


def test_a_bug_in_a_night_of_the_schedule_is_reported_and_the_schedule_lives_on(
    desk: Desk, sentry: SentryServer
) -> None:
    edit_by_hand(desk)
    desk.set("schedule", at="00:00")
    with desk.started("schedule") as process:
        assert process.stderr is not None
        log = ""
        while "night_failed" not in log:
            log = process.stderr.readline()
        sentry.wait_for(1)
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate()
    assert process.returncode == 0
    assert sentry.events[0]["exception"]["values"][-1]["type"] == "ValidationError"
    for told in (sentry.raw[0], log, rest):
        assert CUSTOMER not in told
        assert TOKEN not in told
