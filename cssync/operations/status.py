"""Sums up how the nights are going, and says with which exit code: what ``cssync status`` shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cssync.errors import ExitCode
from cssync.model.decision import Decision
from cssync.model.delivery import DeliveryState
from cssync.model.night import Run, RunStatus
from cssync.model.overview import Overview, Undelivered
from cssync.operations.standing import Standing, State, standing
from cssync.schedule.timetable import Timetable
from cssync.settings.model import Settings

_EXIT_CODES = {State.REFUSED: ExitCode.REFUSED, State.FAILED: ExitCode.MISSED}
_NEXT_STEPS = {
    State.REFUSED: "look into the CRM; if the numbers are true: cssync run --accept",
    State.FAILED: "mend what it says, then: cssync run",
    State.STUCK: "end the process if there is one, then: cssync run",
    State.MISSING: "see whether the timer or cssync schedule is up, then: cssync run",
}


@dataclass(frozen=True, slots=True)
class Status:
    """*at_work*: the run that is under way now. *unsent*: what should be out and is not, given up or still tried.

    *held*: what waits for its turn, for its hour, or for a sink that is switched off. *overview*: None where there is
    no store yet. *exceptions*: in force, the first to end before others; *ending*: those of them to be reviewed.
    """

    now: datetime
    timetable: Timetable
    late_after: timedelta
    standing: Standing
    overview: Overview | None
    at_work: Run | None
    unsent: tuple[Undelivered, ...]
    held: tuple[Undelivered, ...]
    exceptions: tuple[Decision, ...] = ()
    ending: tuple[Decision, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        if not self.standing.state.is_well:
            return _EXIT_CODES.get(self.standing.state, ExitCode.MISSED)
        return ExitCode.DELIVERY if self.unsent else ExitCode.OK

    @property
    def next_step(self) -> str:
        """What to do; "" where all is well."""
        if not self.standing.state.is_well:
            return _NEXT_STEPS[self.standing.state]
        if any(one.state is DeliveryState.DEAD for one in self.unsent):
            return "mend what it says, then: cssync outbox retry --all"
        if self.unsent:
            return "mend what it says; the next run sends it, or at once: cssync outbox send"
        return ""


def status(now: datetime, overview: Overview | None, settings: Settings) -> Status:
    timetable = Timetable(settings.schedule.at, settings.zone)
    late_after = timedelta(minutes=settings.schedule.late_after_minutes)
    runs = overview.runs if overview else ()
    undelivered = overview.undelivered if overview else ()
    sinks = _switched_on(settings)
    held = tuple(one for one in undelivered if _is_held(one, now, sinks, late_after))
    newest = runs[0] if runs else None
    today = now.astimezone(settings.zone).date()
    exceptions = tuple(one for one in overview.exceptions if one.until and one.until > today) if overview else ()
    review = today + timedelta(days=settings.alerts.review_exceptions_days)
    at_work = newest is not None and newest.status is RunStatus.RUNNING and now - newest.started_at < late_after
    return Status(
        now=now,
        timetable=timetable,
        late_after=late_after,
        standing=standing(now, runs, timetable, late_after),
        overview=overview,
        at_work=newest if at_work else None,
        unsent=tuple(one for one in undelivered if one not in held),
        held=held,
        exceptions=exceptions,
        ending=tuple(one for one in exceptions if one.until and one.until <= review),
    )


def _switched_on(settings: Settings) -> frozenset[str]:
    notify = settings.notify
    on = {"console": notify.console, "slack": notify.slack.enabled}
    return frozenset(sink for sink, enabled in on.items() if enabled)


def _is_held(one: Undelivered, now: datetime, sinks: Collection[str], late_after: timedelta) -> bool:
    if one.state is DeliveryState.DEAD:
        return False
    if one.error:
        return one.sink not in sinks
    since = max((moment for moment in (one.since, one.not_before) if moment), default=None)
    return one.sink not in sinks or (since is not None and now - since < late_after)
