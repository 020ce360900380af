"""What edits, archives and merges do to an emulated account, as the plain client sees it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.companies.exceptions import NotFoundException

from cssync.model.owner import Owner
from tests.emulators.hubspot.clock import Clock
from tests.emulators.hubspot.company import edit_account, edit_opportunity, load
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

MORNING = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def _client(hubspot: HubspotEmulator) -> Any:
    return HubSpot(access_token=hubspot.token, host=hubspot.url)


def _listed(hubspot: HubspotEmulator, *, archived: bool = False) -> list[str]:
    return [each.id for each in _client(hubspot).crm.companies.get_all(archived=archived)]


def _batch(hubspot: HubspotEmulator, *ids: str, archived: bool = False, **more: Any) -> Any:
    inputs = {"inputs": [{"id": each} for each in ids], "properties": ["name"], **more}
    return _client(hubspot).crm.companies.batch_api.read(
        batch_read_input_simple_public_object_id=inputs, archived=archived
    )


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


@pytest.mark.parametrize("seed", range(5))
def test_list_search_and_batch_agree_whatever_was_changed(seed: int, clock: Clock) -> None:
    chance, portal = Random(seed), Portal(now=clock)  # noqa: S311  # nothing is kept secret with it
    for number in range(1, 31):
        portal.add("companies", number, {"name": f"C{number}"})
    for step in range(100):
        clock.later(minutes=chance.choice([0, 0, 1]))
        live, archived = portal.listed("companies", archived=False), portal.listed("companies", archived=True)
        one, other = chance.sample(live, 2)
        match chance.choice(["edit", "edit", "archive", "restore", "merge", "renew", "purge", "add", "add"]):
            case "edit":
                portal.edit("companies", one, name=f"step {step}")
            case "archive":
                portal.archive("companies", one)
            case "restore" if archived:
                portal.restore("companies", chance.choice(archived))
            case "merge":
                portal.merge(one, other)
            case "renew":
                portal.merge(one, other, into=1000 + step)
            case "purge":
                portal.purge("companies", chance.choice([*archived, one]))
            case _:
                portal.add("companies", 500 + step, {"name": "new"})
    with HubspotEmulator(portal) as hubspot:
        listed = {each.id: each.properties for each in _client(hubspot).crm.companies.get_all(properties=["name"])}
        search = {"limit": 200, "properties": ["name"]}
        found = _client(hubspot).crm.companies.search_api.do_search(public_object_search_request=search)
        read = _batch(hubspot, *listed)

    assert len(listed) > 10
    assert {each.id: each.properties for each in found.results} == listed
    assert {each.id: each.properties for each in read.results} == listed
