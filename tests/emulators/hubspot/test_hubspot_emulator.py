"""The emulator satisfies the plain hubspot-api-client and refuses what HubSpot refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from hubspot import HubSpot
from hubspot.crm.companies import BatchReadInputSimplePublicObjectId, PublicObjectSearchRequest
from hubspot.crm.companies.exceptions import ApiException, ForbiddenException, UnauthorizedException

from cssync.model.owner import Owner, OwnerKind
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import too_many
from tests.emulators.hubspot.company import load
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

RECORDED = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture
def hubspot() -> Iterator[HubspotEmulator]:
    portal = Portal()
    portal.add_property("companies", "arr", type_="number")
    for number in range(1, 251):
        portal.add("companies", number, {"name": f"C{number:03}", "arr": number * 1000, "domain": f"c{number}.test"})
    portal.add("companies", 900, {"name": "Archived"}, archived=True)
    portal.add_owner("51", first="Dana", last="Roy", email="dana@cs.example", user_id=7)
    portal.add_owner("52", first="Ed", last="Gone", email="ed@cs.example", user_id=8, archived=True)
    with HubspotEmulator(portal) as emulator:
        yield emulator


def _client(hubspot: HubspotEmulator, **more: Any) -> Any:
    return HubSpot(access_token=hubspot.token, host=hubspot.url, base_url=hubspot.url, retry=urllib3.Retry(0), **more)


def _get(hubspot: HubspotEmulator, path: str, **params: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {hubspot.token}"}
    return requests.get(f"{hubspot.url}{path}", params=params, headers=headers, timeout=5)


def test_get_all_finds_every_company(hubspot: HubspotEmulator) -> None:
    companies = _client(hubspot).crm.companies.get_all(properties=["name", "arr", "no_such_property"])

    assert [each.id for each in companies] == [str(number) for number in range(1, 251)]
    assert companies[0].properties["arr"] == "1000"
    assert "no_such_property" not in companies[0].properties
    assert companies[0].created_at == datetime(2025, 11, 3, 8, 15, 30, 123000, tzinfo=UTC)
    assert len(hubspot.requests) == 3


def test_archived_companies_are_a_list_of_their_own(hubspot: HubspotEmulator) -> None:
    archived = _client(hubspot).crm.companies.get_all(archived=True)

    assert [(each.id, each.archived) for each in archived] == [("900", True)]


def test_owners_come_active_and_archived(hubspot: HubspotEmulator) -> None:
    api = _client(hubspot).crm.owners.owners_api
    active, archived = api.get_page(limit=100), api.get_page(archived=True)

    assert [(each.id, each.user_id, each.email) for each in active.results] == [("51", 7, "dana@cs.example")]
    assert [(each.id, each.user_id, each.user_id_including_inactive) for each in archived.results] == [("52", None, 8)]


def test_search_filters_sorts_and_pages(hubspot: HubspotEmulator) -> None:
    request = PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "arr", "operator": "GTE", "value": "9000"}]}],
        sorts=[{"propertyName": "arr", "direction": "DESCENDING"}],
        properties=["name"],
        limit=200,
        after="0",
    )
    first = _client(hubspot).crm.companies.search_api.do_search(public_object_search_request=request)

    assert first.total == 242
    assert [each.id for each in first.results[:2]] == ["250", "249"]
    assert first.paging.next.after == "200"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"propertyName": "name", "operator": "EQ", "value": "c007"}, ["7"]),
        ({"propertyName": "arr", "operator": "BETWEEN", "value": "2000", "highValue": "4000"}, ["2", "3", "4"]),
        ({"propertyName": "name", "operator": "IN", "values": ["C001", "C002"]}, ["1", "2"]),
        ({"propertyName": "arr", "operator": "LT", "value": "3000"}, ["1", "2"]),
        ({"propertyName": "name", "operator": "CONTAINS_TOKEN", "value": "*249*"}, ["249"]),
        ({"propertyName": "lifecyclestage", "operator": "HAS_PROPERTY"}, []),
    ],
)
def test_search_understands_the_operators(hubspot: HubspotEmulator, condition: Any, found: list[str]) -> None:
    request = {"filterGroups": [{"filters": [condition]}], "limit": 10}
    answer = _client(hubspot).crm.companies.search_api.do_search(public_object_search_request=request)

    assert [each.id for each in answer.results] == found


@pytest.mark.parametrize(
    "request_body",
    [
        {"limit": 201},
        {"limit": 200, "after": "9900"},
        {"filterGroups": [{"filters": [{"propertyName": "nope", "operator": "EQ", "value": "1"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "name", "operator": "LIKE", "value": "1"}]}]},
        {"filterGroups": [{"filters": []}] * 6},
    ],
)
def test_search_refuses_what_hubspot_refuses(hubspot: HubspotEmulator, request_body: dict[str, Any]) -> None:
    with pytest.raises(ApiException) as caught:
        _client(hubspot).crm.companies.search_api.do_search(public_object_search_request=request_body)

    assert caught.value.status == 400
    assert json.loads(caught.value.body)["category"] == "VALIDATION_ERROR"


def test_the_sixth_search_of_a_second_is_too_many(hubspot: HubspotEmulator) -> None:
    api = _client(hubspot).crm.companies.search_api
    hubspot.limits.clock = lambda: 0.0
    for _ in range(5):
        api.do_search(public_object_search_request={"limit": 1})
    with pytest.raises(ApiException) as caught:
        api.do_search(public_object_search_request={"limit": 1})

    assert caught.value.status == 429
    assert json.loads(caught.value.body)["policyName"] == "SECONDLY"


def test_batch_read_answers_207_and_names_what_is_not_there(hubspot: HubspotEmulator) -> None:
    inputs = BatchReadInputSimplePublicObjectId(
        inputs=[{"id": "1"}, {"id": "999"}], properties=["name"], properties_with_history=["name"]
    )
    answer = _client(hubspot).crm.companies.batch_api.read(batch_read_input_simple_public_object_id=inputs)

    assert [each.id for each in answer.results] == ["1"]
    assert answer.results[0].properties_with_history["name"][0].value == "C001"
    assert answer.errors[0].context == {"ids": ["999"]}


def test_properties_and_pipelines_are_told(hubspot: HubspotEmulator) -> None:
    client = _client(hubspot)
    properties = {each.name: each for each in client.crm.properties.core_api.get_all("companies").results}
    (pipeline,) = client.crm.pipelines.pipelines_api.get_all("deals").results

    assert properties["arr"].type == "number"
    assert properties["hubspot_owner_id"].referenced_object_type == "OWNER"
    assert [(stage.id, stage.metadata["isClosed"]) for stage in pipeline.stages][2:] == [
        ("closedwon", "true"),
        ("closedlost", "true"),
    ]


def test_account_details_answer_the_library_s_api_request(hubspot: HubspotEmulator) -> None:
    details = _client(hubspot).api_request({"path": "/account-info/v3/details"}).json()

    assert (details["portalId"], details["companyCurrency"]) == (4242424, "USD")


@pytest.mark.parametrize("limit", ["0", "101"])
def test_pages_of_more_than_a_hundred_are_refused(hubspot: HubspotEmulator, limit: str) -> None:
    answer = _get(hubspot, "/crm/v3/objects/companies", limit=limit)

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_with_history_a_page_holds_fifty(hubspot: HubspotEmulator) -> None:
    path = "/crm/v3/objects/companies"
    assert _get(hubspot, path, limit="51", propertiesWithHistory="name").status_code == 400
    assert len(_get(hubspot, path, limit="50", propertiesWithHistory="name").json()["results"]) == 50


def test_a_wrong_token_and_a_missing_scope_are_refused_in_hubspot_s_words(hubspot: HubspotEmulator) -> None:
    with pytest.raises(UnauthorizedException) as refused:
        HubSpot(access_token="wrong", host=hubspot.url).crm.companies.get_all()
    assert json.loads(refused.value.body)["category"] == "INVALID_AUTHENTICATION"

    hubspot.portal.scopes.discard("crm.objects.companies.read")
    with pytest.raises(ForbiddenException) as forbidden:
        _client(hubspot).crm.companies.get_all()
    body = json.loads(forbidden.value.body)
    assert body["category"] == "MISSING_SCOPES"
    assert body["errors"][0]["context"] == {"requiredGranularScopes": ["crm.objects.companies.read"]}


def test_an_address_of_more_than_8_kilobytes_is_too_long(hubspot: HubspotEmulator) -> None:
    assert _get(hubspot, "/crm/v3/objects/companies", properties="x" * 8200).status_code == 414


def test_the_rolling_window_and_the_day_are_enforced_and_announced() -> None:
    now = [0.0]
    limits = Limits(in_window=2, daily=3, clock=lambda: now[0])
    with HubspotEmulator(limits=limits) as hubspot:
        path = "/account-info/v3/details"
        assert _get(hubspot, path).headers["X-HubSpot-RateLimit-Remaining"] == "1"
        assert _get(hubspot, path).headers["X-HubSpot-RateLimit-Daily-Remaining"] == "1"
        assert _get(hubspot, path).json()["policyName"] == "TEN_SECONDLY_ROLLING"
        now[0] = 10.0
        assert _get(hubspot, path).status_code == 200
        assert _get(hubspot, path).json()["policyName"] == "DAILY"


def test_faults_fall_on_the_request_that_the_script_names(hubspot: HubspotEmulator) -> None:
    hubspot.faults.on(2, faults.instead(too_many("SECONDLY", retry_after="1")), path="/crm/v3/owners")
    statuses = [_get(hubspot, "/crm/v3/owners").status_code for _ in range(3)]
    untouched = _get(hubspot, "/account-info/v3/details").status_code

    assert (statuses, untouched) == ([200, 429, 200], 200)


def test_a_large_answer_is_compressed_for_those_who_ask(hubspot: HubspotEmulator) -> None:
    answer = _get(hubspot, "/crm/v3/objects/companies", limit="100")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.json()["results"]) == 100


def test_a_loaded_company_keeps_numbers_as_ids_and_replaces_other_ids() -> None:
    portal = Portal()
    ids = load(
        portal,
        [
            {"account_id": "A-1", "csm_ref": "dana", "amount": Decimal("1.50"), "created_on": date(2024, 2, 29)},
            {"account_id": "77", "name": "B", "csm_ref": "somebody else", "amount": "n/a", "parent_id": "A-1"},
        ],
        [Owner("dana", "Dana Roy", team="East"), Owner("9", "Q", active=False, kind=OwnerKind.QUEUE)],
        [{"opportunity_id": "O1", "account_id": "77", "stage": "Won", "is_closed": True, "is_won": True, "amount": 5}],
    )

    assert ids.accounts == {"A-1": "9000000000", "77": "77"}
    assert ids.owners == {"dana": "8000000000", "9": "9"}
    first, second = portal.records["companies"][9_000_000_000], portal.records["companies"][77]
    assert first.properties["csm_owner"] == "8000000000"
    assert (first.properties["arr"], first.properties["createdate"]) == ("1.50", "2024-02-29T00:00:00Z")
    assert second.properties["hs_parent_company_id"] == "9000000000"
    assert (second.properties["arr"], second.properties["csm_owner"]) == ("n/a", "somebody else")
    (deal,) = portal.records["deals"].values()
    assert deal.companies == (("77", "deal_to_company"), ("77", "deal_to_company_unlabeled"))


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded responses are not here")
def test_owners_and_rate_limits_have_the_shape_of_a_recorded_response(hubspot: HubspotEmulator) -> None:
    recorded = json.loads((RECORDED / "hubspot" / "owners_response.json").read_text())
    answer = _get(hubspot, "/crm/v3/owners", limit="100")

    def shape(owner: dict[str, object]) -> dict[str, type]:
        return {key: type(value) for key, value in owner.items()}

    assert shape(answer.json()["results"][0]) == shape(recorded["body"]["results"][0])
    told = {name.lower() for name in answer.headers}
    assert {name.lower() for name in recorded["headers"]} <= told


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded responses are not here")
def test_a_429_has_the_keys_of_those_that_users_reported() -> None:
    reported = [
        each for each in json.loads((RECORDED / "error_bodies.json").read_text()) if "policyName" in each["body"]
    ]
    ours = json.loads(too_many("SECONDLY").body)

    assert reported
    for each in reported:
        assert each["status"] == 429
        assert ours.keys() == each["body"].keys() - {"groupName"}
        assert ours["message"] == each["body"]["message"]
