"""What deals' properties held before, and what is said where HubSpot does not know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cssync.model.history import History
from cssync.model.tables import OPPORTUNITY_SPELLS
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.living_crms import LivingPortal
from tests.connectors.replay import TODAY, State
from tests.emulators.hubspot.server import HubspotEmulator

SINCE = TODAY - timedelta(days=730)
MAR, MAY, JUL, OCT = (datetime(2026, month, day, 9, tzinfo=UTC) for month, day in ((3, 3), (5, 20), (7, 7), (10, 1)))
BATCH = "/crm/v3/objects/deals/batch/read"
SUMMER, YEAR_END = date(2026, 6, 30), date(2026, 12, 31)


@pytest.fixture
def crm() -> LivingPortal:
    """A deal that was opened in March, pushed in May, without an amount in July, and won in October."""
    crm = LivingPortal()
    crm.add("a", State("dana", Decimal(100)))
    crm.clock = MAR
    begun = {"pipeline": "default", "dealstage": "appointmentscheduled", "amount": "900", "closedate": "2026-06-30"}
    crm.portal.add("deals", "7001", begun)
    crm.portal.add("deals", "7002", {**begun, "amount": "70", "closedate": "2026-12-31"})
    crm.clock = MAY
    crm.portal.edit("deals", "7001", closedate="2026-12-31")
    crm.clock = JUL
    crm.portal.edit("deals", "7001", amount=None)
    crm.clock = OCT
    crm.portal.edit("deals", "7001", dealstage="closedwon", amount="800.50", closedate="2026-10-01")
    return crm


def told(crm: LivingPortal, hubspot: HubspotEmulator, mirror: MemoryMirror | None = None) -> History:
    connector = crm.connector(hubspot, mirror)
    pull = connector.pull(TODAY)
    return connector.history(pull.accounts, pull.opportunities, TODAY, SINCE)


def rows(history: History) -> list[tuple[object, ...]]:
    assert history.pipeline.schema == OPPORTUNITY_SPELLS
    columns = ("opportunity_id", "stage", "amount", "is_won", "close_on", "valid_from", "valid_to")
    return history.pipeline.sort("opportunity_id", "valid_from").select(columns).rows()


def test_each_deal_is_followed_from_stage_to_stage_by_the_names_of_stages(crm: LivingPortal) -> None:
    with crm.served() as hubspot:
        history = told(crm, hubspot)
    first = "Appointment Scheduled"
    assert rows(history) == [
        ("7001", first, Decimal("900.00"), False, SUMMER, MAR.date(), MAY.date()),
        ("7001", first, Decimal("900.00"), False, YEAR_END, MAY.date(), JUL.date()),
        ("7001", first, None, False, YEAR_END, JUL.date(), OCT.date()),
        ("7001", "Closed Won", Decimal("800.50"), True, OCT.date(), OCT.date(), None),
        ("7002", first, Decimal("70.00"), False, YEAR_END, MAR.date(), None),
    ]
    assert history.since["pipeline"] == TODAY - timedelta(days=365)


def test_without_deals_none_is_asked_about(crm: LivingPortal) -> None:
    for deal in ("7001", "7002"):
        crm.portal.purge("deals", deal)
    with crm.served() as hubspot:
        history = told(crm, hubspot)
        assert hubspot.requested(BATCH) == []
    assert history.pipeline.is_empty()
    assert "pipeline" not in history.since


def test_what_was_read_is_not_read_again_on_the_same_day(crm: LivingPortal) -> None:
    mirror = MemoryMirror()
    with crm.served() as hubspot:
        first = told(crm, hubspot, mirror)
        again = told(crm, hubspot, mirror)
        assert len(hubspot.requested(BATCH)) == 1
    assert rows(again) == rows(first)


def test_a_deal_with_more_values_than_are_kept_is_said(crm: LivingPortal) -> None:
    for number in range(24):
        crm.clock = OCT + timedelta(days=number)
        crm.portal.edit("deals", "7002", amount=str(100 + number))
    with crm.served() as hubspot:
        history = told(crm, hubspot)
    assert history.notes[-1] == (
        "HubSpot keeps the last 20 values of a property, and 1 deal may have had more: the first are not known."
    )
