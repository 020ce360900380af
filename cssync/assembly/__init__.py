"""Chooses the objects that the line runs on: the only package that knows concrete classes.

A real night and a rehearsal differ here and nowhere else: in the store they are given, and in where they speak. What
one command alone asks for stays in its module (``backtesting``, ``explaining``), which no other has to load.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from connectors.base import Progress
from cssync import lookback
from cssync.assembly.buttons import checks as button_checks
from cssync.assembly.deciding import bring_up_to_date, decide, known_alerts, stories
from cssync.assembly.lines import ONE_STORY, Unheard, backfilling, night, rehearsal
from cssync.assembly.outbox import outbox, send, send_again, unsent
from cssync.assembly.oversight import overseen, status_now, unseen
from cssync.assembly.parts import dry_store, now, slack, store, today, unremembered
from cssync.assembly.scheduling import schedule
from cssync.capacity.company import Company
from cssync.doctor import Examination, clock_checks, network_checks, settings_checks, team_checks, time_by_http
from cssync.errors import ExitCode
from cssync.model.check import Check, CheckStatus
from cssync.model.owner import Owner
from cssync.operations.checks import checks as operations
from cssync.run import look
from cssync.schedule import timetable
from cssync.settings.loaded import Loaded
from cssync.settings.source import FileSource

__all__ = [
    "ONE_STORY",
    "Unheard",
    "backfilling",
    "bring_up_to_date",
    "company_now",
    "decide",
    "examinations",
    "is_demo",
    "known_alerts",
    "last_company",
    "night",
    "now",
    "outbox",
    "overseen",
    "rehearsal",
    "schedule",
    "send",
    "send_again",
    "status_now",
    "stories",
    "today",
    "unseen",
    "unsent",
]


def is_demo(loaded: Loaded) -> bool:
    """Whether the settings name no source of their own."""
    return isinstance(loaded.settings.source, FileSource) and loaded.settings.source.folder is None


def last_company(loaded: Loaded) -> Company | None:
    """The company of the last accepted night, from the store."""
    memory = dry_store(loaded)
    try:
        return lookback.last_company(memory, loaded)
    finally:
        memory.close()


def company_now(loaded: Loaded, progress: Progress) -> Company:
    """The company as the source would have it now. Changes nothing, tells nobody."""
    with rehearsal(loaded, None, progress=progress) as line:
        return look(line, today(loaded))


def examinations(loaded: Loaded) -> tuple[Examination, ...]:
    """All that ``doctor`` looks at, in the order in which a night would meet it."""
    found = [
        Examination("settings", lambda: settings_checks(loaded), ExitCode.CONFIG),
        Examination("network", lambda: network_checks(loaded.settings), ExitCode.CONFIG),
        Examination("clock", lambda: clock_checks(loaded.settings, now, time_by_http), ExitCode.CONFIG),
        Examination("schedule", lambda: timetable.check(_timetable(loaded), now()), ExitCode.CONFIG),
        Examination("operations", lambda: operations(loaded), ExitCode.CONFIG),
        Examination("source", lambda: unremembered(loaded).check(), ExitCode.CONNECTOR),
        Examination("store", lambda: _store_checks(loaded), ExitCode.CONFIG),
        Examination("team", lambda: team_checks(loaded.settings.team, _last_owners(loaded)), ExitCode.CONFIG),
    ]
    if loaded.settings.notify.slack.enabled:
        found.append(Examination("slack", lambda: slack(loaded).check(), ExitCode.DELIVERY))
        found.append(Examination("buttons", lambda: button_checks(loaded), ExitCode.DELIVERY))
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


def _last_owners(loaded: Loaded) -> tuple[date, tuple[Owner, ...]] | None:
    memory = dry_store(loaded)
    try:
        night = memory.latest(days=0)
    finally:
        memory.close()
    return None if night is None else (night.run.as_of, night.owners)


def _slack_is_off() -> Iterator[Check]:
    yield Check(
        "notify.slack.enabled",
        CheckStatus.WARNING,
        "off: nobody but the console is told",
        "set it to true, and a channel",
    )
