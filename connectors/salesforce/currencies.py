"""Reads the org's own exchange rates: today's, and those of each day where the org keeps them.

Salesforce's ``convertCurrency()`` answers in the running user's currency, and by dated rates for opportunities alone;
so amounts are read raw, and converted here by the rates of ``CurrencyType`` and ``DatedConversionRate``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.salesforce.client import Client
from connectors.salesforce.refusals import NOT_UNDERSTOOD
from cssync.errors import PermissionDeniedError, TransientError
from cssync.model.money import ExchangeRates

ORGANIZATION = "SELECT DefaultCurrencyIsoCode FROM Organization"
CURRENCY_TYPES = "SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType"
DATED_RATES = "SELECT IsoCode, StartDate, ConversionRate FROM DatedConversionRate"

Rows = Sequence[Mapping[str, Any]]

_SOURCE = "Salesforce CurrencyType"
_REMEDY = "give the integration user the permission View Setup and Configuration"


def queries(*, multi_currency: bool) -> tuple[str, ...]:
    """What to ask. ``DATED_RATES`` is refused by an org without advanced currency management: that is an answer too."""
    return (CURRENCY_TYPES, DATED_RATES) if multi_currency else (ORGANIZATION,)


def parsed(answers: Mapping[str, Rows]) -> ExchangeRates:
    """Rates from the rows that ``queries`` brought; without ``DATED_RATES`` there are none by day.

    Inactive currencies too: records keep them. Raises PermissionDeniedError when there is no corporate one, and
    TransientError for rows in another form.
    """
    try:
        if CURRENCY_TYPES in answers:
            return _several(answers[CURRENCY_TYPES], answers.get(DATED_RATES, ()))
        return _single(answers[ORGANIZATION])
    except (KeyError, TypeError, ValueError) as malformed:
        raise TransientError(
            "Salesforce told its currencies in a form that is not understood", remedy=NOT_UNDERSTOOD
        ) from malformed


def rows(client: Client, page: Any) -> Rows:
    """All rows of the answer that *page* begins: dated rates may be more than one holds."""
    found: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    while True:
        if not isinstance(page, dict) or not isinstance(page.get("records"), list):
            raise TransientError("Salesforce did not answer the question for its currencies", remedy=NOT_UNDERSTOOD)
        found += page["records"]
        following = str(page.get("nextRecordsUrl") or "")
        if page.get("done") is True:
            return found
        if not following or following in seen:
            raise TransientError("Salesforce did not list its currencies in full", remedy=NOT_UNDERSTOOD)
        seen.add(following)
        page = client.get(following)


def rates(client: Client, *, multi_currency: bool) -> ExchangeRates:
    """All of it, one question after the other. Raises what ``Client.get`` and ``parsed`` do."""
    answers: dict[str, Rows] = {}
    for soql in queries(multi_currency=multi_currency):
        try:
            answers[soql] = rows(client, client.query(soql))
        except PermissionDeniedError:
            if soql != DATED_RATES:
                raise
    return parsed(answers)


def _single(organizations: Rows) -> ExchangeRates:
    code = organizations[0].get("DefaultCurrencyIsoCode") if organizations else None
    if not code:
        raise PermissionDeniedError(
            "Salesforce does not show this user the org's currency (Organization.DefaultCurrencyIsoCode)",
            remedy=_REMEDY,
        )
    return ExchangeRates(corporate=str(code))


def _several(types: Rows, dated: Rows) -> ExchangeRates:
    corporate = next((str(row["IsoCode"]) for row in types if row["IsCorporate"] is True), None)
    if corporate is None:
        raise PermissionDeniedError(
            "Salesforce does not show this user which currency is the corporate one (CurrencyType)", remedy=_REMEDY
        )
    found = {str(row["IsoCode"]): rate for row in types if (rate := _corporate_units(row)) is not None}
    found.pop(corporate, None)
    by_day: defaultdict[str, dict[date, Decimal]] = defaultdict(dict)
    for row in dated:
        rate = _corporate_units(row)
        if rate is not None and row["IsoCode"] != corporate:
            # Each holds up to the next one's StartDate, so that NextStartDate says nothing more.
            by_day[str(row["IsoCode"])][date.fromisoformat(row["StartDate"])] = rate
    courses = {code: tuple(sorted(days.items())) for code, days in sorted(by_day.items())}
    return ExchangeRates(corporate, found, dict.fromkeys(found, _SOURCE), courses)


def _corporate_units(row: Mapping[str, Any]) -> Decimal | None:
    """Corporate units for one unit: Salesforce keeps the inverse. None where it holds no sensible rate."""
    try:
        units = Decimal(str(row["ConversionRate"]))
    except InvalidOperation:
        return None
    return 1 / units if units.is_finite() and units > 0 else None
