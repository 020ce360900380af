"""How many calls a quiet night costs: one account in a thousand has changed since the last, and as many deals."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from math import ceil
from pathlib import Path

from pydantic import SecretStr

from connectors.base import Connector
from connectors.hubspot import HubspotConnector
from connectors.salesforce import SalesforceConnector
from cssync.demo import build
from cssync.model.mirror import Mirror
from cssync.model.pull import Pull
from cssync.settings.source import HubspotSecrets, SalesforceSecrets
from cssync.store.open import open_store
from tests.benchmarks import orgs, sources
from tests.benchmarks.measure import Figure
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.salesforce.server import SalesforceEmulator

_SHARE = 1_000  # one in so many changes
_ARCHIVED = 100  # one in so many is in the archive
_SALESFORCE_CALLS, _HUBSPOT_CALLS = 12, 10
_PAGE = 200  # changed records a search
_NIGHT = timedelta(days=1)
_NO_LIMIT = 10_000_000


def salesforce(accounts: int) -> Iterator[Figure]:
    """With plain columns, and with a formula among them, whose changes Salesforce does not tell."""
    clock = _Clock()
    org = orgs.org(build(sources.NOW.date(), accounts))
    org.now = clock
    with SalesforceEmulator(org) as crm:

        def connector(health: str, mirror: Mirror) -> Connector:
            return SalesforceConnector(
                sources.salesforce(crm.url, health=health),
                SalesforceSecrets(session_id=SecretStr(org.open_session())),
                arr_from_field=True,
                mirror=mirror,
                now=clock,
                sleep=_unslept,
                session=crm.session,
            )

        with _mirror("salesforce") as plain, _mirror("salesforce") as formula:
            nights = {
                "": connector("Health__c", plain),
                ", with a formula": connector(orgs.FORMULA, formula),
            }
            for each in nights.values():
                each.pull(clock.day)
            clock.moment += _NIGHT
            changed = [*org.records["Account"]][::_SHARE]
            for record_id in changed:
                org.edit(record_id, ARR__c=12_345)
            for record_id in [*org.records["Opportunity"]][::_SHARE]:
                org.edit(record_id, Amount=12_345)
            clock.moment += timedelta(hours=1)
            for what, each in nights.items():
                pull = each.pull(clock.day)
                yield Figure(
                    f"Salesforce, quiet night, {len(changed):,} of {accounts:,} changed{what}",
                    f"{pull.calls} calls, {_found(pull)}",
                    f"<= {_SALESFORCE_CALLS}",
                    pull.calls <= _SALESFORCE_CALLS,
                )


def hubspot(companies: int) -> Iterator[Figure]:
    """One company in a hundred is archived, so that looking through the archive costs something."""
    clock = _Clock()
    portal = orgs.portal(build(sources.NOW.date(), companies))
    portal.now = lambda: orgs.LONG_AGO
    for number in [*portal.records["companies"]][::_ARCHIVED]:
        portal.archive("companies", number)
    portal.now = clock
    limits = Limits(in_window=_NO_LIMIT, daily=_NO_LIMIT, searches_a_second=_NO_LIMIT)
    with HubspotEmulator(portal, limits=limits) as crm, _mirror("hubspot") as mirror:
        connector = HubspotConnector(
            sources.hubspot(crm.url),
            HubspotSecrets(token=SecretStr(crm.token)),
            arr_from_field=True,
            mirror=mirror,
            now=clock,
            sleep=_unslept,
            base_url=crm.url,
        )
        connector.pull(clock.day)
        clock.moment += _NIGHT
        companies_changed = portal.listed("companies", archived=False)[::_SHARE]
        deals_changed = portal.listed("deals", archived=False)[::_SHARE]
        for number in companies_changed:
            portal.edit("companies", number, arr="12345")
        for number in deals_changed:
            portal.edit("deals", number, amount="12345")
        clock.moment += timedelta(hours=2)  # the search index has caught up
        before = len(crm.requests)
        pull = connector.pull(clock.day)
        sweep = sum("archived=true" in target and "/objects/" in target for _, target in crm.requests[before:])
    most = _HUBSPOT_CALLS + ceil(len(companies_changed) / _PAGE) + ceil(len(deals_changed) / _PAGE) + sweep
    yield Figure(
        f"HubSpot, quiet night, {len(companies_changed):,} of {companies:,} changed",
        f"{pull.calls} calls, {_found(pull)}",
        f"<= {most}: {_HUBSPOT_CALLS} + changed/{_PAGE} + sweep",
        pull.calls <= most,
    )
    yield Figure("  of them to look through the archive", f"{sweep} calls")


class _Clock:
    """A moment that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = sources.NOW

    def __call__(self) -> datetime:
        return self.moment

    @property
    def day(self) -> date:
        return self.moment.date()


@contextmanager
def _mirror(source: str) -> Iterator[Mirror]:
    with tempfile.TemporaryDirectory(prefix="cssync-bench-") as folder:
        store = open_store(Path(folder) / "cssync.db", "default")
        try:
            yield store.mirror(source)
        finally:
            store.close()


def _found(pull: Pull) -> str:
    return "read anew" if pull.changed is None else f"{pull.changed:,} found"


def _unslept(seconds: float) -> None:
    """No pause: nothing here changes by waiting."""
