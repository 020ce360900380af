"""The emulated search is as fast, as late and as wrong as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.companies.exceptions import ApiException

from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

MORNING = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
CHANGED = "hs_lastmodifieddate"


@pytest.fixture
def portal() -> Portal:
    """Companies 1 to 9, the n-th last changed n minutes after eight; it is noon."""
    portal = Portal(now=lambda: MORNING)
    for number in range(1, 10):
        portal.add("companies", number, {"name": f"C{number}", CHANGED: MORNING + timedelta(minutes=number)})
    portal.now = lambda: MORNING + timedelta(hours=4)
    return portal


@pytest.fixture
def hubspot(portal: Portal) -> Iterator[HubspotEmulator]:
    with HubspotEmulator(portal, limits=Limits(searches_a_second=1_000_000)) as emulator:
        yield emulator


def _found(
    hubspot: HubspotEmulator, *groups: Any, sort: str = CHANGED, direction: str = "ASCENDING", **more: Any
) -> Any:
    request = {
        "filterGroups": [{"filters": list(group)} for group in groups],
        "sorts": [{"propertyName": sort, "direction": direction}],
        "limit": 200,
        **more,
    }
    client = HubSpot(access_token=hubspot.token, host=hubspot.url)
    return client.crm.companies.search_api.do_search(public_object_search_request=request)


def _ids(hubspot: HubspotEmulator, *groups: Any, **more: Any) -> list[str]:
    return [each.id for each in _found(hubspot, *groups, **more).results]


def _where(name: str, operation: str, value: object = None, **more: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operation, **({} if value is None else {"value": value}), **more}


def _at(minute: int, *, as_text: bool = True) -> str:
    moment = MORNING + timedelta(minutes=minute)
    return moment.isoformat().replace("+00:00", "Z") if as_text else str(int(moment.timestamp() * 1000))


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize(
    ("operation", "found"),
    [("GTE", "789"), ("GT", "89"), ("LTE", "1234567"), ("LT", "123456"), ("EQ", "7"), ("NEQ", "12345689")],
)
@pytest.mark.parametrize("sort", [CHANGED, "hs_object_id", "createdate"])
def test_moments_compare_as_texts_and_as_milliseconds(
    hubspot: HubspotEmulator, operation: str, found: str, sort: str, *, as_text: bool
) -> None:
    assert _ids(hubspot, [_where(CHANGED, operation, _at(7, as_text=as_text))], sort=sort) == list(found)


def test_a_window_may_be_narrow_and_have_other_conditions(hubspot: HubspotEmulator) -> None:
    window = _where(CHANGED, "BETWEEN", _at(3), highValue=_at(6))
    chosen = _where("hs_object_id", "IN", values=["4", "6", "8"])

    assert _ids(hubspot, [window, chosen], direction="DESCENDING") == ["6", "4"]
    assert _ids(hubspot, [window, _where("hs_object_id", "NOT_IN", values=["4"])]) == ["3", "5", "6"]
    assert _ids(hubspot, [_where("domain", "NOT_HAS_PROPERTY"), _where("hs_object_id", "GT", "8")]) == ["9"]


def test_groups_are_alternatives_and_nothing_is_found_twice(hubspot: HubspotEmulator, portal: Portal) -> None:
    for number in (4, 5, 6):
        portal.edit("companies", number, hs_lastmodifieddate=_at(7))
    ties = [_where(CHANGED, "EQ", _at(7)), _where("hs_object_id", "GT", "5")]
    later = [_where(CHANGED, "GT", _at(7))]

    assert _ids(hubspot, ties, later) == ["6", "7", "8", "9"]
    assert _found(hubspot, later, [_where(CHANGED, "GTE", _at(9))]).total == 2


def test_companies_without_a_value_come_first_and_meet_no_comparison(hubspot: HubspotEmulator, portal: Portal) -> None:
    portal.edit("companies", 9, annualrevenue=5)

    assert _ids(hubspot, sort="annualrevenue") == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    assert _ids(hubspot, [_where("annualrevenue", "LTE", "5")], sort="annualrevenue") == ["9"]


@pytest.mark.parametrize(
    "body",
    [
        {"sorts": [{"propertyName": CHANGED}, {"propertyName": "name"}]},
        {"filterGroups": [{"filters": [{"propertyName": "name", "operator": "IN", "value": "C1"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "name", "operator": "EQ"}]}]},
        {"after": "a"},
    ],
)
def test_what_hubspot_does_not_understand_is_refused(hubspot: HubspotEmulator, body: dict[str, Any]) -> None:
    with pytest.raises(ApiException) as caught:
        _found(hubspot, **body)

    assert caught.value.status == 400


def test_results_beyond_ten_thousand_are_out_of_reach() -> None:
    portal = Portal()
    for number in range(1, 10_202):
        portal.add("companies", number, {})
    with HubspotEmulator(portal) as hubspot:
        last = _found(hubspot, sort="hs_object_id", after="9800")
        assert (last.total, last.results[-1].id, last.paging.next.after) == (10_201, "10000", "10000")
        with pytest.raises(ApiException) as caught:
            _found(hubspot, after="10000")
        assert caught.value.status == 400
        beyond = _found(hubspot, [_where("hs_object_id", "GT", "10000")], sort="hs_object_id")
        assert (beyond.total, beyond.results[0].id) == (201, "10001")


def test_a_late_index_shows_records_as_they_were(hubspot: HubspotEmulator, portal: Portal) -> None:
    portal.search_lag = timedelta(minutes=30)
    portal.edit("companies", 1, name="renamed")
    portal.archive("companies", 2)
    portal.purge("companies", 3)
    portal.merge(4, 5)
    portal.merge(6, 7, into=70)
    portal.add("companies", 10, {"name": "new"})

    before = _found(hubspot, properties=["name"])
    assert [each.id for each in before.results] == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    assert (before.total, before.results[0].properties["name"]) == (9, "C1")

    portal.now = lambda: MORNING + timedelta(hours=4, minutes=29)
    assert _found(hubspot).total == 9
    portal.now = lambda: MORNING + timedelta(hours=4, minutes=30)
    after = _found(hubspot, properties=["name"])
    assert [each.id for each in after.results] == ["8", "9", "1", "5", "10", "70"]
    assert (after.total, after.results[2].properties["name"]) == (6, "renamed")


def test_an_index_that_keeps_up_shows_every_change_at_once(hubspot: HubspotEmulator, portal: Portal) -> None:
    assert _found(hubspot).total == 9
    portal.archive("companies", 2)
    portal.edit("companies", 1, name="renamed")
    portal.merge(4, 5)

    assert _ids(hubspot) == ["3", "6", "7", "8", "9", "1", "5"]
    portal.restore("companies", 2)
    assert _ids(hubspot, [_where(CHANGED, "GTE", _at(200))]) == ["1", "2", "5"]


def test_a_leaking_search_finds_what_it_should_not(hubspot: HubspotEmulator, portal: Portal) -> None:
    portal.search_leaks = 2

    answer = _found(hubspot, [_where(CHANGED, "LT", _at(4))])
    assert ([each.id for each in answer.results], answer.total) == (["1", "2", "3", "8", "9"], 5)
    assert _found(hubspot).total == 9


def test_a_disordered_search_tells_its_results_in_runs_that_go_backwards(
    hubspot: HubspotEmulator, portal: Portal
) -> None:
    portal.search_misorders = 4

    assert _ids(hubspot) == ["4", "3", "2", "1", "8", "7", "6", "5", "9"]


def test_a_hundred_changes_are_found_among_many_companies_in_an_index_that_is_made_once(portal: Portal) -> None:
    portal.now = lambda: MORNING - timedelta(days=1)
    for number in range(10, 20_001):
        portal.add("companies", number, {})
    portal.now = lambda: MORNING
    for number in range(200, 20_001, 200):
        portal.edit("companies", number, name="changed")
    index = portal.index("companies")

    with HubspotEmulator(portal) as hubspot:
        answer = _found(hubspot, [_where(CHANGED, "GTE", _at(0)), _where(CHANGED, "LT", _at(1))])
    assert (answer.total, answer.results[0].id, answer.results[-1].id) == (100, "200", "20000")
    assert portal.index("companies") is index
