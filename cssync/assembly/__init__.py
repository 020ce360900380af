"""Chooses the objects that the line runs on: the only package that knows concrete classes.

A real night and a rehearsal differ here and nowhere else: in the store they are given, and in where they speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from connectors.base import Progress
from cssync import lookback
from cssync.assembly.lines import Unheard, backfilling, night, rehearsal
from cssync.assembly.oversight import overseen, pings, unseen
from cssync.assembly.parts import dry_store, now, slack, store, today, unremembered
from cssync.doctor import Examination, clock_checks, network_checks, settings_checks, time_by_http
from cssync.errors import ExitCode
from cssync.model.alert import Alert
from cssync.model.book import Books
from cssync.model.check import Check, CheckStatus
from cssync.model.night import Run
from cssync.notify.delivery import Delivered
from cssync.operations.status import Status, status
from cssync.report.order import in_order
from cssync.run import deliver_due, run_night
from cssync.schedule import timetable
from cssync.settings.loaded import Loaded
from cssync.settings.source import FileSource
from rules.engine import RULES

__all__ = [
    "Unheard",
    "backfilling",
    "books_now",
    "examinations",
    "is_demo",
    "known_alerts",
    "last_books",
    "night",
    "now",
    "overseen",
    "rehearsal",
    "schedule",
    "status_now",
    "today",
    "unseen",
]

_RECENT_RUNS = 50


def is_demo(loaded: Loaded) -> bool:
    """Whether the settings name no source of their own."""
    return isinstance(loaded.settings.source, FileSource) and loaded.settings.source.folder is None


def last_books(loaded: Loaded) -> Books | None:
    """The books of the last accepted night, from the store."""
    memory = dry_store(loaded)
    try:
        return lookback.last_books(memory, loaded.settings)
    finally:
        memory.close()


def known_alerts(loaded: Loaded) -> tuple[Alert, ...]:
    """Every alert of the store, the worst book first, and of its alerts the one whose action counts."""
    memory = dry_store(loaded)
    try:
        return in_order(memory.alerts(), [rule.id for rule in RULES])
    finally:
        memory.close()


def status_now(loaded: Loaded) -> Status:
    """How the nights are going, from the store alone; no lock is needed or waited for."""
    memory = dry_store(loaded)
    try:
        return status(now(), memory.overview(), loaded.settings)
    finally:
        memory.close()


def books_now(loaded: Loaded, progress: Progress) -> Books:
    """The books as the source would have them now. Changes nothing, tells nobody."""
    with rehearsal(loaded, None, progress=progress) as line:
        return run_night(line, today(loaded)).books


def schedule(loaded: Loaded, say: Callable[[str], None]) -> None:
    """Run a night a day until SIGTERM or SIGINT."""
    from rich.console import Console

    from cssync.schedule import Stop, serve

    stop, screen = Stop(), Console(markup=False, emoji=False, highlight=False)

    def run(as_of: date) -> None:
        with (
            overseen(loaded, Unheard()) as audience,
            night(loaded, screen, audience=audience, progress=stop.checkpoint) as line,
        ):
            delivered = run_night(line, as_of).delivered
        _raise_failure(delivered)

    def deliver_waiting() -> None:
        with night(loaded, screen) as line:
            delivered = deliver_due(line)
        _raise_failure(delivered)
        found = status_now(loaded)
        if delivered.sent and found.exit_code is ExitCode.OK and found.standing.run:
            pings(loaded).drained(found.standing.run)

    def latest_runs() -> tuple[Run, ...]:
        memory = store(loaded)
        try:
            return memory.runs(_RECENT_RUNS)
        finally:
            memory.close()

    serve(
        loaded.settings,
        run_night=run,
        deliver_waiting=deliver_waiting,
        latest_runs=latest_runs,
        now=now,
        say=say,
        stop=stop,
    )


def _raise_failure(delivered: Delivered) -> None:
    if delivered.failure is not None:
        raise delivered.failure


def examinations(loaded: Loaded) -> tuple[Examination, ...]:
    """All that ``doctor`` looks at, in the order in which a night would meet it."""
    found = [
        Examination("settings", lambda: settings_checks(loaded), ExitCode.CONFIG),
        Examination("network", lambda: network_checks(loaded.settings), ExitCode.CONFIG),
        Examination("clock", lambda: clock_checks(loaded.settings, now, time_by_http), ExitCode.CONFIG),
        Examination("schedule", lambda: timetable.check(_timetable(loaded), now()), ExitCode.CONFIG),
        Examination("source", lambda: unremembered(loaded).check(), ExitCode.CONNECTOR),
        Examination("store", lambda: _store_checks(loaded), ExitCode.CONFIG),
    ]
    if loaded.settings.notify.slack.enabled:
        found.append(Examination("slack", lambda: slack(loaded).check(), ExitCode.DELIVERY))
    else:
        found.append(Examination("slack", _slack_is_off, ExitCode.DELIVERY))
    return tuple(found)


def _timetable(loaded: Loaded) -> timetable.Timetable:
    return timetable.Timetable(loaded.settings.schedule.at, loaded.settings.zone)


def _store_checks(loaded: Loaded) -> tuple[Check, ...]:
    memory = store(loaded)
    try:
        return memory.check()
    finally:
        memory.close()


def _slack_is_off() -> Iterator[Check]:
    yield Check(
        "notify.slack.enabled",
        CheckStatus.WARNING,
        "off: nobody but the console is told",
        "set it to true, and a channel",
    )
