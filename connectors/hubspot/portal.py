"""What the token opens: the HubSpot account, its currency and its exchange rates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import ACCOUNT, EXCHANGE_RATES
from connectors.hubspot.replies import AbsentError
from cssync.errors import AuthError, PermissionDeniedError, TransientError
from cssync.model.money import ExchangeRates

_RATE_SOURCE = "HubSpot exchange rates"


@dataclass(frozen=True, slots=True)
class Portal:
    """*currency*: the company currency; *others*: those that amounts may also be in, None where HubSpot does not say.

    *ui*: the host of its pages, which differs by data centre.
    """

    id: str
    currency: str
    others: tuple[str, ...] | None
    time_zone: str
    ui: str

    @property
    def record_url(self) -> str:
        return f"https://{self.ui}/contacts/{self.id}/company/{{id}}"


@dataclass(frozen=True, slots=True)
class Rates:
    """*note*: why rates are missing, "" when they are not."""

    rates: ExchangeRates
    note: str = ""


def read(client: HubspotClient, expected_id: str | None) -> Portal:
    """The account that the token belongs to. Raises AuthError where it is not the one that the settings name."""
    details = client.get(ACCOUNT)
    identifier, currency = details.get("portalId"), details.get("companyCurrency")
    if not identifier or not isinstance(currency, str):
        raise TransientError("HubSpot's account details came without portalId or companyCurrency", remedy="run again")
    if expected_id is not None and expected_id != str(identifier):
        raise AuthError(
            f"the token belongs to the HubSpot account {identifier}, not to {expected_id} (source.portal_id)",
            remedy="use a token of that account, or mend source.portal_id",
        )
    return Portal(
        id=str(identifier),
        currency=currency.strip().upper(),
        others=_codes(details.get("additionalCurrencies")),
        time_zone=str(details.get("timeZone") or "unknown"),
        ui=str(details.get("uiDomain") or "app.hubspot.com"),
    )


def no_rates(portal: Portal) -> Rates:
    """Of an account in which every amount is in the company currency."""
    return Rates(ExchangeRates(portal.currency))


def rates(client: HubspotClient, portal: Portal) -> Rates:
    """Units of the company currency for one of each other currency. Accounts without the feature have none."""
    try:
        listed = [entry for page in client.pages(EXCHANGE_RATES, {}) for entry in page]
    except (PermissionDeniedError, AbsentError):
        return Rates(
            ExchangeRates(portal.currency),
            f"HubSpot shows no exchange rates to this token: amounts in other currencies than {portal.currency} "
            f"need money.rates in the settings, or the scope {EXCHANGE_RATES.scope}.",
        )
    found: dict[str, Decimal] = {}
    unusable: list[str] = []
    for entry in listed:
        code = str(entry.get("fromCurrencyCode") or "?").upper()
        rate = _positive(entry.get("conversionRate"))
        if rate is None or entry.get("toCurrencyCode") != portal.currency:
            unusable.append(code)
        elif code != portal.currency:
            found[code] = rate
    note = f"HubSpot's exchange rates of {', '.join(sorted(unusable))} cannot be used." if unusable else ""
    return Rates(ExchangeRates(portal.currency, found, dict.fromkeys(found, _RATE_SOURCE)), note)


def _codes(listed: object) -> tuple[str, ...] | None:
    return tuple(str(each) for each in listed) if isinstance(listed, list) else None


def _positive(value: object) -> Decimal | None:
    # HubSpot keeps six decimals; the shortest text of a float gives them back unchanged.
    try:
        rate = Decimal(str(value))
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and rate > 0 else None
