"""HubSpot's rate limits: a rolling window per app, a daily quota per account, five searches a second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from tests.emulators.hubspot.answers import Answer, too_many


@dataclass
class Limits:
    """*announced* False: no headers. *daily_announced* False: none of the day, as for OAuth apps.

    Search replies never carry any. *clock*: in seconds, from anywhere.
    """

    in_window: int = 250
    window_seconds: float = 10.0
    daily: int = 1_000_000
    searches_a_second: int = 5
    announced: bool = True
    daily_announced: bool = True
    retry_after: str | None = None
    clock: Callable[[], float] = time.monotonic
    used_today: int = 0
    _sent: deque[float] = field(default_factory=deque)
    _searched: deque[float] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def admitted(self, *, search: bool) -> Answer | None:
        """None when the request may pass, else the refusal."""
        with self._lock:
            now = self.clock()
            if self.used_today >= self.daily:
                return too_many("DAILY", self.retry_after)
            if not _fits(self._sent, now, self.window_seconds, self.in_window):
                return too_many("TEN_SECONDLY_ROLLING", self.retry_after)
            if search and not _fits(self._searched, now, 1.0, self.searches_a_second):
                return too_many("SECONDLY", self.retry_after)
            self.used_today += 1
            return None

    def headers(self, *, search: bool) -> Mapping[str, str]:
        if not self.announced or search:
            return {}
        with self._lock:
            left = max(0, self.in_window - len(self._sent))
            of_the_day = {
                "X-HubSpot-RateLimit-Daily": str(self.daily),
                "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, self.daily - self.used_today)),
            }
            return {
                **(of_the_day if self.daily_announced else {}),
                "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(self.window_seconds * 1000)),
                "X-HubSpot-RateLimit-Max": str(self.in_window),
                "X-HubSpot-RateLimit-Remaining": str(left),
                "X-HubSpot-RateLimit-Secondly": str(max(1, self.in_window // 10)),
                "X-HubSpot-RateLimit-Secondly-Remaining": str(max(1, self.in_window // 10) - 1),
            }


def _fits(sent: deque[float], now: float, window: float, most: int) -> bool:
    while sent and sent[0] <= now - window:
        sent.popleft()
    if len(sent) >= most:
        return False
    sent.append(now)
    return True
