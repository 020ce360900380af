"""What edits, archives, merges and associations do to an emulated account, as the plain client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from hubspot import HubSpot
from hubspot.crm.companies.exceptions import ApiException, NotFoundException

from cssync.model.owner import Owner
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import expired_token, locked, migrating, not_permitted
from tests.emulators.hubspot.company import edit_account, edit_opportunity, load
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import PLAIN, PRIMARY, Portal
from tests.emulators.hubspot.server import HubspotEmulator

MORNING = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.moment = MORNING

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **units: float) -> None:
        self.moment += timedelta(**units)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hubspot(clock: Clock) -> Iterator[HubspotEmulator]:
    """Companies 1 to 4; deals 11 (of 1), 12 (of 2, and not mainly of 1) and 13 (of none)."""
    portal = Portal(now=clock)
    portal.add_property("companies", "arr", type_="number")
    for number in range(1, 5):
        portal.add("companies", number, {"name": f"C{number}", "arr": number * 100})
    portal.add("deals", 11, {"dealname": "D1"}, companies=[("1", PRIMARY), ("1", PLAIN)])
    portal.add("deals", 12, {"dealname": "D2"}, companies=[("2", PRIMARY), ("2", PLAIN), ("1", PLAIN)])
    portal.add("deals", 13, {"dealname": "D3"})
    clock.later(hours=1)
    with HubspotEmulator(portal) as emulator:
        yield emulator


def _client(hubspot: HubspotEmulator) -> Any:
    return HubSpot(access_token=hubspot.token, host=hubspot.url)


def _listed(hubspot: HubspotEmulator, *, archived: bool = False) -> list[str]:
    return [each.id for each in _client(hubspot).crm.companies.get_all(archived=archived)]


def _batch(hubspot: HubspotEmulator, *ids: str, archived: bool = False, **more: Any) -> Any:
    inputs = {"inputs": [{"id": each} for each in ids], "properties": ["name"], **more}
    return _client(hubspot).crm.companies.batch_api.read(
        batch_read_input_simple_public_object_id=inputs, archived=archived
    )


def _associated(hubspot: HubspotEmulator, *deals: int) -> Any:
    return _client(hubspot).crm.associations.v4.batch_api.get_page(
        "deals", "companies", {"inputs": [{"id": str(each)} for each in deals]}
    )


def _companies(hubspot: HubspotEmulator, *deals: int) -> list[tuple[str, list[tuple[str, list[int]]]]]:
    return [
        (each._from.id, [(to.to_object_id, [type_.type_id for type_ in to.association_types]) for to in each.to])  # noqa: SLF001  # the client calls it so
        for each in _associated(hubspot, *deals).results
    ]


def _post(hubspot: HubspotEmulator, path: str, body: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {hubspot.token}"}
    return requests.post(f"{hubspot.url}{path}", json=body, headers=headers, timeout=5)


def test_an_edit_moves_the_time_of_change_and_is_remembered(hubspot: HubspotEmulator, clock: Clock) -> None:
    hubspot.portal.edit("companies", 1, arr=Decimal("150.50"))
    clock.later(days=1)
    hubspot.portal.edit("companies", 1, arr=None, name="C1")

    (company,) = _batch(hubspot, "1", propertiesWithHistory=["arr", "name"]).results
    assert company.properties["hs_lastmodifieddate"] == "2026-11-02T09:00:00.000Z"
    assert company.updated_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert [(each.value, each.timestamp, each.source_type) for each in company.properties_with_history["arr"]] == [
        ("", datetime(2026, 11, 2, 9, tzinfo=UTC), "CRM_UI"),
        ("150.50", datetime(2026, 11, 1, 9, tzinfo=UTC), "CRM_UI"),
        ("100", MORNING, "CRM_UI"),
    ]
    assert [each.value for each in company.properties_with_history["name"]] == ["C1"]


def test_a_property_remembers_twenty_values(hubspot: HubspotEmulator, clock: Clock) -> None:
    for number in range(25):
        clock.later(minutes=1)
        hubspot.portal.edit("companies", 1, arr=number)

    (company,) = _batch(hubspot, "1", propertiesWithHistory=["arr"]).results
    assert [each.value for each in company.properties_with_history["arr"]] == [str(each) for each in range(24, 4, -1)]


def test_a_calculation_leaves_the_time_of_change_alone(hubspot: HubspotEmulator) -> None:
    hubspot.portal.recalculate("companies", 1, arr=7)

    (company,) = _batch(hubspot, "1", properties=["arr"], propertiesWithHistory=["arr"]).results
    assert (company.properties["arr"], company.properties["hs_lastmodifieddate"]) == ("7", "2026-11-01T08:00:00.000Z")
    assert company.properties_with_history["arr"][0].source_type == "CALCULATED"


def test_what_is_calculated_says_so(hubspot: HubspotEmulator) -> None:
    hubspot.portal.add_property("companies", "health", calculated=True)
    described = _client(hubspot).crm.properties.core_api.get_all("companies").results

    assert {each.name for each in described if each.calculated} == {"health", "hs_merged_object_ids"}


def test_an_archived_company_is_elsewhere_until_it_is_restored(hubspot: HubspotEmulator, clock: Clock) -> None:
    hubspot.portal.archive("companies", 2)
    assert (_listed(hubspot), _listed(hubspot, archived=True)) == (["1", "3", "4"], ["2"])
    (told,) = _client(hubspot).crm.companies.get_all(archived=True)
    assert (told.archived, told.archived_at) == (True, datetime(2026, 11, 1, 9, tzinfo=UTC))
    assert told.properties["hs_lastmodifieddate"] == "2026-11-01T08:00:00.000Z"
    assert _batch(hubspot, "2").errors[0].context == {"ids": ["2"]}
    assert [each.id for each in _batch(hubspot, "2", archived=True).results] == ["2"]
    with pytest.raises(NotFoundException):
        _client(hubspot).crm.companies.basic_api.get_by_id("2")

    clock.later(hours=1)
    hubspot.portal.restore("companies", 2)
    assert (_listed(hubspot), _listed(hubspot, archived=True)) == (["1", "2", "3", "4"], [])
    assert hubspot.portal.records["companies"][2].properties["hs_lastmodifieddate"] == "2026-11-01T10:00:00.000Z"


def test_a_purged_company_is_gone_without_a_trace(hubspot: HubspotEmulator) -> None:
    hubspot.portal.archive("companies", 2)
    hubspot.portal.purge("companies", 2)
    hubspot.portal.purge("companies", 3)

    assert (_listed(hubspot), _listed(hubspot, archived=True)) == (["1", "4"], [])
    with pytest.raises(NotFoundException):
        _client(hubspot).crm.companies.basic_api.get_by_id("3")


def test_a_merge_leaves_one_company_to_which_both_ids_lead(hubspot: HubspotEmulator) -> None:
    hubspot.portal.edit("companies", 2, domain="two.test", arr=999)
    assert hubspot.portal.merge(2, 1) == "1"
    assert hubspot.portal.merge(1, 4) == "4"

    assert (_listed(hubspot), _listed(hubspot, archived=True)) == (["3", "4"], [])
    told = _client(hubspot).crm.companies.basic_api.get_by_id(
        "2", properties=["name", "arr", "domain", "hs_merged_object_ids"]
    )
    assert told.id == "4"
    assert (told.properties["name"], told.properties["arr"], told.properties["domain"]) == ("C4", "400", "two.test")
    assert told.properties["hs_merged_object_ids"] == "2;1"
    assert told.properties["hs_lastmodifieddate"] == "2026-11-01T09:00:00.000Z"
    assert [each.id for each in _batch(hubspot, "1", "2", "3").results] == ["3", "4"]


def test_hubspot_s_own_merge_of_today_makes_a_company_with_a_new_id(hubspot: HubspotEmulator) -> None:
    assert hubspot.portal.merge(2, 1, into=77) == "77"

    assert _listed(hubspot) == ["3", "4", "77"]
    told = [
        _client(hubspot).crm.companies.basic_api.get_by_id(each, properties=["name", "hs_merged_object_ids"])
        for each in ("1", "2", "77")
    ]
    assert [each.id for each in told] == ["77", "77", "77"]
    assert [told[0].properties[name] for name in ("name", "hs_merged_object_ids")] == ["C1", "2;1"]
    assert told[0].created_at == MORNING


def test_deals_follow_their_company_into_a_merge(hubspot: HubspotEmulator) -> None:
    hubspot.portal.merge(2, 1)

    assert _companies(hubspot, 11, 12) == [("11", [("1", [5, 341])]), ("12", [("1", [5, 341])])]
    changed = {
        number: each.properties["hs_lastmodifieddate"] for number, each in hubspot.portal.records["deals"].items()
    }
    assert changed == {
        11: "2026-11-01T08:00:00.000Z",
        12: "2026-11-01T09:00:00.000Z",
        13: "2026-11-01T08:00:00.000Z",
    }


def test_merged_deals_are_one_deal(hubspot: HubspotEmulator) -> None:
    hubspot.portal.merge(12, 11, kind="deals", into=99)
    hubspot.portal.archive("companies", 1)

    assert sorted(hubspot.portal.records["deals"]) == [13, 99]
    assert hubspot.portal.records["deals"][99].properties["hs_primary_associated_company"] is None


def test_associations_are_read_in_batches_and_207_says_who_has_none(hubspot: HubspotEmulator) -> None:
    answer = _associated(hubspot, 12, 13, 999)

    assert [(each._from.id, len(each.to)) for each in answer.results] == [("12", 2)]  # noqa: SLF001  # the client calls it so
    primary = answer.results[0].to[0].association_types[0]
    assert (primary.category, primary.type_id, primary.label) == ("HUBSPOT_DEFINED", 5, "Primary")
    assert answer.num_errors == 2
    assert [each.context["fromObjectId"] for each in answer.errors] == [["13"], ["999"]]
    assert answer.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_a_deal_has_one_primary_company(hubspot: HubspotEmulator) -> None:
    portal = hubspot.portal
    portal.associate(12, 3)
    portal.associate(12, 4, primary=False)
    portal.associate(13, 4)
    portal.dissociate(12, 1)

    assert _companies(hubspot, 12, 13) == [
        ("12", [("2", [341]), ("3", [5, 341]), ("4", [341])]),
        ("13", [("4", [5, 341])]),
    ]
    deal = portal.records["deals"][12].properties
    assert deal["hs_primary_associated_company"] == "3"
    assert deal["hs_lastmodifieddate"] == "2026-11-01T09:00:00.000Z"


def test_an_association_that_is_not_the_primary_one_leaves_no_trace_on_the_deal(hubspot: HubspotEmulator) -> None:
    hubspot.portal.associate(11, 3, primary=False)

    assert hubspot.portal.records["deals"][11].properties["hs_lastmodifieddate"] == "2026-11-01T08:00:00.000Z"


def test_an_archived_company_takes_its_associations_along_and_back(hubspot: HubspotEmulator) -> None:
    hubspot.portal.archive("companies", 1)
    assert _companies(hubspot, 11, 12) == [("12", [("2", [5, 341])])]
    assert hubspot.portal.records["deals"][11].properties["hs_primary_associated_company"] is None
    (first, *_) = _client(hubspot).crm.deals.get_all(associations=["companies"])
    assert first.associations is None

    hubspot.portal.restore("companies", 1)
    assert _companies(hubspot, 11) == [("11", [("1", [5, 341])])]
    assert hubspot.portal.records["deals"][11].properties["hs_primary_associated_company"] == "1"


@pytest.mark.parametrize(
    ("path", "inputs", "more"),
    [
        ("/crm/v3/objects/companies/batch/read", 101, {}),
        ("/crm/v3/objects/companies/batch/read", 51, {"propertiesWithHistory": ["arr"]}),
        ("/crm/v3/objects/companies/batch/read", 0, {}),
        ("/crm/v4/associations/deals/companies/batch/read", 1001, {}),
    ],
)
def test_batches_have_a_size(hubspot: HubspotEmulator, path: str, inputs: int, more: dict[str, object]) -> None:
    body = {"inputs": [{"id": str(each + 1)} for each in range(inputs)], **more}
    assert _post(hubspot, path, body).status_code == 400


def test_a_batch_may_leave_records_out_without_a_word(hubspot: HubspotEmulator) -> None:
    hubspot.faults.always(faults.without("2", "11"))

    answer = _batch(hubspot, "1", "2")
    assert (type(answer).__name__, [each.id for each in answer.results]) == ("BatchResponseSimplePublicObject", ["1"])
    assert [each for each, _ in _companies(hubspot, 11, 12)] == ["12"]


def test_a_token_tells_whose_it_is_and_what_it_may_do(hubspot: HubspotEmulator) -> None:
    hubspot.portal.scopes = {"crm.objects.companies.read", "crm.objects.companies.write"}
    path = "/oauth/v2/private-apps/get/access-token-info"

    assert _post(hubspot, path, {"tokenKey": hubspot.token}).json() == {
        "userId": 1000007,
        "hubId": 4242424,
        "appId": 2000042,
        "scopes": ["crm.objects.companies.read", "crm.objects.companies.write"],
    }
    assert _post(hubspot, path, {"tokenKey": "another"}).status_code == 401


@pytest.mark.parametrize(
    ("answer", "status", "retry_after"),
    [
        (expired_token(), 401, None),
        (not_permitted(), 403, None),
        (locked(), 423, None),
        (migrating(), 477, "86400"),
        (migrating(None), 477, None),
    ],
)
def test_rarer_refusals_reach_the_client(
    hubspot: HubspotEmulator, answer: Any, status: int, retry_after: str | None
) -> None:
    hubspot.faults.always(faults.instead(answer))
    with pytest.raises(ApiException) as caught:
        _client(hubspot).crm.companies.basic_api.get_page()

    assert (caught.value.status, caught.value.headers.get("Retry-After")) == (status, retry_after)


def test_oauth_apps_are_not_told_about_the_day() -> None:
    with HubspotEmulator(limits=Limits(daily_announced=False)) as hubspot:
        headers = {"Authorization": f"Bearer {hubspot.token}"}
        told = requests.get(f"{hubspot.url}/crm/v3/owners", headers=headers, timeout=5).headers

    assert told["X-HubSpot-RateLimit-Max"] == "250"
    assert "X-HubSpot-RateLimit-Daily" not in told


def test_a_blow_falls_on_the_request_for_records_that_it_was_meant_for(hubspot: HubspotEmulator) -> None:
    seen: list[int] = []
    hubspot.kill_after(2, lambda: seen.append(len(hubspot.requests)))
    client = _client(hubspot)
    client.crm.companies.basic_api.get_page()
    client.crm.owners.owners_api.get_page()
    assert seen == []
    client.crm.companies.basic_api.get_page()
    client.crm.companies.basic_api.get_page()

    assert seen == [3]


def test_a_loaded_company_is_edited_in_the_words_of_its_rows(clock: Clock) -> None:
    portal = Portal(now=clock)
    ids = load(
        portal,
        [{"account_id": "A", "csm_ref": "dana", "amount": 1}, {"account_id": "B"}],
        [Owner("dana", "Dana Roy"), Owner("ana", "Ana Diaz")],
        [{"opportunity_id": "O", "account_id": "A", "amount": 5}],
    )
    edit_account(portal, ids, "A", {"csm_ref": "ana", "parent_id": "B", "renewal_on": date(2027, 1, 31)})
    edit_opportunity(portal, ids, "O", {"account_id": "B", "owner_ref": None, "amount": Decimal("7.5")})

    company = portal.records["companies"][int(ids.accounts["A"])].properties
    assert company["csm_owner"] == ids.owners["ana"]
    assert company["hs_parent_company_id"] == ids.accounts["B"]
    assert (company["renewal_on"], company["arr"]) == ("2027-01-31", "1")
    deal = portal.records["deals"][int(ids.opportunities["O"])]
    assert (deal.properties["amount"], deal.properties["hubspot_owner_id"]) == ("7.5", None)
    assert deal.properties["hs_primary_associated_company"] == ids.accounts["B"]
