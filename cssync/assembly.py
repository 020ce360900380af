"""Chooses the objects that the line runs on: the only module that knows concrete classes.

A real night and a rehearsal differ here and nowhere else: in the store they are given, and in where they speak.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from connectors.base import Connector, Progress, no_progress
from connectors.mirror import Mirror
from cssync import lookback
from cssync.doctor import Examination, clock_checks, network_checks, settings_checks, time_by_http
from cssync.errors import ConfigError, ExitCode
from cssync.gate import Doubt
from cssync.model.alert import Alert
from cssync.model.book import Books
from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Address
from cssync.model.history import History
from cssync.model.night import Run
from cssync.model.pull import Pull
from cssync.notify.base import Notifier
from cssync.notify.delivery import Delivered
from cssync.report.order import in_order
from cssync.run import Audience, Line, deliver_due, refuse, run_night
from cssync.schedule import timetable
from cssync.settings.loaded import Loaded
from cssync.settings.source import FileSource, HubspotSource, SalesforceSource
from cssync.store.base import Store
from rules.engine import RULES

if TYPE_CHECKING:
    from rich.console import Console

CONSOLE, SLACK = "console", "slack"
_RECENT_RUNS = 50


class Unheard:
    """An Audience of nobody."""

    def pulled(self, pull: Pull, seconds: float) -> None: ...

    def added_up(self, books: object) -> None: ...


def now() -> datetime:
    return datetime.now(UTC)


def today(loaded: Loaded) -> date:
    """The night's date: today, where the settings say the company is."""
    return now().astimezone(loaded.settings.zone).date()


def connector(loaded: Loaded, mirror: Mirror) -> Connector:
    """The source that the settings name, remembered in *mirror*. Reads nothing yet."""
    settings, secrets = loaded.settings, loaded.secrets
    arr_from_field = settings.customers.arr.from_ == "field"
    match settings.source:
        case SalesforceSource() as source:
            from connectors.salesforce import SalesforceConnector

            return SalesforceConnector(
                source, secrets.salesforce, mirror=mirror, arr_from_field=arr_from_field, now=now
            )
        case HubspotSource() as source:
            from connectors.hubspot import HubspotConnector

            return HubspotConnector(
                source,
                secrets.hubspot,
                mirror=mirror,
                arr_from_field=arr_from_field,
                now=now,
                base_url=source.api_url,
            )
        case FileSource(folder=None) as source:
            return DemoCompany(source)
        case FileSource() as source:
            from connectors.file import FileConnector

            return FileConnector(source, loaded.folder / (source.folder or Path()), now=now)


def _remembered(loaded: Loaded, memory: Store) -> Connector:
    """The source as far as it has been read in other nights."""
    return connector(loaded, memory.mirror(loaded.settings.source.kind))


def _unremembered(loaded: Loaded) -> Connector:
    """The source by itself, for those who keep nothing of it."""
    from cssync.store.memory_mirror import MemoryMirror

    return connector(loaded, MemoryMirror())


def is_demo(loaded: Loaded) -> bool:
    """Whether the settings name no source of their own."""
    return isinstance(loaded.settings.source, FileSource) and loaded.settings.source.folder is None


class DemoCompany:
    """The embedded demo company, made up for the night's date and read through the file connector."""

    name = "demo company"

    def __init__(self, settings: FileSource) -> None:
        self._settings = settings

    def pull(self, as_of: date, progress: Progress = no_progress, *, full: bool = False) -> Pull:
        with self._exported(as_of) as exports:
            return replace(exports.pull(as_of, progress, full=full), source=f"the embedded {self.name}")

    def history(self, accounts: pl.DataFrame, as_of: date, since: date, progress: Progress = no_progress) -> History:
        with self._exported(as_of) as exports:
            return exports.history(accounts, as_of, since, progress)

    def check(self) -> Iterator[Check]:
        with self._exported(now().date()) as exports:
            yield from exports.check()

    @contextmanager
    def _exported(self, as_of: date) -> Iterator[Connector]:
        from connectors.file import FileConnector
        from cssync.demo import build, write

        with TemporaryDirectory(prefix="cssync-demo-") as folder:
            write(build(as_of), Path(folder), "parquet")
            yield FileConnector(self._settings, Path(folder), now=now)


def store(loaded: Loaded) -> Store:
    """The store, upgraded to this version's schema where it is older."""
    from cssync.store.open import open_store

    return open_store(_store_place(loaded), loaded.settings.tenant)


