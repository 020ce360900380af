"""When people are left in peace, as a pure function of the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_YEAR = 366


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet from *begins* to *ends* on the clocks of *zone*, across midnight where *ends* is the earlier; equal: never.

    All of a day is quiet on which nobody works.
    """

    zone: ZoneInfo
    begins: time
    ends: time
    is_working: Callable[[date], bool]
    hold_critical: bool = True

    def until(self, moment: datetime) -> datetime | None:
        """When people may be told, in UTC; None: now."""
        local = moment.astimezone(self.zone)
        at = local
        for _ in range(_A_YEAR):
            following = self._end_of_quiet(at)
            if following is None:
                return None if at == local else at.astimezone(UTC)
            at = following
        raise ValueError("quiet for a whole year")

    def _end_of_quiet(self, at: datetime) -> datetime | None:
        """The end of the quiet that *at* lies in, which may be the beginning of more; None where it is not quiet."""
        if not self.is_working(at.date()):
            return self._on(at.date() + timedelta(days=1), time.min)
        now = at.time()
        if self.begins <= self.ends:
            return self._on(at.date(), self.ends) if self.begins <= now < self.ends else None
        if now < self.ends:
            return self._on(at.date(), self.ends)
        return self._on(at.date() + timedelta(days=1), time.min) if now >= self.begins else None

    def _on(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=self.zone)
