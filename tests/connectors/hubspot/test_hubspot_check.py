"""What doctor shows of a HubSpot account; trouble is a line with a remedy, never an exception."""

from __future__ import annotations

from connectors.hubspot import HubspotConnector
from cssync.model.check import Check, CheckStatus
from cssync.settings.source import HubspotAccountFields, HubspotSecrets, HubspotSource
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import MAPPED, connector, portal_with_cs_fields
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import html, unauthorized
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator


def _small_company() -> Portal:
    portal = portal_with_cs_fields()
    for number, (csm, arr) in enumerate([("51", "100"), ("52", "200"), ("51", None), (None, "200")], start=1):
        portal.add("companies", number, {"name": f"C{number}", "csm_owner": csm, "arr": arr})
    return portal


def _checks(
    hubspot: HubspotEmulator, accounts: HubspotAccountFields = MAPPED, *, arr_from_field: bool = True
) -> dict[str, Check]:
    found = list(connector(hubspot, accounts=accounts, arr_from_field=arr_from_field).check())
    assert len({check.name for check in found}) == len(found)
    assert all(check.remedy for check in found if check.status is not CheckStatus.OK)
    return {check.name: check for check in found}


def test_a_healthy_account_is_ok_line_by_line() -> None:
    with HubspotEmulator(_small_company(), limits=Limits(daily=250_000)) as hubspot:
        checks = _checks(hubspot)

    assert {check.status for check in checks.values()} == {CheckStatus.OK}
    assert checks["HubSpot token"].found == "account 4242424, company currency USD, time zone US/Eastern"
    assert checks["HubSpot companies (crm.objects.companies.read)"].found == "4 in all"
    assert checks["HubSpot deal pipelines (crm.objects.deals.read)"].found == "4 stages"
    assert checks["HubSpot exchange rates"].found == "USD and 0 other currencies"
    assert checks["HubSpot API budget"].found == "249,989 of 250,000 requests left today; a full pull takes about 10"


def test_each_mapped_property_shows_samples_and_the_share_of_empties() -> None:
    with HubspotEmulator(_small_company()) as hubspot:
        checks = _checks(hubspot)

    assert checks["source.accounts.csm"].found == "csm_owner: 51, 52 (25% of the first 4 are empty)"
    assert checks["source.accounts.arr"].found == "arr: 100, 200 (25% of the first 4 are empty)"
    assert checks["source.accounts.name"].found == "name: C1, C2, C3 (0% of the first 4 are empty)"


def test_a_property_that_someone_mapped_and_nobody_fills_in_is_a_warning() -> None:
    portal = _small_company()
    portal.add_property("companies", "health")
    with HubspotEmulator(portal) as hubspot:
        checks = _checks(hubspot, HubspotAccountFields(csm="csm_owner", arr="arr", health="health"))

    assert checks["source.accounts.health"].status is CheckStatus.WARNING
    assert checks["source.accounts.parent"].status is CheckStatus.OK  # mapped by default, empty by nature


def test_a_missing_property_fails_with_what_was_probably_meant_and_the_others_are_still_shown() -> None:
    with HubspotEmulator(_small_company()) as hubspot:
        checks = _checks(hubspot, HubspotAccountFields(csm="csm_ownr", arr="arr"))

    missing = checks["source.accounts.csm"]
    assert missing.status is CheckStatus.FAILED
    assert missing.found == (
        'HubSpot companies have no property "csm_ownr" (source.accounts.csm), did you mean "csm_owner"?'
    )
    assert missing.remedy == "map csm_owner"
    assert checks["source.accounts.arr"].status is CheckStatus.OK


def test_unwise_mappings_are_warnings_that_say_why() -> None:
    with HubspotEmulator(_small_company()) as hubspot:
        checks = _checks(hubspot, HubspotAccountFields(csm="hubspot_owner_id", arr="annualrevenue"))

    assert checks["source.accounts.arr"].status is CheckStatus.WARNING
    assert "not ARR" in checks["source.accounts.arr"].remedy
    assert checks["source.accounts.csm"].status is CheckStatus.WARNING
    assert "salespeople" in checks["source.accounts.csm"].remedy
    assert checks["source.opportunities.owner"].status is CheckStatus.OK


def test_a_mapping_without_arr_fails_and_the_rest_is_still_checked() -> None:
    with HubspotEmulator(_small_company()) as hubspot:
        without = HubspotAccountFields(csm="csm_owner")
        checks = _checks(hubspot, without)
        assert checks["HubSpot mapping"].status is CheckStatus.FAILED
        assert checks["source.accounts.csm"].status is CheckStatus.OK
        assert "HubSpot mapping" not in _checks(hubspot, without, arr_from_field=False)


def test_a_refused_token_is_the_only_line() -> None:
    with HubspotEmulator(_small_company()) as hubspot:
        hubspot.faults.always(faults.instead(unauthorized()))
        checks = _checks(hubspot)

    assert list(checks) == ["HubSpot token"]
    assert checks["HubSpot token"].status is CheckStatus.FAILED
    assert "HUBSPOT_TOKEN" in checks["HubSpot token"].remedy


def test_each_missing_scope_is_a_line_and_what_depends_on_it_is_left_out() -> None:
    portal = _small_company()
    portal.scopes.clear()
    with HubspotEmulator(portal) as hubspot:
        checks = _checks(hubspot)

    failed = [name for name, check in checks.items() if check.status is CheckStatus.FAILED]
    assert failed == [
        "HubSpot scopes",
        "HubSpot owners (crm.objects.owners.read)",
        "HubSpot properties of companies (crm.schemas.companies.read)",
        "HubSpot properties of deals (crm.schemas.deals.read)",
        "HubSpot deal pipelines (crm.objects.deals.read)",
    ]
    assert not [name for name in checks if name.startswith("source.")]
    assert checks["HubSpot exchange rates"].status is CheckStatus.WARNING


def test_a_budget_that_would_not_last_for_a_pull_is_a_warning() -> None:
    with HubspotEmulator(_small_company(), limits=Limits(daily=15)) as hubspot:
        budget = _checks(hubspot)["HubSpot API budget"]

    assert budget.status is CheckStatus.WARNING
    assert budget.found == "4 of 15 requests left today; a full pull takes about 10"


def test_a_token_to_which_no_budget_is_announced_is_fine() -> None:
    with HubspotEmulator(_small_company(), limits=Limits(announced=False)) as hubspot:
        budget = _checks(hubspot)["HubSpot API budget"]

    assert budget.status is CheckStatus.OK
    assert budget.found == "not announced to this kind of token; a full pull takes about 10"


def test_an_account_that_is_down_is_a_line_not_an_exception() -> None:
    with HubspotEmulator(_small_company()) as hubspot:
        hubspot.faults.since(2, faults.instead(html(502, "Bad Gateway")))
        checks = _checks(hubspot)

    assert checks["HubSpot token"].status is CheckStatus.OK
    assert checks["HubSpot owners (crm.objects.owners.read)"].status is CheckStatus.FAILED


def test_an_account_without_companies_can_still_be_checked() -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        checks = _checks(hubspot)

    assert checks["source.accounts.csm"].found == "csm_owner: no records to sample"


def test_without_a_token_the_first_line_says_where_to_put_one() -> None:
    nameless = HubspotConnector(
        HubspotSource(kind="hubspot"), HubspotSecrets(), arr_from_field=True, mirror=MemoryMirror()
    )
    (check,) = nameless.check()

    assert (check.name, check.status) == ("HubSpot token", CheckStatus.FAILED)
    assert "HUBSPOT_TOKEN" in check.remedy
