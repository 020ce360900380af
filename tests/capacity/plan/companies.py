"""Companies whose plans can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from cssync.capacity.company import Company
from cssync.capacity.outlook import Outlook, Quantity
from cssync.capacity.plan.lead import Lead
from cssync.capacity.plan.team import Teams
from cssync.model.owner import Owner, OwnerKind
from tests.nights import TEAM, TODAY, Nights, Row, pull_of, settings

LEAD = Lead(to_fill=45, notice=21, ramp=90)
POOL = Owner("P1", "CS Pool", "pool@acme.test", kind=OwnerKind.POOL)


def company(rows: Iterable[Row], owners: Iterable[Owner] = (*TEAM, POOL), **sections: Any) -> Company:
    return Nights(settings(**sections)).walk(pull_of(rows, owners)).company()


def teams(of: Company, days: int = 200) -> Teams:
    return Teams(of, LEAD, days)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def sure(
    days: int, hours: tuple[float, float] = (0.0, 0.0), accounts: float = 0.0, arr: float = 0.0
) -> tuple[Outlook, ...]:
    """Known to the hour: *hours* tonight, and how many more each day."""
    start, more = hours
    return tuple(
        Outlook(day(n), Quantity(accounts, 0.0), Quantity(arr, 0.0), Quantity(start + more * n, 0.0))
        for n in range(days)
    )
