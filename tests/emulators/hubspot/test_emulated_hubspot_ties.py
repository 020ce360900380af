"""Which company an emulated deal belongs to, whatever becomes of either."""

from __future__ import annotations

from typing import Any

from hubspot import HubSpot

from tests.emulators.hubspot import faults
from tests.emulators.hubspot.server import HubspotEmulator


def _client(hubspot: HubspotEmulator) -> Any:
    return HubSpot(access_token=hubspot.token, host=hubspot.url)


def _associated(hubspot: HubspotEmulator, *deals: int) -> Any:
    return _client(hubspot).crm.associations.v4.batch_api.get_page(
        "deals", "companies", {"inputs": [{"id": str(each)} for each in deals]}
    )


def _companies(hubspot: HubspotEmulator, *deals: int) -> list[tuple[str, list[tuple[str, list[int]]]]]:
    return [
        (each._from.id, [(to.to_object_id, [type_.type_id for type_ in to.association_types]) for to in each.to])  # noqa: SLF001  # the client calls it so
        for each in _associated(hubspot, *deals).results
    ]


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


def test_associations_may_be_left_out_without_a_word(hubspot: HubspotEmulator) -> None:
    hubspot.faults.always(faults.without("11"))

    assert [each for each, _ in _companies(hubspot, 11, 12)] == ["12"]
