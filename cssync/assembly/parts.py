"""The concrete objects of a line, each made from the settings: source, store, notifiers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from connectors.base import Connector, Progress, no_progress
from cssync.errors import ConfigError
from cssync.model.check import Check
from cssync.model.history import History
from cssync.model.mirror import Mirror
from cssync.model.pull import Pull
from cssync.notify.base import Notifier
from cssync.settings.loaded import Loaded
from cssync.settings.source import FileSource, HubspotSource, SalesforceSource
from cssync.store.base import Store

if TYPE_CHECKING:
    from rich.console import Console

    from cssync.notify.slack.controls import Controls


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


def remembered(loaded: Loaded, memory: Store) -> Connector:
    """The source as far as it has been read in other nights."""
    return connector(loaded, memory.mirror(loaded.settings.source.kind))


def unremembered(loaded: Loaded) -> Connector:
    """The source by itself, for those who keep nothing of it."""
    from cssync.store.memory_mirror import MemoryMirror

    return connector(loaded, MemoryMirror())


class DemoCompany:
    """The embedded demo company, made up for the night's date and read through the file connector."""

    name = "demo company"

    def __init__(self, settings: FileSource) -> None:
        # No default maps this field, since few exports have it.
        fields = settings.accounts.model_copy(update={"second_csm": settings.accounts.second_csm or "second_csm"})
        self._settings = settings.model_copy(update={"accounts": fields})

    def pull(self, as_of: date, progress: Progress = no_progress, *, full: bool = False) -> Pull:
        with self._exported(as_of) as exports:
            return replace(exports.pull(as_of, progress, full=full), source=f"the embedded {self.name}")

    def history(
        self,
        accounts: pl.DataFrame,
        opportunities: pl.DataFrame,
        as_of: date,
        since: date,
        progress: Progress = no_progress,
    ) -> History:
        with self._exported(as_of) as exports:
            return exports.history(accounts, opportunities, as_of, since, progress)

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


def slack(loaded: Loaded, controls: Controls | None = None) -> Notifier:
    """*controls*: None where nobody listens to what is pressed; messages then name the command.

    Raises ConfigError where the secret that the settings ask for is missing.
    """
    settings, secrets = loaded.settings.notify.slack, loaded.secrets.slack
    if settings.via == "webhook":
        from cssync.notify.slack.webhook import LostAnswer, SlackWebhookNotifier

        if secrets.webhook_url is None:
            raise ConfigError(
                "notify.slack is on, via webhook, but its URL is not set",
                remedy="set SLACK_WEBHOOK_URL, or SLACK_WEBHOOK_URL_FILE",
            )
        return SlackWebhookNotifier(
            secrets.webhook_url,
            timeout_seconds=settings.timeout_seconds,
            lost_answer=LostAnswer(settings.webhook_lost_answer),
            seconds_apart=settings.seconds_apart,
        )
    from cssync.notify.slack.controls import Commands
    from cssync.notify.slack.web import SlackBotNotifier

    if secrets.bot_token is None:
        raise ConfigError(
            "notify.slack is on, but the bot's token is not set", remedy="set SLACK_BOT_TOKEN, or SLACK_BOT_TOKEN_FILE"
        )
    return SlackBotNotifier(
        secrets.bot_token,
        api_url=settings.api_url,
        timeout_seconds=settings.timeout_seconds,
        channels=settings.channels,
        people=settings.people,
        controls=controls or Commands(),
        seconds_apart=settings.seconds_apart,
    )


def console(screen: Console, in_full: int | None) -> Notifier:
    from cssync.notify.console import ConsoleNotifier

    return ConsoleNotifier(screen, in_full)
