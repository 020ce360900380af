"""Which answer belongs to which request: the endpoints, their limits and what they refuse."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.emulators.hubspot import search
from tests.emulators.hubspot.answers import Answer, missing_scopes, not_found, ok, validation
from tests.emulators.hubspot.portal import Portal, Stored

MOST_A_PAGE = 100
_MOST_WITH_HISTORY = 50
_MOST_OWNERS = 500
_ALWAYS = ("createdate", "hs_lastmodifieddate", "hs_object_id")
_DEFAULTS = {
    "companies": ("name", "domain", *_ALWAYS),
    "deals": ("amount", "closedate", "dealname", "dealstage", "pipeline", *_ALWAYS),
}
_MOMENT = "2026-11-22T02:04:00.000Z"


@dataclass(frozen=True, slots=True)
class Request:
    """*query*: every value of a repeated parameter."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        return self.query[name][-1] if name in self.query else None

    def says(self, name: str) -> bool:
        """Clients write True as well as true."""
        return (self.one(name) or "").lower() == "true"

    def names(self, name: str) -> list[str]:
        """Names separated by commas, in one parameter or several."""
        return [each for value in self.query.get(name, ()) for each in value.split(",") if each]


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
            except search.BadSearchError as error:
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
    limit = _limit(request, _MOST_OWNERS)
    archived = request.says("archived")
    email = request.one("email")
    owners = [
        each for each in portal.owners if each["archived"] is archived and (email is None or each["email"] == email)
    ]
    start = int(request.one("after") or 0)
    return ok({"results": owners[start : start + limit], **_paging(start + limit, more=len(owners) > start + limit)})


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
            "effectiveAt": _MOMENT,
            "createdAt": _MOMENT,
            "updatedAt": _MOMENT,
            "visibleInUI": True,
        }
        for number, (code, rate) in enumerate(portal.exchange_rates.items())
    ]
    return ok({"results": rates})


def _list(portal: Portal, request: Request, kind: str) -> Answer:
    with_history = request.names("propertiesWithHistory")
    limit = _limit(request, _MOST_WITH_HISTORY if with_history else MOST_A_PAGE)
    archived = request.says("archived")
    order = portal.listed(kind, archived=archived)
    after = request.one("after")
    start = _position(order, int(after)) if after else 0
    page = [portal.records[kind][number] for number in order[start : start + limit]]
    portal.told[kind] += len(page)
    more = len(order) > start + limit
    shown = _Shown(kind, tuple(request.names("properties")), tuple(with_history), tuple(request.names("associations")))
    last = order[start + limit - 1] if more else 0
    return ok({"results": [shown.record(portal, each) for each in page], **_paging(last, more=more)})


def _one(portal: Portal, request: Request, kind: str, identifier: str) -> Answer:
    record = portal.records[kind].get(int(identifier))
    if record is None:
        return not_found()
    shown = _Shown(kind, tuple(request.names("properties")), (), tuple(request.names("associations")))
    return ok(shown.record(portal, record))


def _search(portal: Portal, request: Request, kind: str) -> Answer:
    page, total, after = search.found(portal, kind, request.body)
    shown = _Shown(kind, _texts(request.body.get("properties")))
    results = [shown.record(portal, each) for each in page]
    return ok({"total": total, "results": results, **_paging(after or 0, more=after is not None)})


def _batch_read(portal: Portal, request: Request, kind: str) -> Answer:
    """207 when some ids are not there: the others are answered all the same."""
    inputs = request.body.get("inputs")
    ids = [str(each["id"]) for each in inputs] if isinstance(inputs, list) else []
    history = _texts(request.body.get("propertiesWithHistory"))
    most = _MOST_WITH_HISTORY if history else MOST_A_PAGE
    if not ids or len(ids) > most:
        return validation(f"inputs must hold between 1 and {most} ids")
    shown = _Shown(kind, _texts(request.body.get("properties")), history)
    known = [portal.records[kind].get(int(each)) for each in ids]
    there = [each for each in known if each is not None and not each.archived]
    content: dict[str, object] = {
        "status": "COMPLETE",
        "results": [shown.record(portal, each) for each in there],
        "startedAt": _MOMENT,
        "completedAt": _MOMENT,
    }
    absent = [each for each in ids if each not in {record.id for record in there}]
    if not absent:
        return ok(content)
    fault = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind} objects, they may be deleted or not exist. Check that ids are valid.",
        "context": {"ids": absent},
    }
    return ok({**content, "numErrors": 1, "errors": [fault]}, 207)


@dataclass(frozen=True, slots=True)
class _Shown:
    """How much of a record is told."""

    kind: str
    properties: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()

    def record(self, portal: Portal, record: Stored) -> dict[str, object]:
        names = (*self.properties, *_ALWAYS) if self.properties else _DEFAULTS[self.kind]
        known = portal.properties[self.kind]
        told: dict[str, object] = {
            "id": record.id,
            "properties": {name: record.properties.get(name) for name in names if name in known},
            "createdAt": record.properties["createdate"],
            "updatedAt": record.properties["hs_lastmodifieddate"],
            "archived": record.archived,
        }
        if self.history:
            told["propertiesWithHistory"] = {name: self._versions(record, name) for name in self.history}
        if "companies" in self.associations and record.companies:
            results = [{"id": identifier, "type": type_} for identifier, type_ in record.companies]
            told["associations"] = {"companies": {"results": results}}
        return told

    @staticmethod
    def _versions(record: Stored, name: str) -> list[dict[str, object]]:
        value = record.properties.get(name)
        return [{"value": value, "timestamp": record.properties["createdate"], "sourceType": "CRM_UI"}] if value else []


def _limit(request: Request, most: int) -> int:
    limit = int(request.one("limit") or 10)
    if not 1 <= limit <= most:
        raise search.BadSearchError(f"limit must be between 1 and {most}, but was {limit}")
    return limit


def _position(order: Sequence[int], after: int) -> int:
    """Where the ids greater than *after* begin."""
    return bisect_right(order, after)


def _paging(after: int, *, more: bool) -> dict[str, object]:
    return {"paging": {"next": {"after": str(after), "link": f"?after={after}"}}} if more else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def parsed(body: bytes) -> Mapping[str, object]:
    """A request's JSON object; anything else is an empty one."""
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


_KIND = "(companies|deals)"
_Handler = Callable[..., Answer]
_ROUTES: tuple[tuple[str, str, str, _Handler], ...] = (
    ("GET", "/account-info/v3/details", "", _account),
    ("GET", "/crm/v3/owners", "crm.objects.owners.read", _owners),
    ("GET", f"/crm/v3/properties/{_KIND}", "crm.schemas.{0}.read", _properties),
    ("GET", f"/crm/v3/properties/{_KIND}/([^/]+)", "crm.schemas.{0}.read", _property),
    ("GET", "/crm/v3/pipelines/deals", "crm.objects.deals.read", _pipelines),
    ("GET", "/settings/v3/currencies/company-currency", "multi-currency-read", _company_currency),
    ("GET", "/settings/v3/currencies/exchange-rates/current", "multi-currency-read", _exchange_rates),
    ("GET", f"/crm/v3/objects/{_KIND}", "crm.objects.{0}.read", _list),
    ("GET", rf"/crm/v3/objects/{_KIND}/(\d+)", "crm.objects.{0}.read", _one),
    ("POST", f"/crm/v3/objects/{_KIND}/search", "crm.objects.{0}.read", _search),
    ("POST", f"/crm/v3/objects/{_KIND}/batch/read", "crm.objects.{0}.read", _batch_read),
)
