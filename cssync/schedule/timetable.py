"""Says which night is due, as a pure function of the moment, the timetable and the runs so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cssync.model.check import Check, CheckStatus
from cssync.model.night import Run, RunStatus

ATTEMPTS_A_NIGHT = 4
# A night at 23:30 that a reboot swallowed is worth having at 00:10; at noon the next one sees the CRM better.
CATCH_UP_WITHIN = timedelta(hours=12)
_OVER = frozenset({RunStatus.ACCEPTED, RunStatus.REPEATED, RunStatus.REFUSED})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """One night a calendar day, at *at* on the clocks of *zone*.

    A time that the clocks skip stands for the moment it would have been; one that they show twice, for the first.
    So every day has exactly one moment, also where an early *at* meets a change of the clocks.
    """

    at: time
    zone: ZoneInfo

    def begins(self, night: date) -> datetime:
        """The moment at which *night* becomes due, in UTC."""
        return datetime.combine(night, self.at.replace(fold=0), tzinfo=self.zone).astimezone(UTC)

    def latest(self, now: datetime) -> date:
        """The last night whose time has come."""
        night = self.day(now) + _DAY
        while self.begins(night) > now:
            night -= _DAY
        return night

    def following(self, now: datetime) -> date:
        """The first night whose time is still to come."""
        return self.latest(now) + _DAY

    def day(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def clock_changes(self, year_from: date) -> tuple[date, ...]:
        """The days within a year on which *at* is skipped or comes twice."""
        days = (year_from + n * _DAY for n in range(366))
        return tuple(day for day in days if self._is_skipped_or_doubled(day))

    def _is_skipped_or_doubled(self, day: date) -> bool:
        local = datetime.combine(day, self.at.replace(fold=0), tzinfo=self.zone)
        return local.utcoffset() != local.replace(fold=1).utcoffset()


def due(now: datetime, runs: Iterable[Run], timetable: Timetable) -> date | None:
    """The night to run at *now*, or None: only ever the latest, and only while it makes sense.

    *runs*: the latest ones in any order. A night is over when a run that began at or after its time was accepted;
    an earlier run by hand saw an older CRM and does not count. A refused night waits for a person, who has been
    told. A failed or killed one is tried again, ``ATTEMPTS_A_NIGHT`` times in all. A missed one is caught up on its
    own day, or within ``CATCH_UP_WITHIN``: later its date would be a lie about what the CRM held; nor ever behind
    a later night that someone ran by hand.
    """
    night = timetable.latest(now)
    begins = timetable.begins(night)
    if night != timetable.day(now) and now - begins > CATCH_UP_WITHIN:
        return None
    known = tuple(runs)
    if any(run.as_of > night and run.status is RunStatus.ACCEPTED for run in known):
        return None
    attempts = [run.status for run in known if run.as_of == night and run.started_at >= begins]
    return None if len(attempts) >= ATTEMPTS_A_NIGHT or not _OVER.isdisjoint(attempts) else night


def check(timetable: Timetable, now: datetime) -> Iterator[Check]:
    """Yield what ``doctor`` shows: when the next night is, and whether the clocks get in its way."""
    yield Check("next night", CheckStatus.OK, announce(timetable, now))
    if changes := timetable.clock_changes(timetable.day(now)):
        days = ", ".join(day.isoformat() for day in changes)
        yield Check(
            "clock changes",
            CheckStatus.WARNING,
            f"{timetable.at:%H:%M} in {timetable.zone.key} is skipped or comes twice on {days}",
            "nothing is lost, but that night is up to an hour early or late: set schedule.at to 04:00 or later",
        )


def announce(timetable: Timetable, now: datetime) -> str:
    """When the following night begins: "Mon 23 Nov 2026, 04:00 CET (03:00 UTC), in 9 h 12 min"."""
    begins = timetable.begins(timetable.following(now))
    local = begins.astimezone(timetable.zone)
    universal = "" if timetable.zone.key == "UTC" else f" ({begins:%H:%M} UTC)"
    minutes = -(-int((begins - now).total_seconds()) // 60)
    return f"{local:%a %d %b %Y, %H:%M %Z}{universal}, in {minutes // 60} h {minutes % 60} min"