def dry_store(loaded: Loaded) -> Store:
    """The same, read only; what a rehearsal commits is forgotten."""
    from cssync.store.open import open_dry_store

    return open_dry_store(_store_place(loaded), loaded.settings.tenant)


def _store_place(loaded: Loaded) -> Path | str:
    if loaded.secrets.database_url is not None:
        return loaded.secrets.database_url.get_secret_value()
    return loaded.folder / loaded.settings.store.path


def slack(loaded: Loaded) -> Notifier:
    """Raises ConfigError where the secret that the settings ask for is missing."""
    settings, secrets = loaded.settings.notify.slack, loaded.secrets.slack
    if settings.via == "webhook":
        from cssync.notify.slack.webhook import SlackWebhookNotifier

        if secrets.webhook_url is None:
            raise ConfigError(
                "notify.slack is on, via webhook, but its URL is not set",
                remedy="set SLACK_WEBHOOK_URL, or SLACK_WEBHOOK_URL_FILE",
            )
        return SlackWebhookNotifier(secrets.webhook_url, timeout_seconds=settings.timeout_seconds)
    from cssync.notify.slack.web import SlackBotNotifier

    if secrets.bot_token is None:
        raise ConfigError(
            "notify.slack is on, but the bot's token is not set", remedy="set SLACK_BOT_TOKEN, or SLACK_BOT_TOKEN_FILE"
        )
    channels = dict.fromkeys(filter(None, (settings.channel, settings.operations_channel)))
    return SlackBotNotifier(
        secrets.bot_token,
        api_url=settings.api_url,
        timeout_seconds=settings.timeout_seconds,
        channels=tuple(channels),
    )


def console(screen: Console) -> Notifier:
    from cssync.notify.console import ConsoleNotifier

    return ConsoleNotifier(screen)


@contextmanager
def night(
    loaded: Loaded,
    screen: Console,
    *,
    judge: Callable[[Sequence[Doubt]], None] = refuse,
    audience: Audience | None = None,
    progress: Progress = no_progress,
) -> Iterator[Line]:
    """A night for real: what it finds is remembered, and told to everyone whom the settings name."""
    notify = loaded.settings.notify
    notifiers, leadership, operations = [], [], []
    if notify.console:
        notifiers.append(console(screen))
        leadership.append(Address(CONSOLE, ""))
    if notify.slack.enabled:
        notifiers.append(slack(loaded))
        channel = notify.slack.channel or ""
        leadership.append(Address(SLACK, channel))
        operations.append(Address(SLACK, notify.slack.operations_channel or channel))
    memory = store(loaded)
    try:
        yield Line(
            loaded=loaded, connector=_remembered(loaded, memory), store=memory, notifiers=notifiers,
            leadership=leadership, operations=operations, judge=judge, audience=audience or Unheard(),
            progress=progress, now=now, sleep=time.sleep,
        )  # fmt: skip
    finally:
        memory.close()


@contextmanager
def rehearsal(
    loaded: Loaded,
    screen: Console | None,
    *,
    judge: Callable[[Sequence[Doubt]], None] = refuse,
    audience: Audience | None = None,
    progress: Progress = no_progress,
) -> Iterator[Line]:
    """The same line with a store that forgets, and *screen* for its only audience. The pull is real."""
    memory = dry_store(loaded)
    notifiers, leadership = ([console(screen)], [Address(CONSOLE, "")]) if screen else ([], [])
    try:
        yield Line(
            loaded=loaded, connector=_remembered(loaded, memory), store=memory, notifiers=notifiers,
            leadership=leadership, operations=[], judge=judge, audience=audience or Unheard(),
            progress=progress, now=now, sleep=time.sleep,
        )  # fmt: skip
    finally:
        memory.close()


@contextmanager
def backfilling(loaded: Loaded, progress: Progress = no_progress) -> Iterator[Line]:
    """A line for looking back: with a store, and nobody to tell."""
    memory = store(loaded)
    try:
        yield Line(
            loaded=loaded, connector=_remembered(loaded, memory), store=memory, notifiers=[], leadership=[],
            operations=[], judge=refuse, audience=Unheard(), progress=progress, now=now, sleep=time.sleep,
        )  # fmt: skip
    finally:
        memory.close()


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
        with night(loaded, screen, progress=stop.checkpoint) as line:
            _raise_failure(run_night(line, as_of).delivered)

    def deliver_waiting() -> None:
        with night(loaded, screen) as line:
            _raise_failure(deliver_due(line))

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
        Examination("source", lambda: _unremembered(loaded).check(), ExitCode.CONNECTOR),
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
