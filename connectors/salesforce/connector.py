"""Reads a Salesforce org: accounts, owners, queues, deals that are open or were recently won, and rates.

The first night reads everything and keeps it in the mirror; the next ones ask for what changed. Rows that sharing rules
hide from the integration user cannot be seen from outside: it needs View All on Account and Opportunity.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import structlog

from connectors.base import Progress, no_progress
from connectors.salesforce import checks, history, mapping, night, opportunities, owners, stages
from connectors.salesforce.client import Client
from connectors.salesforce.night import Asked
from connectors.salesforce.recorded import Request
from connectors.salesforce.schema import Schema
from connectors.salesforce.upkeep import Tonight
from cssync import network
from cssync.model.check import Check
from cssync.model.history import History
from cssync.model.mirror import Mirror
from cssync.model.pull import Pull
from cssync.settings.source import SalesforceSecrets, SalesforceSource

if TYPE_CHECKING:
    import requests

log = structlog.get_logger()


class SalesforceConnector:
    """One org. *session* makes the HTTP session that everything goes through, logins included."""

    def __init__(
        self,
        settings: SalesforceSource,
        secrets: SalesforceSecrets,
        *,
        arr_from_field: bool,
        mirror: Mirror,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        session: Callable[[], requests.Session] = network.session,
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._arr_from_field = arr_from_field
        self._mirror = mirror
        self._now = now
        self._sleep = sleep
        self._session = session

    @property
    def name(self) -> str:
        return "salesforce"

    def pull(self, as_of: date, progress: Progress = no_progress, *, full: bool = False) -> Pull:
        """See ``connectors.base.Connector``. Raises TransientError rather than return a part of the org."""
        settings = self._settings
        tonight = Tonight(
            started=self._now().astimezone(UTC),
            full=full,
            full_every=timedelta(days=settings.full_every_days),
            bulk_from=settings.bulk_from_rows,
            progress=progress,
        )
        with self._client() as client:
            schema = Schema(client)
            plan = mapping.settled(schema, settings, arr_from_field=self._arr_from_field)
            users = owners.planned(schema, settings.team)
            deals = opportunities.chosen(plan, as_of, settings.closed_within_days)
            pull = night.pull(client, self._mirror, Asked(plan, deals, users, settings.team), tonight)
        log.info("salesforce read", accounts=pull.accounts.height, owners=len(pull.owners), calls=pull.calls)
        return pull

    def history(
        self,
        accounts: pl.DataFrame,
        opportunities: pl.DataFrame,
        as_of: date,
        since: date,
        progress: Progress = no_progress,
    ) -> History:
        """See ``connectors.base.Connector``."""
        with self._client() as client:
            schema = Schema(client)
            plan = mapping.settled(schema, self._settings, arr_from_field=self._arr_from_field)
            asked = Request(
                mirror=self._mirror,
                as_of=as_of,
                since=since,
                started=self._now().astimezone(UTC),
                bulk_from=self._settings.bulk_from_rows,
                arr_from_field=self._arr_from_field,
                progress=progress,
            )
            owned = history.read(client, schema, plan, accounts, asked)
            if opportunities.is_empty():
                return owned
            listed = stages.Listed(opportunities, self._settings.closed_within_days)
            deals = stages.read(client, schema, plan, listed, asked)
            return replace(
                owned,
                since={**owned.since, **deals.since},
                notes=(*owned.notes, *deals.notes),
                pipeline=deals.pipeline,
                calls=client.calls,
            )

    def check(self) -> Iterator[Check]:
        """See ``connectors.base.Connector``."""
        with self._client() as client:
            yield from checks.run(client, self._settings, arr_from_field=self._arr_from_field)

    def _client(self) -> Client:
        return Client(self._settings, self._secrets, session=self._session(), sleep=self._sleep)
