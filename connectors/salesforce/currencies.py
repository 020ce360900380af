"""Reads the org's own exchange rates.

Salesforce's ``convertCurrency()`` answers in the running user's currency, so amounts are read raw and converted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.salesforce.client import Client
from connectors.salesforce.refusals import NOT_UNDERSTOOD
from cssync.errors import PermissionDeniedError, TransientError
from cssync.model.money import ExchangeRates

_SOURCE = "Salesforce CurrencyType"


def rates(client: Client, *, multi_currency: bool) -> ExchangeRates:
    """Inactive currencies too: records keep them. Raises PermissionDeniedError when there is no corporate one."""
    if not multi_currency:
        rows = _rows(client, "SELECT DefaultCurrencyIsoCode FROM Organization")
        code = rows[0].get("DefaultCurrencyIsoCode") if rows else None
        if not code:
            raise PermissionDeniedError(
                "Salesforce does not show this user the org's currency (Organization.DefaultCurrencyIsoCode)",
                remedy="give the integration user the permission View Setup and Configuration",
            )
        return ExchangeRates(corporate=str(code))
    rows = _rows(client, "SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType")
    corporate = next((str(row["IsoCode"]) for row in rows if row["IsCorporate"] is True), None)
    if corporate is None:
        raise PermissionDeniedError(
            "Salesforce does not show this user which currency is the corporate one (CurrencyType)",
            remedy="give the integration user the permission View Setup and Configuration",
        )
    found = {str(row["IsoCode"]): rate for row in rows if (rate := _corporate_units(row)) is not None}
    found.pop(corporate, None)
    return ExchangeRates(corporate, found, dict.fromkeys(found, _SOURCE))


def _corporate_units(row: Mapping[str, Any]) -> Decimal | None:
    """Corporate units for one unit: Salesforce keeps the inverse. None where it holds no sensible rate."""
    try:
        units = Decimal(str(row["ConversionRate"]))
    except InvalidOperation:
        return None
    return 1 / units if units.is_finite() and units > 0 else None


def _rows(client: Client, soql: str) -> Sequence[Mapping[str, Any]]:
    page = client.query(soql)
    if not isinstance(page, dict) or not isinstance(page.get("records"), list) or page.get("done") is not True:
        raise TransientError("Salesforce did not answer the question for its currencies in full", remedy=NOT_UNDERSTOOD)
    records: Sequence[Mapping[str, Any]] = page["records"]
    return records
