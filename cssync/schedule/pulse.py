"""Tells whether the scheduler is alive: by what it does, not by whether its thread is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

BEATS_EVERY = timedelta(seconds=20)
_FELT_FOR = timedelta(minutes=3)


class Pulse:
    """Beaten by a job of the scheduler. *seconds*: a clock that only ever goes on."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._last: float | None = None

    def beat(self) -> None:
        self._last = self._seconds()

    @property
    def is_felt(self) -> bool:
        return self._last is not None and self._seconds() - self._last < _FELT_FOR.total_seconds()
