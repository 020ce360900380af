"""Reads a whole HubSpot account: companies, their owners, and the deals that are open or were recently decided.

The mirror holds companies and deals as HubSpot sent them, and a night brings it up to date (see ``upkeep``): some ten
requests, one more for every 200 records that changed and for every 100 in the bin. The first night, and one a week,
reads the lists whole: ten thousand companies and as many deals are some 200 requests. Archived companies are not
customers and are left out; archived owners still own companies and are read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import structlog

from connectors import canonical
from connectors.base import Progress, no_progress
from connectors.hubspot import associations, checks, deals, history, mapping, merges, owners, portal, ways
from connectors.hubspot.client import HUBSPOT_API, HubspotClient
from connectors.hubspot.endpoints import COMPANIES, DEALS
from connectors.hubspot.mapping import RECORD_ID
from connectors.hubspot.records import Selection
from connectors.hubspot.upkeep import Standing, Upkeep
from connectors.hubspot.versions import Request
from cssync.model.check import Check
from cssync.model.history import ARR, CSM, LIFECYCLE, History
from cssync.model.mirror import Mirror
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
        mirror: Mirror,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        base_url: str = HUBSPOT_API,
    ) -> None:
        self._settings = settings
        self._token = secrets.token
        self._arr_from_field = arr_from_field
        self._mirror = mirror
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
            rates = portal.rates(client, account) if account.others != () else portal.no_rates(account)
            progress("owners", 0, None)
            people = owners.read(client)
            progress("owners", len(people), len(people))
            stages = deals.stages(client)
            wanted = mapping.wanted(fields.accounts)
            selection = Selection.of(COMPANIES, wanted, known[COMPANIES], portal_id=account.id)
            companies = self._standing(client, selection, progress, full=full)
            wanted = (*mapping.wanted(fields.opportunities), *deals.STAGE_PROPERTIES)
            related = associations.companies(companies.table[RECORD_ID])
            selection = Selection.of(DEALS, wanted, known[DEALS], portal_id=account.id, related=related)
            sold = self._standing(client, selection, progress, full=full)
        led = merges.winners(companies.table)
        accounts = canonical.accounts(merges.repointed(companies.table, fields.accounts.parent, led), fields.accounts)
        raw = merges.repointed(sold.table, mapping.COMPANY_OF_DEAL, led)
        staged, read_as = deals.with_stages(raw, stages, fields.opportunities)
        parsed = canonical.opportunities(staged, read_as)
        opportunities = deals.relevant(parsed, read_as, as_of, self._settings.closed_within_days)
        log.info("hubspot read", calls=client.calls)
        return Pull(
            source=self.name,
            pulled_at=pulled_at,
            accounts=accounts.table,
            owners=people,
            rates=rates.rates,
            opportunities=opportunities.table,
            problems=pl.concat([accounts.problems, opportunities.problems]),
            notes=tuple(note for note in (*fields.notes, rates.note, *companies.notes, *sold.notes) if note),
            calls=client.calls,
            changed=companies.changed,
            record_url=account.record_url,
        )

    def history(
        self,
        accounts: pl.DataFrame,
        opportunities: pl.DataFrame,
        as_of: date,
        since: date,
        progress: Progress = no_progress,
    ) -> History:
        """See ``connectors.base.Connector``."""
        fields = mapping.settled(self._settings, arr_from_field=self._arr_from_field)
        mapped = fields.accounts
        properties = {CSM: mapped.csm, ARR: mapped.arr if self._arr_from_field else None, LIFECYCLE: mapped.lifecycle}
        with self._client() as client:
            asked = Request(
                mirror=self._mirror,
                portal=portal.read(client, self._settings.portal_id).id,
                as_of=as_of,
                since=since,
                started=self._now(),
                progress=progress,
            )
            told = {fact: name for fact, name in properties.items() if name is not None}
            owned = history.read(client, accounts, told, asked)
            if opportunities.is_empty():
                return owned
            within = self._settings.closed_within_days
            listed = ways.Listed(opportunities, fields.opportunities, deals.stages(client), within)
            dealt = ways.read(client, listed, asked)
            return replace(
                owned,
                since={**owned.since, **dealt.since},
                notes=(*owned.notes, *dealt.notes),
                pipeline=dealt.pipeline,
                calls=client.calls,
            )

    def check(self) -> Iterator[Check]:
        """See ``connectors.base.Connector``."""
        with self._client() as client:
            yield from checks.run(client, self._settings, token=self._token, arr_from_field=self._arr_from_field)

    def _standing(self, client: HubspotClient, selection: Selection, progress: Progress, *, full: bool) -> Standing:
        replica = self._mirror.replica(selection.record_type.plural, key=RECORD_ID, shape=selection.shape)
        upkeep = Upkeep(client, selection, replica, now=self._now, progress=progress)
        return upkeep.standing(full_every_days=self._settings.full_every_days, full=full)

    def _client(self) -> HubspotClient:
        return HubspotClient(
            self._token,
            timeout_seconds=self._settings.timeout_seconds,
            now=self._now,
            sleep=self._sleep,
            clock=self._clock,
            base_url=self._base_url,
        )
