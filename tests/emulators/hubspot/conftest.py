"""A small account that changes, and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.emulators.hubspot.clock import Clock
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.hubspot.ties import PLAIN, PRIMARY


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 1, 8, 0, tzinfo=UTC))


@pytest.fixture
def hubspot(clock: Clock) -> Iterator[HubspotEmulator]:
    """Companies 1 to 4; deals 11 (of 1), 12 (of 2, and not mainly of 1) and 13 (of none). It is an hour later."""
    portal = Portal(now=clock)
    portal.add_property("companies", "arr", type_="number")
    for number in range(1, 5):
        portal.add("companies", number, {"name": f"C{number}", "arr": number * 100})
    portal.add("deals", 11, {"dealname": "D1"}, companies=[("1", PRIMARY), ("1", PLAIN)])
    portal.add("deals", 12, {"dealname": "D2"}, companies=[("2", PRIMARY), ("2", PLAIN), ("1", PLAIN)])
    portal.add("deals", 13, {"dealname": "D3"})
    clock.later(hours=1)
    with HubspotEmulator(portal) as emulator:
        yield emulator
