"""Reads a whole Salesforce org: accounts, owners, queues, deals that are open or were recently won, and rates.

A full pull through the REST API each night: 2,000 records a call, so ten thousand accounts take about six. Deleted
records are not read. Rows that sharing rules hide from the integration user cannot be seen from outside: it needs
View All on Account and Opportunity.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import structlog

from connectors import canonical
from connectors.base import Progress, no_progress
from connectors.salesforce import checks, currencies, mapping, owners
from connectors.salesforce.client import Client
from connectors.salesforce.schema import Schema
from connectors.salesforce.soql import read
from cssync import network
from cssync.model.check import Check
from cssync.model.pull import Pull
from cssync.settings.source import SalesforceSecrets, SalesforceSource

if TYPE_CHECKING:
    import requests

log = structlog.get_logger()

_PERCENT = 100
_NO_ACCOUNTS = (
    "Salesforce shows no accounts to the integration user: if the org has some, give it View All on Account"
    " (Setup > Permission Sets > Object Settings)"
)


class SalesforceConnector:
    """One org. *session* makes the HTTP session that everything goes through, logins included."""

    def __init__(
        self,
        settings: SalesforceSource,
        secrets: SalesforceSecrets,
        *,
        arr_from_field: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        session: Callable[[], requests.Session] = network.session,
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._arr_from_field = arr_from_field
        self._now = now
        self._sleep = sleep
        self._session = session

    @property
    def name(self) -> str:
        return "salesforce"

    def pull(self, as_of: date, progress: Progress = no_progress, *, full: bool = False) -> Pull:
        """See ``connectors.base.Connector``. Raises TransientError rather than return a part of the org."""
        started = self._now().astimezone(UTC)
        settings = self._settings
        with self._client() as client:
            schema = Schema(client)
            plan = mapping.settled(schema, settings, arr_from_field=self._arr_from_field)
            users = owners.planned(schema, settings.team)
            rates = currencies.rates(client, multi_currency=plan.multi_currency)
            accounts = canonical.accounts(
                read(client, plan.account_selection(), started, "accounts", progress), plan.accounts
            )
            wanted = plan.opportunity_selection(as_of, settings.won_within_days)
            deals = canonical.opportunities(
                _with_shares(read(client, wanted, started, "opportunities", progress), plan), plan.opportunities
            )
            named = {*accounts.table["csm_ref"].drop_nulls(), *deals.table["owner_ref"].drop_nulls()}
            people = owners.people_and_queues(
                client, users, team=settings.team, named=named, started=started, progress=progress
            )
            host = client.host
        log.info("salesforce read", accounts=accounts.table.height, owners=len(people), calls=client.calls)
        return Pull(
            source=self.name,
            pulled_at=started,
            accounts=accounts.table,
            owners=people,
            rates=rates,
            opportunities=deals.table,
            problems=pl.concat([accounts.problems, deals.problems]),
            notes=(*map(str, plan.notes), *([_NO_ACCOUNTS] if accounts.table.is_empty() else [])),
            calls=client.calls,
            record_url=f"https://{host}/{{id}}",
        )

    def check(self) -> Iterator[Check]:
        """See ``connectors.base.Connector``."""
        with self._client() as client:
            yield from checks.run(client, self._settings, arr_from_field=self._arr_from_field)

    def _client(self) -> Client:
        return Client(self._settings, self._secrets, session=self._session(), sleep=self._sleep)


def _with_shares(deals: pl.DataFrame, plan: mapping.Plan) -> pl.DataFrame:
    """Probabilities as shares of 1. Salesforce says 1 for 1%, which the values alone would not tell."""
    probability = plan.opportunities.probability
    if probability is None or plan.kinds["source.opportunities.probability"].kind != "percent":
        return deals
    return deals.with_columns(pl.col(probability) / _PERCENT)
