"""Reads a whole HubSpot account: companies, their owners, and the deals that are open or were recently won.

A full pull each night: companies and deals from the list endpoints, which are complete and exact where search is
neither. Ten thousand companies and as many deals are some 200 requests. Archived companies are not customers and
are left out; archived owners still own companies and are read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import polars as pl
import structlog

from connectors import canonical
from connectors.base import Progress, no_progress
from connectors.hubspot import checks, deals, mapping, owners, portal, records
from connectors.hubspot.client import HUBSPOT_API, HubspotClient
from connectors.hubspot.endpoints import COMPANIES, DEALS
from connectors.hubspot.mapping import FieldMapping
from cssync.model.check import Check
from cssync.model.pull import Pull
from cssync.settings.source import HubspotSecrets, HubspotSource

log = structlog.get_logger()


class HubspotConnector:
    """One HubSpot account, read with the token of a private app or a service key.

    Scopes: crm.objects.companies.read, crm.schemas.companies.read, crm.objects.deals.read, crm.schemas.deals.read,
    crm.objects.owners.read; multi-currency-read where amounts are in several currencies.
    """

    def __init__(
        self,
        settings: HubspotSource,
        secrets: HubspotSecrets,
        *,
        arr_from_field: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        base_url: str = HUBSPOT_API,
    ) -> None:
        self._settings = settings
        self._token = secrets.token
        self._arr_from_field = arr_from_field
        self._now = now
        self._sleep = sleep
        self._clock = clock
        self._base_url = base_url

    @property
    def name(self) -> str:
        return "hubspot"

    def pull(self, as_of: date, progress: Progress = no_progress, *, full: bool = False) -> Pull:
        """See ``connectors.base.Connector``. Raises TransientError rather than return a part of the companies."""
        pulled_at = self._now()
        planned = mapping.settled(self._settings, arr_from_field=self._arr_from_field)
        with self._client() as client:
            account = portal.read(client, self._settings.portal_id)
            known = {each: mapping.properties(client, each) for each in (COMPANIES, DEALS)}
            fields = mapping.verified(planned, known[COMPANIES], known[DEALS])
            rates = portal.rates(client, account)
            progress("owners", 0, None)
            people = owners.read(client)
            progress("owners", len(people), len(people))
            accounts = canonical.accounts(
                records.table(client, COMPANIES, mapping.wanted(fields.accounts), progress), fields.accounts
            )
            opportunities = self._opportunities(client, fields, as_of, progress)
        log.info("hubspot read", calls=client.calls)
        return Pull(
            source=self.name,
            pulled_at=pulled_at,
            accounts=accounts.table,
            owners=people,
            rates=rates.rates,
            opportunities=opportunities.table,
            problems=pl.concat([accounts.problems, opportunities.problems]),
            notes=tuple(note for note in (*fields.notes, rates.note) if note),
            calls=client.calls,
            record_url=account.record_url,
        )

    def check(self) -> Iterator[Check]:
        """See ``connectors.base.Connector``."""
        with self._client() as client:
            yield from checks.run(client, self._settings, arr_from_field=self._arr_from_field)

    def _opportunities(
        self, client: HubspotClient, fields: FieldMapping, as_of: date, progress: Progress
    ) -> canonical.Parsed:
        stages = deals.stages(client)
        raw = records.table(
            client,
            DEALS,
            tuple(dict.fromkeys((*mapping.wanted(fields.opportunities), *deals.STAGE_PROPERTIES))),
            progress,
            associations=("companies",),
            derived={mapping.COMPANY_OF_DEAL: deals.company},
        )
        staged, read_as = deals.with_stages(raw, stages, fields.opportunities)
        parsed = canonical.opportunities(staged, read_as)
        return deals.relevant(parsed, read_as, as_of, self._settings.won_within_days)

    def _client(self) -> HubspotClient:
        return HubspotClient(
            self._token,
            timeout_seconds=self._settings.timeout_seconds,
            now=self._now,
            sleep=self._sleep,
            clock=self._clock,
            base_url=self._base_url,
        )
