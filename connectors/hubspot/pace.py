"""Keeps requests under the limits of HubSpot instead of running into 429s.

Errors above 5% of an app's requests endanger its standing with HubSpot, so waiting is cheaper than being refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.hubspot.endpoints import Endpoint

# A little is left to whatever else uses the token; a pull still gets more than nine tenths of what there is.
_SHARE = 0.96
# HubSpot allows five searches a second, and announces nothing about them.
_SEARCHES, _SEARCHES_SECONDS = 4, 1.0


@dataclass(frozen=True, slots=True)
class DailyBudget:
    """Requests that the account may make in a day, and those still left."""

    limit: int
    left: int


class Window:
    """At most *most* requests in any *seconds*; None: any number.

    A request counts from when its reply arrived. HubSpot counted it earlier, so by the time it is forgotten here it
    has left HubSpot's window too, however long replies take and whatever the clocks say.
    """

    def __init__(self, most: int | None, seconds: float) -> None:
        self._counted: deque[float] = deque()
        self.allow(most, seconds)

    def allow(self, most: int | None, seconds: float) -> None:
        self.most = most
        self.seconds = seconds

    def pause(self, now: float) -> float:
        """Seconds until there is room for one more."""
        while self._counted and self._counted[0] <= now - self.seconds:
            self._counted.popleft()
        if self.most is None or len(self._counted) < self.most:
            return 0.0
        return self._counted[-self.most] + self.seconds - now

    def count(self, now: float) -> None:
        self._counted.append(now)


class Pace:
    """Waits before a request where a window is full. Requests are made one after the other.

    The headers with "Secondly" are ignored: HubSpot still sends them but no longer enforces them.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._all = Window(None, 10.0)
        self._searches = Window(_SEARCHES, _SEARCHES_SECONDS)
        self._closed_until = 0.0
        self.daily: DailyBudget | None = None

    def wait(self, endpoint: Endpoint) -> None:
        """Return when the next request, for *endpoint*, may go out."""
        now = self._clock()
        pause = max(self._closed_until - now, *(window.pause(now) for window in self._windows(endpoint)))
        if pause > 0:
            self._sleep(min(pause, self._all.seconds))

    def count(self, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        """One was answered, or broke off; take over what its *headers* announce. Those of searches say nothing."""
        now = self._clock()
        for window in self._windows(endpoint):
            window.count(now)
        most = _number(headers, "x-hubspot-ratelimit-max")
        interval = _number(headers, "x-hubspot-ratelimit-interval-milliseconds")
        if most and interval:
            self._all.allow(max(1, int(most * _SHARE)), interval / 1000)
        if _number(headers, "x-hubspot-ratelimit-remaining") == 0:
            # Others have used up the rest, nobody knows when.
            self._closed_until = now + self._all.seconds
        limit, left = (
            _number(headers, "x-hubspot-ratelimit-daily"),
            _number(headers, "x-hubspot-ratelimit-daily-remaining"),
        )
        if limit is not None and left is not None:
            self.daily = DailyBudget(limit, left)

    def _windows(self, endpoint: Endpoint) -> tuple[Window, ...]:
        return (self._all, self._searches) if endpoint.searches else (self._all,)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isdecimal() else None
