"""The same promise with the outbox on disk: each run opens the store anew, as another process would."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from cssync.errors import StoreError
from cssync.model.delivery import DeliveryState
from cssync.model.night import Run, RunStatus
from cssync.notify.base import Notifier
from cssync.notify.delivery import Delivered, deliver
from cssync.notify.slack.web import SlackBotNotifier
from cssync.store.base import Store
from cssync.store.open import open_store
from tests.emulators.slack.faults import UNAVAILABLE, Cut, Fault, Meanwhile, accepted_then, lost, slow_down
from tests.emulators.slack.server import SlackServer
from tests.notify.builders import DELIVERY_ID, NIGHT, Clock, delivery, digest, entry

POST = "chat.postMessage"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store whose outbox holds one digest."""
    path = tmp_path / "cssync.db"
    run = Run("8f3a", date(2026, 11, 22), NIGHT, RunStatus.FAILED, "file", finished_at=NIGHT)
    with opened(path) as store:
        store.begin(run)
        store.end(run, (delivery(digest(entry(who="Dana <!channel> M\u00fcller"))),))
    return path


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [accepted_then(Cut.RESET)],
        [lost(UNAVAILABLE), accepted_then(UNAVAILABLE)],
        [slow_down("3600")],
        [lost(), lost(), lost()],
    ],
    ids=["none", "accepted and reset", "503 before and after", "an hour's wait", "one run in vain"],
)
def test_exactly_one_message_arrives_and_further_runs_send_nothing(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, file: Path, faults: list[Fault]
) -> None:
    slack.inject(POST, *faults)

    for _ in range(3):
        run(file, bot, clock)
        clock.sleep(24 * 3600)

    (message,) = slack.messages()
    assert "Dana &lt;!channel&gt; M\u00fcller" in message["blocks"][2]["text"]["text"]
    assert row(file) == ("sent", f"C0CAPACITY:{message['ts']}")


def test_alert_case_30_a_disk_that_fills_up_after_the_post_does_not_make_it_go_out_twice(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, file: Path
) -> None:
    with closing(sqlite3.connect(file)) as direct:
        direct.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN new.state = 'sent' "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(StoreError):
        run(file, bot, clock)
    assert row(file) == ("sending", None)

    with closing(sqlite3.connect(file)) as direct:
        direct.execute("DROP TRIGGER full")
    clock.sleep(24 * 3600)
    delivered = run(file, bot, clock)

    assert delivered == Delivered(sent=1)
    assert len(slack.messages()) == 1


def test_alert_case_30_a_store_that_is_locked_after_the_post_does_not_make_it_go_out_twice(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, file: Path
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        slack.inject(POST, Meanwhile(lambda _: other.execute("BEGIN IMMEDIATE")))
        with pytest.raises(StoreError):
            run(file, bot, clock)
        other.execute("ROLLBACK")
    assert row(file) == ("sending", None)

    clock.sleep(24 * 3600)
    delivered = run(file, bot, clock)

    assert delivered == Delivered(sent=1)
    assert len(slack.messages()) == 1


def run(file: Path, notifier: Notifier, clock: Clock) -> Delivered:
    with opened(file) as store:
        return deliver(store, [notifier], now=clock.now, sleep=clock.sleep)


def row(file: Path) -> tuple[DeliveryState, str | None]:
    with closing(sqlite3.connect(file)) as direct:
        state, receipt = direct.execute("SELECT state, receipt FROM outbox WHERE id = ?", (DELIVERY_ID,)).fetchone()
    return state, receipt


@contextmanager
def opened(file: Path) -> Iterator[Store]:
    store = open_store(file, "acme", patience_seconds=0)
    try:
        yield store
    finally:
        store.close()
