"""A process killed at any moment of a commit leaves the last good night, whole and readable."""

from __future__ import annotations

import signal
from datetime import date, timedelta

import pytest

from cssync.model.night import RunStatus
from cssync.store.base import Store
from tests.builders import AT, DAY, a_delivery, a_run, an_alert
from tests.store.conftest import Opener, program
from tests.store.crash import FIRST_NIGHT, NEXT

SINCE = date(2026, 8, 1)


def _kill_before(address: str, beginning: str) -> None:
    with program("crash", address, beginning) as crashing:
        assert crashing.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    "beginning",
    [
        "DELETE FROM run",
        "INSERT INTO run",
        "DELETE FROM owner",
        "DELETE FROM book_day",
        "INSERT INTO book_day",
        "INSERT INTO alert ",
        "INSERT INTO outbox",
        "COMMIT",
    ],
)
def test_killed_inside_the_commit_the_last_good_night_stands(
    address: str, store: Store, reopen: Opener, beginning: str
) -> None:
    store.commit(FIRST_NIGHT)

    _kill_before(address, beginning)

    survivor = reopen()
    past = survivor.past(NEXT + timedelta(days=1), SINCE)
    assert [run.as_of for run in past.runs] == [DAY]
    assert past.spells.select("valid_from", "valid_to").rows() == [(DAY, None)]
    assert past.alerts == (an_alert(),)
    assert survivor.due(AT) == ()
    assert survivor.daily_books(DAY).get_column("as_of").to_list() == [DAY]

    # The next run finds the dead one, and takes the lock that it held.
    with survivor.lock():
        survivor.begin(a_run(NEXT, id="again"))
    assert {(run.id, run.status) for run in survivor.runs(9)} == {
        ("run-2026-11-22", RunStatus.ACCEPTED),
        ("run-2026-11-23", RunStatus.FAILED),
        ("again", RunStatus.RUNNING),
    }


def test_a_dry_run_after_a_crash_reads_the_last_good_night(address: str, reopen: Opener, dry: Opener) -> None:
    store = reopen()
    store.commit(FIRST_NIGHT)
    store.close()

    _kill_before(address, "COMMIT")

    assert [run.as_of for run in dry().past(NEXT, SINCE).runs] == [DAY]


def test_killed_after_the_commit_the_new_night_stands(address: str, store: Store, reopen: Opener) -> None:
    store.commit(FIRST_NIGHT)

    _kill_before(address, "nothing")

    survivor = reopen()
    past = survivor.past(NEXT + timedelta(days=1), SINCE)
    assert [run.as_of for run in past.runs] == [NEXT, DAY]
    assert past.spells.sort("valid_from").select("valid_from", "valid_to").rows() == [(DAY, NEXT), (NEXT, None)]
    assert past.alerts == (an_alert(incident=2),)
    assert survivor.due(AT) == (a_delivery("d2"),)
