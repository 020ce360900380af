"""The mapping is held against the org's own description before a record is read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cssync.errors import MappingError, PermissionDeniedError
from cssync.model.pull import Pull
from cssync.settings.source import SalesforceAccountFields, SalesforceOpportunityFields
from tests.connectors.salesforce.serving import AS_OF, Served, plain_accounts, served
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, OPPORTUNITY_FIELDS
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.schema import Field


def accounts(**changes: str | None) -> SalesforceAccountFields:
    return ACCOUNT_FIELDS.model_copy(update=changes)


def opportunities(**changes: str | None) -> SalesforceOpportunityFields:
    return OPPORTUNITY_FIELDS.model_copy(update=changes)


def fault(org: Served, **settings: Any) -> MappingError:
    """The error, raised before the first record was asked for."""
    with pytest.raises(MappingError) as caught:
        org.pull(**settings)
    assert org.emulator.queries() == []
    return caught.value


def test_case_16_a_field_that_is_gone_is_named_with_object_setting_permission_and_what_was_meant() -> None:
    with served() as org:
        org.org.rename("Account", "CSM__c", "Customer_Success_Mgr__c")
        error = fault(org, accounts=accounts(csm="Customer_Success_Manager__c"))
    assert error.message == (
        "source.accounts.csm is mapped to Customer_Success_Manager__c, but Salesforce shows this user no field"
        " Customer_Success_Manager__c on Account"
    )
    assert error.remedy == (
        "did you mean Customer_Success_Mgr__c? If not, correct source.accounts.csm, or let the integration user read"
        " Account.Customer_Success_Manager__c (field-level security: Setup > Object Manager > Account > Fields &"
        " Relationships > Customer_Success_Manager__c > Set Field-Level Security)"
    )


def test_a_field_may_be_meant_by_its_label() -> None:
    with served() as org:
        org.org.define("Account", Field("Tier_2024__c", "picklist", "Customer Tier"))
        assert "did you mean Tier_2024__c" in fault(org, accounts=accounts(segment="Customer_Tier__c")).remedy


def test_every_missing_field_is_named_at_once() -> None:
    with served() as org:
        error = fault(org, accounts=accounts(csm="Nobody__c", arr="Nothing__c"))
    assert "source.accounts.csm" in error.message
    assert "source.accounts.arr" in error.message


def test_case_16_a_field_hidden_by_security_counts_as_missing() -> None:
    with served() as org:
        org.org.hide("Account", "ARR__c")
        assert "field-level security" in fault(org).remedy


def test_dotted_fields_are_followed_to_the_object_behind_the_lookup() -> None:
    with served(plain_accounts(1)) as org:
        pull = org.pull(accounts=accounts(csm="CSM__r.Email", region="Owner.UserRole.Name"), team="UserRole.Name")
        assert pull.accounts["csm_ref"].to_list() == ["dana@cs.test"]
        assert pull.accounts["region"].to_list() == [None]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("CSM__r.Emial", "no field Emial on User"),
        ("CSM__c.Email", "no lookup CSM__c on Account"),
        ("Owner.UserRole.Nam", "no field Nam on UserRole"),
    ],
)
def test_a_dotted_field_that_leads_nowhere_says_where_it_ends(path: str, said: str) -> None:
    with served() as org:
        error = fault(org, accounts=accounts(csm=path))
    assert said in error.message
    assert "did you mean" in error.remedy


def test_fields_of_opportunities_and_of_users_are_checked_too() -> None:
    with served() as org:
        assert "source.opportunities.kind" in fault(org, opportunities=opportunities(kind="Kind__c")).message
        error = fault(org, team="Division__c")
    assert "source.team is mapped to Division__c, but Salesforce shows this user no field Division__c on User" in (
        error.message
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"accounts": accounts(region="BillingAddress")}, "compound field"),
        ({"accounts": accounts(csm="ParentId")}, "looks up Account and not User"),
        ({"accounts": accounts(csm="CSM__r.Name")}, "two people may share a name"),
        ({"accounts": accounts(csm="ARR__c")}, "cannot name a person"),
        ({"accounts": accounts(arr="IsDeleted")}, "holds a boolean and not an amount"),
        ({"opportunities": opportunities(ends="CreatedDate")}, "holds a datetime and not a date"),
        ({"accounts": accounts(currency="CurrencyIsoCode")}, "only orgs with several currencies have it"),
        ({"accounts": accounts(segment="IsPersonAccount")}, "only orgs with person accounts have it"),
    ],
)
def test_a_field_that_cannot_say_what_it_is_mapped_to_is_refused(settings: dict[str, Any], said: str) -> None:
    with served() as org:
        error = fault(org, **settings)
    assert said in error.message
    assert error.remedy


def test_case_29_person_accounts_are_known_where_the_org_has_them() -> None:
    with served(plain_accounts(1), org=Org(person_accounts=True)) as org:
        assert org.pull(accounts=accounts(segment="IsPersonAccount")).accounts["segment"].to_list() == ["false"]


def test_case_29_an_org_without_person_accounts_says_that_only_some_have_the_field() -> None:
    with served() as org:
        assert (
            "(only orgs with person accounts have it)"
            in fault(org, accounts=accounts(segment="IsPersonAccount")).message
        )


def test_arr_from_a_field_wants_a_field() -> None:
    with served() as org:
        assert "customers.arr.from" in fault(org, accounts=accounts(arr=None)).remedy
        assert org.connector(arr_from_field=False, accounts=accounts(arr=None)).pull(AS_OF).accounts.height == 0


def test_without_a_csm_field_the_owner_stands_in_with_a_warning_that_says_why() -> None:
    with served(plain_accounts(1)) as org:
        pull = org.pull(accounts=accounts(csm=None))
        by_choice = org.pull(accounts=accounts(csm="OwnerId"))
    owner = next(each.id for each in pull.owners if each.name == "Integration")
    assert pull.accounts["csm_ref"].to_list() == by_choice.accounts["csm_ref"].to_list() == [owner]
    [warning] = warnings(pull)
    assert warning == (
        "source.accounts.csm is not set, so the account owner (OwnerId) counts as the CSM; in most orgs that is the"
        " salesperson: map the lookup to User that names the CSM, or OwnerId if owners are CSMs"
    )
    assert warnings(by_choice) == ["CSMs are the account owners (source.accounts.csm: OwnerId)"]


def test_the_customers_own_revenue_as_arr_gets_a_warning() -> None:
    with served(plain_accounts(1)) as org:
        [warning] = warnings(org.pull(accounts=accounts(arr="AnnualRevenue")))
    assert "what the customer itself earns" in warning


def test_several_currencies_are_read_even_when_none_is_mapped() -> None:
    with served(
        [{"account_id": "a", "name": "A", "amount": 5, "currency": "EUR"}], org=Org(rates={"EUR": Decimal("0.8")})
    ) as org:
        pull = org.pull()
    assert pull.accounts["currency"].to_list() == ["EUR"]
    assert "CurrencyIsoCode" in warnings(pull)[0]


def test_an_org_without_visible_accounts_is_pulled_with_a_warning() -> None:
    with served() as org:
        [warning] = warnings(org.pull())
    assert "View All on Account" in warning


@pytest.mark.parametrize("name", ["Account", "Opportunity", "User", "Group"])
def test_case_16_an_object_that_is_hidden_goes_to_the_admin(name: str) -> None:
    with served() as org:
        org.org.hide(name)
        with pytest.raises(PermissionDeniedError) as caught:
            org.pull()
        assert org.emulator.queries() == []
    assert name in caught.value.message
    assert f"read access to {name}" in caught.value.remedy


def warnings(pull: Pull) -> list[str]:
    return list(pull.notes)
