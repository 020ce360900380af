"""The endpoints of companies and deals: lists, single records, search, batches and associations."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from tests.emulators.hubspot import search
from tests.emulators.hubspot.answers import Answer, not_found, ok, validation
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.records import Associations, Stored
from tests.emulators.hubspot.requests import MOMENT, Request, limited, paging, texts
from tests.emulators.hubspot.telling import Told, results
from tests.emulators.hubspot.ties import PLAIN, PRIMARY

MOST_A_PAGE = 100
_MOST_WITH_HISTORY = 50
_MOST_ASSOCIATIONS = 1000
# https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide
_ASSOCIATION_TYPES: Mapping[str, Mapping[str, object]] = {
    PRIMARY: {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"},
    PLAIN: {"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None},
}


def listed(portal: Portal, request: Request, kind: str) -> Answer:
    with_history = tuple(request.names("propertiesWithHistory"))
    limit = limited(request, _MOST_WITH_HISTORY if with_history else MOST_A_PAGE)
    order = portal.listed(kind, archived=request.says("archived"))
    after = request.one("after")
    start = bisect_right(order, int(after)) if after else 0
    page = order[start : start + limit]
    portal.told[kind] += len(page)
    told = Told(portal, kind, tuple(request.names("properties")), with_history, tuple(request.names("associations")))
    more = len(order) > start + limit
    records = portal.records[kind]
    return results([told.record(records[number]) for number in page], paging(page[-1] if more else 0, more=more))


def one(portal: Portal, request: Request, kind: str, identifier: str) -> Answer:
    record = portal.shelves[kind].found(int(identifier))
    if record is None or record.archived is not request.says("archived"):
        return not_found()
    history = tuple(request.names("propertiesWithHistory"))
    told = Told(portal, kind, tuple(request.names("properties")), history, tuple(request.names("associations")))
    return Answer(200, told.record(record))


def searched(portal: Portal, request: Request, kind: str) -> Answer:
    page, total, after = search.found(portal, portal.index(kind), kind, request.body)
    told = Told(portal, kind, texts(request.body.get("properties")))
    return results([told.state(each) for each in page], {"total": total, **paging(after or 0, more=after is not None)})


def batch_read(portal: Portal, request: Request, kind: str) -> Answer:
    """207 when some ids are not there: the others are answered all the same, and no answer is in order."""
    ids = _ids(request)
    history = texts(request.body.get("propertiesWithHistory"))
    most = _MOST_WITH_HISTORY if history else MOST_A_PAGE
    if not ids or len(ids) > most or not all(each.isdecimal() for each in ids):
        return validation(f"inputs must hold between 1 and {most} ids")
    there: dict[str, Stored] = {}
    absent = []
    for each in ids:
        record = portal.shelves[kind].found(int(each))
        if record is None or record.archived is not request.says("archived"):
            absent.append(each)
        else:
            there[record.id] = record
    told = Told(portal, kind, texts(request.body.get("properties")), history)
    fault = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind} objects, they may be deleted or not exist. Check that ids are valid.",
        "context": {"ids": absent},
    }
    return _batch([told.record(each) for each in reversed(there.values())], [fault] if absent else [])


def associations(portal: Portal, request: Request) -> Answer:
    """The companies of deals; 207 when a deal has none, or is not there."""
    ids = _ids(request)
    if not ids or len(ids) > _MOST_ASSOCIATIONS or not all(each.isdecimal() for each in ids):
        return validation(f"inputs must hold between 1 and {_MOST_ASSOCIATIONS} ids")
    found, faults = [], []
    for each in dict.fromkeys(ids):
        deal = portal.shelves["deals"].found(int(each))
        companies = portal.companies_of(deal) if deal is not None and not deal.archived else ()
        if companies:
            found.append(ok({"from": {"id": each}, "to": _to(companies)}).body)
            continue
        faults.append(
            {
                "status": "error",
                "category": "OBJECT_NOT_FOUND",
                "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                "message": f"No company is associated with deal {each}.",
                "context": {"fromObjectId": [each], "fromObjectType": ["0-3"], "toObjectType": ["0-2"]},
            }
        )
    return _batch(found, faults)


def _to(companies: Associations) -> list[dict[str, object]]:
    types: dict[str, list[object]] = {}
    for company, type_ in companies:
        own = {"category": "USER_DEFINED", "typeId": 28, "label": type_}
        types.setdefault(company, []).append(_ASSOCIATION_TYPES.get(type_, own))
    return [{"toObjectId": int(company), "associationTypes": each} for company, each in types.items()]


def _batch(records: Sequence[bytes], faults: Sequence[object]) -> Answer:
    times = {"status": "COMPLETE", "startedAt": MOMENT, "completedAt": MOMENT}
    if not faults:
        return results(records, times)
    return results(records, {**times, "numErrors": len(faults), "errors": faults}, 207)


def _ids(request: Request) -> list[str]:
    inputs = request.body.get("inputs")
    return [str(each.get("id")) for each in inputs if isinstance(each, dict)] if isinstance(inputs, list) else []
