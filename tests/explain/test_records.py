"""Which field of which CRM something was read from, and which page shows its record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cssync.explain.evidence import Evidence
from tests.explain.evidences import evidence
from tests.nights import account

SALESFORCE = {"kind": "salesforce", "username": "x", "accounts": {"csm": "CSM__c", "arr": "ARR__c"}, "team": "Division"}
HUBSPOT = {"kind": "hubspot", "accounts": {"csm": "csm_owner", "arr": "arr"}}


def of(source: dict[str, Any], record_url: str | None) -> Evidence:
    return evidence([account("a")], source=source, record_url=record_url)


def test_fields_are_called_as_salesforce_has_them() -> None:
    fields = of(SALESFORCE, None).fields
    named = (fields.account("csm_ref"), fields.account("amount"), fields.opportunity("close_on"), fields.owner("team"))
    assert [source.name for source in named if source] == [
        "Account.CSM__c",
        "Account.ARR__c",
        "Opportunity.CloseDate",
        "User.Division",
    ]
    assert fields.account("segment") is None


def test_fields_are_called_as_hubspot_has_them() -> None:
    fields = of(HUBSPOT, None).fields
    named = (fields.account("csm_ref"), fields.account("lifecycle"), fields.opportunity("amount"), fields.owner("id"))
    assert [source.name for source in named if source] == [
        "company.csm_owner",
        "company.lifecyclestage",
        "deal.amount",
        "owner.id",
    ]


def test_a_mapping_of_the_operators_own_names_its_line() -> None:
    found = of(SALESFORCE, None)
    lines = {"source.accounts.arr": "cssync.yaml:12"}
    company = replace(found.company, origin=lambda setting: lines.get(setting, "default"))
    field = Evidence(company).fields.account("amount")
    assert field is not None
    assert field.where == "source.accounts.arr, cssync.yaml:12"


@pytest.mark.parametrize(
    ("source", "record_url", "pages"),
    [
        (
            SALESFORCE,
            "https://acme.test/{id}",
            ["https://acme.test/a", "https://acme.test/o%2F1", "https://acme.test/U1"],
        ),
        (
            HUBSPOT,
            "https://app.test/contacts/7/company/{id}",
            ["https://app.test/contacts/7/company/a", "https://app.test/contacts/7/deal/o%2F1", None],
        ),
        ({"kind": "file"}, "https://crm.test/{id}", ["https://crm.test/a", None, None]),
        ({"kind": "file"}, None, [None, None, None]),
    ],
)
def test_every_record_leads_to_the_page_that_its_crm_has_for_it(
    source: dict[str, Any], record_url: str | None, pages: list[str | None]
) -> None:
    found = of(source, record_url)
    records = (
        found.account({"account_id": "a", "name": "Acme"}),
        found.opportunity({"opportunity_id": "o/1", "name": None}),
        found.owner("U1"),
    )
    assert [record.url for record in records] == pages


def test_nobody_has_no_page() -> None:
    assert of(SALESFORCE, "https://acme.test/{id}").owner("unassigned").url is None
    assert of(SALESFORCE, "https://acme.test/{id}").owner("unknown:005x").url == "https://acme.test/005x"
