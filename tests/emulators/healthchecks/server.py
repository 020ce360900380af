"""healthchecks.io with one check, over a real socket, as https://healthchecks.io/docs/ describes it.

with HealthchecksServer(now=lambda: moment) as server:
    ... ping server.check_url ...
    server.status  # new, up, late, down
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tests.emulators.collector import Collector, Told
from tests.emulators.slack.faults import Answer

_OK = Answer(200, b"OK", {"Content-Type": "text/plain"})
_CHECK = "/5d41402a-bc4b-4a76-b971-9d911017c592-canary"
_SIGNALS = {"": "success", "/start": "start", "/fail": "fail", "/log": "log"}


@dataclass(frozen=True)
class Ping:
    kind: str
    rid: UUID | None
    body: str
    at: datetime


class HealthchecksServer(Collector):
    """Expects a success every *period*, and bears *grace* more: so long may one also take after its start."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        period: timedelta = timedelta(days=1),
        grace: timedelta = timedelta(hours=2),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(self._take, tls=tls)
        self.pings: list[Ping] = []
        self._now = now
        self._period = period
        self._grace = grace

    @property
    def check_url(self) -> str:
        return self.url + _CHECK

    @property
    def kinds(self) -> list[str]:
        return [ping.kind for ping in self.pings]

    @property
    def status(self) -> str:
        """As a look at the check would show it at this moment by the server's own clock."""
        now = self._now()
        last = next((ping for ping in reversed(self.pings) if ping.kind in ("success", "fail")), None)
        if any(now - begun > self._grace for begun in self._started().values()) or (last and last.kind == "fail"):
            return "down"
        if last is None:
            return "new"
        overdue = now - last.at - self._period
        if overdue > self._grace:
            return "down"
        return "late" if overdue > timedelta() else "up"

    def _started(self) -> dict[UUID | None, datetime]:
        """When each run began that has not ended; one with an id is ended by pings of that id alone."""
        started: dict[UUID | None, datetime] = {}
        for ping in self.pings:
            if ping.kind == "start":
                started[ping.rid] = ping.at
            elif ping.kind in ("success", "fail"):
                started.pop(ping.rid, None)
        return started

    def _take(self, told: Told) -> Answer:
        kind = _SIGNALS.get(told.path.removeprefix(_CHECK))
        if not told.path.startswith(_CHECK) or kind is None:
            return Answer(404, b"not found")
        try:
            rid = UUID(told.query["rid"]) if "rid" in told.query else None
        except ValueError:
            return Answer(400, b"invalid uuid format")
        if rid and str(rid) != told.query["rid"]:
            return Answer(400, b"invalid uuid format")  # canonical textual form only
        self.pings.append(Ping(kind, rid, told.body.decode(), self._now()))
        return _OK
