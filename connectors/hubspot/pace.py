"""Keeps requests under the limit that HubSpot announces in its reply headers, instead of running into 429s.

Errors above 5% of an app's requests endanger its standing with HubSpot, so waiting is cheaper than being refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# Other jobs may share the token: a part of the limit is left to them.
_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class DailyBudget:
    """Requests that the account may make in a day, and those still left."""

    limit: int
    left: int


class Pace:
    """Waits before a request where the rolling window is nearly full. The headers with "Secondly" are ignored:
    HubSpot still sends them but no longer enforces them.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._sent: deque[float] = deque()
        self._interval = 10.0
        self._allowed: int | None = None
        self._hold_until = 0.0
        self.daily: DailyBudget | None = None

    def wait(self) -> None:
        """Return when the next request may go out."""
        now = self._clock()
        while self._sent and self._sent[0] <= now - self._interval:
            self._sent.popleft()
        pause = self._hold_until - now
        if self._allowed is not None and len(self._sent) >= self._allowed:
            pause = max(pause, self._sent[-self._allowed] + self._interval - now)
        if pause > 0:
            self._sleep(min(pause, self._interval))
        self._sent.append(self._clock())

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over what a reply announces; search replies announce nothing and change nothing."""
        most = _number(headers, "x-hubspot-ratelimit-max")
        interval = _number(headers, "x-hubspot-ratelimit-interval-milliseconds")
        if most and interval:
            self._allowed = max(1, int(most * _SHARE))
            self._interval = interval / 1000
        if _number(headers, "x-hubspot-ratelimit-remaining") == 0:
            self._hold_until = self._clock() + self._interval
        limit, left = (
            _number(headers, "x-hubspot-ratelimit-daily"),
            _number(headers, "x-hubspot-ratelimit-daily-remaining"),
        )
        if limit is not None and left is not None:
            self.daily = DailyBudget(limit, left)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isdecimal() else None
