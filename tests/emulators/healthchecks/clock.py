"""The clock of a server that waits to hear from others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Hours:
    """Time that passes by being told to."""

    now: datetime = datetime(2026, 11, 20, 4, tzinfo=UTC)

    def pass_by(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
