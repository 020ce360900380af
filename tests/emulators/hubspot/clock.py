"""A clock for ``Portal.now`` that moves when a test says so."""

from __future__ import annotations

from datetime import datetime, timedelta


class Clock:
    """*moment*: aware; may be set."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **units: float) -> None:
        """Move on by so many days, hours, minutes, ..."""
        self.moment += timedelta(**units)
