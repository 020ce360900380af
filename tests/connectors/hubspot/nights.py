"""Builders for tests of several nights: an account that lives by the same calendar as the connector that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from cssync.model.mirror import Mirror
from cssync.model.pull import Pull
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import AS_OF, NOW, connector, portal_with_cs_fields
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

LONG_AGO = datetime(2026, 9, 1, tzinfo=UTC)
# An account of one currency, nothing in its bin: account, two kinds of properties, two calls for owners, pipelines;
# then a search, a count and one page of the bin for companies and for deals.
QUIET = 6 + 2 * 3


@dataclass
class Calendar:
    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, **span: float) -> None:
        self.moment += timedelta(**span)


def company_of(calendar: Calendar, companies: int, *, deals: int = 0) -> Portal:
    """Companies from 1 and deals from 1001 of long ago; each deal belongs to a company, in turn."""
    portal = portal_with_cs_fields()
    now, calendar.moment = calendar.moment, LONG_AGO
    portal.now = calendar
    for number in range(1, companies + 1):
        portal.add("companies", number, {"name": f"C{number}", "csm_owner": "51", "arr": str(100 * number)})
    for number in range(deals):
        company = str(number % companies + 1)
        both = [(company, "deal_to_company"), (company, "deal_to_company_unlabeled")]
        portal.add("deals", 1001 + number, {"dealname": f"D{number}", "amount": "10"}, companies=both)
    calendar.moment = now
    return portal


def night(hubspot: HubspotEmulator, mirror: Mirror, calendar: Calendar, *, full: bool = False) -> Pull:
    """One pull, a day after the one before it."""
    calendar.passes(days=1)
    return connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF, full=full)


def afresh(hubspot: HubspotEmulator, calendar: Calendar) -> Pull:
    """What a connector without a memory reads at the same moment."""
    return connector(hubspot, mirror=MemoryMirror(), now=calendar).pull(AS_OF)


def assert_same(one: Pull, other: Pull) -> None:
    assert_frame_equal(one.accounts.sort("account_id"), other.accounts.sort("account_id"))
    assert_frame_equal(one.opportunities.sort("opportunity_id"), other.opportunities.sort("opportunity_id"))
    assert_frame_equal(one.problems, other.problems, check_row_order=False)
    assert one.owners == other.owners


def ids(table: pl.DataFrame) -> list[int]:
    return sorted(int(each) for each in table.to_series())


def names(pull: Pull, accounts: Sequence[int]) -> list[str | None]:
    by_id = dict(pull.accounts.select("account_id", "name").iter_rows())
    return [by_id.get(str(each)) for each in accounts]
