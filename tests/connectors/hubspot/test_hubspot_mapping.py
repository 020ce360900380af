"""A wrong mapping is told before the first record is read; an unwise one is told too, with the reason."""

from __future__ import annotations

import pytest

from cssync.errors import AuthError, ExitCode, MappingError
from cssync.settings.source import HubspotAccountFields, HubspotOpportunityFields
from tests.connectors.hubspot.building import AS_OF, COMPANIES, DEALS, connector, portal_with_cs_fields
from tests.emulators.hubspot.server import HubspotEmulator


def test_every_mapped_property_that_is_missing_is_named_with_its_setting_before_any_record_is_read() -> None:
    accounts = HubspotAccountFields(csm="csm_ownr", arr="ARR", segment="zzz")
    opportunities = HubspotOpportunityFields(kind="deal_type")
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        with pytest.raises(MappingError) as caught:
            connector(hubspot, accounts=accounts, opportunities=opportunities).pull(AS_OF)
        assert hubspot.requested(COMPANIES) == hubspot.requested(DEALS) == []

    assert caught.value.exit_code is ExitCode.CONFIG
    assert caught.value.message == (
        'HubSpot companies have no property "csm_ownr" (source.accounts.csm), did you mean "csm_owner"?; '
        'HubSpot companies have no property "ARR" (source.accounts.arr), did you mean "arr"?; '
        'HubSpot companies have no property "zzz" (source.accounts.segment); '
        'HubSpot deals have no property "deal_type" (source.opportunities.kind), did you mean "dealtype"?'
    )
    assert "crm.schemas.companies.read and crm.schemas.deals.read" in caught.value.remedy


def test_a_label_in_place_of_a_name_is_recognised() -> None:
    portal = portal_with_cs_fields()
    portal.add_property("companies", "p_417", label="Customer Success Manager", of_owners=True)
    accounts = HubspotAccountFields(csm="customer success manager", arr="arr")
    with HubspotEmulator(portal) as hubspot, pytest.raises(MappingError, match='did you mean "p_417"'):
        connector(hubspot, accounts=accounts).pull(AS_OF)


def test_case_45_the_company_owner_as_csm_is_noted_even_when_chosen() -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        pull = connector(hubspot, accounts=HubspotAccountFields(csm="hubspot_owner_id", arr="arr")).pull(AS_OF)

    assert pull.notes == (
        "source.accounts.csm is hubspot_owner_id: right only if CSMs, not salespeople, are the owners of companies.",
    )


def test_case_45_annualrevenue_as_arr_gets_a_strong_warning() -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        pull = connector(hubspot, accounts=HubspotAccountFields(csm="csm_owner", arr="annualrevenue")).pull(AS_OF)

    (note,) = pull.notes
    assert "annualrevenue, which is NOT ARR: it is what the customer itself earns" in note


def test_case_45_neither_csm_nor_arr_is_guessed_and_both_are_named_before_hubspot_is_asked() -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        with pytest.raises(MappingError) as caught:
            connector(hubspot, accounts=HubspotAccountFields()).pull(AS_OF)
        assert hubspot.requests == []

    assert caught.value.exit_code is ExitCode.CONFIG
    assert caught.value.message == (
        "nothing says who looks after a customer: source.accounts.csm is not set, or what a customer's ARR is: "
        "source.accounts.arr is not set"
    )
    assert "hubspot_owner_id is the sales owner in most HubSpot accounts" in caught.value.remedy
    assert "annualrevenue is what the customer itself earns" in caught.value.remedy
    assert "customers.arr.from: won_opportunities" in caught.value.remedy


def test_no_arr_property_is_fine_where_deals_say_what_arr_is() -> None:
    portal = portal_with_cs_fields()
    portal.add("companies", 1, {"name": "A", "csm_owner": "51"})
    with HubspotEmulator(portal) as hubspot:
        fields = HubspotAccountFields(csm="csm_owner")
        pull = connector(hubspot, accounts=fields, arr_from_field=False).pull(AS_OF)

    assert pull.accounts["amount"].to_list() == [None]


def test_properties_of_an_unexpected_type_are_noted() -> None:
    portal = portal_with_cs_fields()
    portal.add_property("companies", "csm_list", type_="enumeration")
    portal.add_property("companies", "arr_text", type_="string")
    with HubspotEmulator(portal) as hubspot:
        pull = connector(hubspot, accounts=HubspotAccountFields(csm="csm_list", arr="arr_text")).pull(AS_OF)

    assert pull.notes == (
        (
            'source.accounts.csm: "csm_list" is a drop-down, not a HubSpot user property; its values must be e-mail '
            "addresses or owner ids to be recognised."
        ),
        (
            'source.accounts.arr: "arr_text" is of type string, not number; values that are no amount are reported, '
            "not guessed."
        ),
    )


def test_a_currency_property_that_comes_with_a_feature_may_be_absent_unless_it_was_asked_for() -> None:
    portal = portal_with_cs_fields()
    portal.remove_property("deals", "deal_currency_code")
    with HubspotEmulator(portal) as hubspot:
        pull = connector(hubspot).pull(AS_OF)
        assert pull.notes == (
            "deals have no deal_currency_code: their amounts are taken to be in the company currency.",
        )
        asked_for = HubspotOpportunityFields(currency="deal_currency_code")
        with pytest.raises(MappingError, match=r"source\.opportunities\.currency"):
            connector(hubspot, opportunities=asked_for).pull(AS_OF)


def test_case_49_too_many_properties_for_one_address_are_refused_with_a_remedy() -> None:
    portal = portal_with_cs_fields()
    names = {field: f"{field}_{'x' * 180}" for field in HubspotAccountFields.model_fields}
    for name in names.values():
        portal.add_property("companies", name)
    with HubspotEmulator(portal) as hubspot:
        with pytest.raises(MappingError, match="too many properties of companies") as caught:
            connector(hubspot, accounts=HubspotAccountFields(**names)).pull(AS_OF)
        assert hubspot.requested(COMPANIES) == []

    assert caught.value.remedy == "map fewer fields, or ones with shorter names"


def test_a_token_of_another_account_is_refused() -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        with pytest.raises(AuthError, match="belongs to the HubSpot account 4242424, not to 17"):
            connector(hubspot, portal_id="17").pull(AS_OF)
        assert connector(hubspot, portal_id="4242424").pull(AS_OF).record_url is not None
