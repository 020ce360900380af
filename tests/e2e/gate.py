"""Stops a night in the middle of its pull, for as long as a test needs it there."""

from __future__ import annotations

import threading

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
