"""Public holidays, from the library that knows them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from cssync.alerts.workdays import Workdays


def workdays(region: str | None, *, weekend: bool = True) -> Workdays:
    """The working days of *region* ("DE", "DE-BY"); None: no day is a public holiday."""
    days_off = Workdays(holidays=_public_holidays(region) if region else frozenset())
    return days_off if weekend else Workdays(holidays=days_off.holidays, weekend=frozenset())


def _public_holidays(region: str) -> Collection[date]:
    # A second to import, for those alone who want it.
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return country_holidays(country, subdiv=part or None)  # fills itself with each year that is asked for
