"""The currencies of a multi-currency org, and the dated rates of one with advanced currency management."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.emulators.salesforce.org import Org

_FOR_EVER = date(9999, 12, 31)


def add_currencies(org: Org, rates: Mapping[str, Decimal]) -> None:
    for code, rate in {org.corporate_currency: Decimal(1), **rates}.items():
        org.add(
            "CurrencyType",
            IsoCode=code,
            ConversionRate=float(rate),
            DecimalPlaces=2,
            IsActive=True,
            IsCorporate=code == org.corporate_currency,
        )


def add_dated_rates(org: Org, rates: Mapping[str, Mapping[date, Decimal]]) -> None:
    """A rate holds from its StartDate to the day before NextStartDate: the next one's, or the end of time."""
    for code, by_start in rates.items():
        starts = sorted(by_start)
        for start, following in zip(starts, [*starts[1:], _FOR_EVER], strict=True):
            org.add(
                "DatedConversionRate",
                IsoCode=code,
                StartDate=start,
                NextStartDate=following,
                ConversionRate=float(by_start[start]),
            )
