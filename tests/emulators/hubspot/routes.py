"""Which answer belongs to which request: the endpoints, their limits and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.emulators.hubspot import objects
from tests.emulators.hubspot.answers import Answer, missing_scopes, not_found, ok, validation
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.requests import MOMENT, Request, limited, paging
from tests.emulators.hubspot.search import BadSearchError

TOKEN_INFO = "/oauth/v2/private-apps/get/access-token-info"
_MOST_OWNERS = 500


def answer(portal: Portal, request: Request) -> Answer:
    """The right answer of this portal, or the refusal that HubSpot would give."""
    path = request.path.rstrip("/")
    for method, pattern, scope, handle in _ROUTES:
        if method == request.method and (match := re.fullmatch(pattern, path)):
            needed = scope.format(*match.groups())
            if needed and needed not in portal.scopes:
                return missing_scopes(needed)
            try:
                return handle(portal, request, *match.groups())
            except BadSearchError as error:
                return validation(str(error))
    return not_found()


def _account(portal: Portal, _: Request) -> Answer:
    return ok(
        {
            "portalId": portal.id,
            "accountType": "STANDARD",
            "timeZone": portal.time_zone,
            "companyCurrency": portal.currency,
            "additionalCurrencies": sorted(portal.exchange_rates or ()),
            "utcOffset": "-05:00",
            "utcOffsetMilliseconds": -18_000_000,
            "uiDomain": portal.ui_domain,
            "dataHostingLocation": "na1",
        }
    )


def _owners(portal: Portal, request: Request) -> Answer:
    limit = limited(request, _MOST_OWNERS)
    archived = request.says("archived")
    email = request.one("email")
    owners = [
        each for each in portal.owners if each["archived"] is archived and (email is None or each["email"] == email)
    ]
    start = int(request.one("after") or 0)
    return ok({"results": owners[start : start + limit], **paging(start + limit, more=len(owners) > start + limit)})


def _properties(portal: Portal, request: Request, kind: str) -> Answer:
    archived = request.says("archived")
    return ok({"results": [] if archived else list(portal.properties[kind].values())})


def _property(portal: Portal, _: Request, kind: str, name: str) -> Answer:
    known = portal.properties[kind].get(name)
    return ok(known) if known else not_found(f"Property {name} does not exist")


def _pipelines(portal: Portal, _: Request) -> Answer:
    return ok({"results": portal.pipelines})


def _company_currency(portal: Portal, _: Request) -> Answer:
    return ok({"currencyCode": portal.currency})


def _exchange_rates(portal: Portal, _: Request) -> Answer:
    if portal.exchange_rates is None:
        return not_found()
    rates = [
        {
            "id": str(number),
            "fromCurrencyCode": code,
            "toCurrencyCode": portal.currency,
            "conversionRate": rate,
            "effectiveAt": MOMENT,
            "createdAt": MOMENT,
            "updatedAt": MOMENT,
            "visibleInUI": True,
        }
        for number, (code, rate) in enumerate(portal.exchange_rates.items())
    ]
    return ok({"results": rates})


def _token_info(portal: Portal, _: Request) -> Answer:
    """https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview"""
    return ok({"userId": portal.user_id, "hubId": portal.id, "appId": portal.app_id, "scopes": sorted(portal.scopes)})


_KIND = "(companies|deals)"
_DEALS, _COMPANIES = "(?:deals?|0-3)", "(?:company|companies|0-2)"
_Handler = Callable[..., Answer]
_ROUTES: tuple[tuple[str, str, str, _Handler], ...] = (
    ("GET", "/account-info/v3/details", "", _account),
    ("GET", "/crm/v3/owners", "crm.objects.owners.read", _owners),
    ("GET", f"/crm/v3/properties/{_KIND}", "crm.schemas.{0}.read", _properties),
    ("GET", f"/crm/v3/properties/{_KIND}/([^/]+)", "crm.schemas.{0}.read", _property),
    ("GET", "/crm/v3/pipelines/deals", "crm.objects.deals.read", _pipelines),
    ("GET", "/settings/v3/currencies/company-currency", "multi-currency-read", _company_currency),
    ("GET", "/settings/v3/currencies/exchange-rates/current", "multi-currency-read", _exchange_rates),
    ("GET", f"/crm/v3/objects/{_KIND}", "crm.objects.{0}.read", objects.listed),
    ("GET", rf"/crm/v3/objects/{_KIND}/(\d+)", "crm.objects.{0}.read", objects.one),
    ("POST", f"/crm/v3/objects/{_KIND}/search", "crm.objects.{0}.read", objects.searched),
    ("POST", f"/crm/v3/objects/{_KIND}/batch/read", "crm.objects.{0}.read", objects.batch_read),
    ("POST", f"/crm/v4/associations/{_DEALS}/{_COMPANIES}/batch/read", "crm.objects.deals.read", objects.associations),
    ("POST", TOKEN_INFO, "", _token_info),
)
