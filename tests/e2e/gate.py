"""Stops a night in the middle of its pull or of its commit, for as long as a test needs it there."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.e2e.desk import Desk
from tests.emulators.salesforce.faults import Page

PATIENCE_SECONDS = 60


class Gate:
    """Stops the pull at a request until it is told to go on."""

    def __init__(self) -> None:
        self._reached, self._open = threading.Event(), threading.Event()

    def hold(self, _path: str, page: Page) -> Page:
        self._reached.set()
        self._open.wait(PATIENCE_SECONDS)
        return page

    def wait(self) -> None:
        assert self._reached.wait(PATIENCE_SECONDS)

    def open(self) -> None:
        self._open.set()


@contextmanager
def commits_without_end(desk: Desk) -> Iterator[None]:
    """The store is so slow that a night cannot be accepted, while all else can be written."""
    for_ever = ", ".join(f"sqlite_master AS t{number}" for number in range(30))
    with closing(sqlite3.connect(desk.store, isolation_level=None)) as other:
        stall = f"SELECT count(*) FROM {for_ever}"  # noqa: S608 - words of ours
        other.execute(f"CREATE TRIGGER slow BEFORE INSERT ON run WHEN NEW.status = 'accepted' BEGIN {stall}; END")
        yield
        other.execute("DROP TRIGGER slow")
