"""Says how it stands with the last night that was due, as a pure function of the moment, the timetable and the runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from cssync.model.night import Run, RunStatus
from cssync.model.wording import count, day
from cssync.schedule.timetable import Timetable

_GOOD = frozenset({RunStatus.ACCEPTED, RunStatus.REPEATED})


class State(StrEnum):
    FINE = "fine"
    DUE = "due"  # its time has come, and it is not late yet
    RUNNING = "running"
    REFUSED = "refused"
    FAILED = "failed"
    STUCK = "stuck"
    MISSING = "missing"

    @property
    def is_well(self) -> bool:
        return self in (State.FINE, State.DUE, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Standing:
    """*night*: the last one whose time had come. *run*: the one that decided, None where there was none.

    *reason*: what is not well, in a sentence without a customer's name; "" where all is.
    """

    state: State
    night: date
    run: Run | None = None
    reason: str = ""


def standing(now: datetime, runs: Iterable[Run], timetable: Timetable, late_after: timedelta) -> Standing:
    """*runs*: the latest ones, in any order.

    A night is fine once any run of its date, or a later one, was accepted: unlike what is due, which a run before
    its time does not answer, this holds for timers of the host too, which need not keep our hours to the minute.
    """
    night = timetable.latest(now)
    known = sorted(runs, key=lambda run: run.started_at, reverse=True)
    if good := next((run for run in known if run.as_of >= night and run.status in _GOOD), None):
        return Standing(State.FINE, night, good)
    mine = [run for run in known if run.as_of == night]
    if not mine:
        return _without_a_run(now, night, known, timetable, late_after)
    run = mine[0]
    match run.status:
        case RunStatus.RUNNING if now - run.started_at < late_after:
            return Standing(State.RUNNING, night, run)
        case RunStatus.RUNNING:
            took = count(int((now - run.started_at).total_seconds() // 60), "minute")
            return Standing(State.STUCK, night, run, f"it has been running for {took}: it hangs, or was killed")
        case RunStatus.REFUSED:
            return Standing(State.REFUSED, night, run, run.reason)
        case _:
            tries = f" ({count(len(mine), 'try', 'tries')})" if len(mine) > 1 else ""
            return Standing(State.FAILED, night, run, f"{run.reason or 'no reason was recorded'}{tries}")


def _without_a_run(
    now: datetime, night: date, known: Collection[Run], timetable: Timetable, late_after: timedelta
) -> Standing:
    begins = timetable.begins(night)
    if now - begins < late_after:
        return Standing(State.DUE, night)
    last = max((run.as_of for run in known if run.status in _GOOD), default=None)
    since = f"the last good night is {day(last)}" if last else "no night was ever accepted"
    return Standing(State.MISSING, night, None, f"no run began since {begins:%Y-%m-%d %H:%M} UTC; {since}")
