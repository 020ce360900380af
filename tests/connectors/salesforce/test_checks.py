"""What doctor shows of Salesforce, and that no trouble there raises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cssync.model.check import Check, CheckStatus
from cssync.settings.source import SalesforceSecrets
from tests.connectors.salesforce.serving import Served, plain_accounts, served
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, CanonicalRow
from tests.emulators.salesforce.org import Org


def checks(org: Served, **settings: Any) -> dict[str, Check]:
    found = tuple(org.connector(**settings).check())
    for check in found:
        assert check.found
        assert bool(check.remedy) is (check.status is not CheckStatus.OK)
    assert not [secret for secret in org.org.credentials.secrets() if secret in repr(found)]
    return {check.name: check for check in found}


def test_a_sound_org_is_ok_line_by_line() -> None:
    accounts: list[CanonicalRow] = [
        {"account_id": f"a{n}", "name": f"Account {n}", "csm_ref": "dana", "amount": n * 1000, "segment": "SMB"}
        for n in range(1, 5)
    ]
    accounts.append({"account_id": "empty", "name": "Empty"})
    with served(accounts, org=Org(rates={"EUR": Decimal("0.8")})) as org:
        found = checks(org)
    said = {name: (check.status.value, check.found) for name, check in found.items()}
    assert said["Salesforce login"] == ("ok", "acme.my.salesforce.com (auth: jwt)")
    assert said["Salesforce API version"] == ("ok", "62.0")
    assert said["Salesforce Account"] == ("ok", "5 records visible")
    assert said["Salesforce User"] == ("ok", "2 records visible")
    assert said["Salesforce Group"] == ("ok", "0 queues visible")
    assert said["source.team"] == ("ok", "User.Department")
    assert said["source.accounts.name"] == (
        "ok",
        "Name: Empty, Account 4, Account 3 (0% of the newest 5 are empty)",
    )
    assert said["source.accounts.arr"] == ("ok", "ARR__c: 4000.0, 3000.0, 2000.0 (20% of the newest 5 are empty)")
    assert said["source.accounts.product"] == (
        "warning",
        "Product__c: no values (100% of the newest 5 are empty)",
    )
    assert said["Salesforce currencies"] == ("ok", "USD and 1 others with rates")
    assert said["Salesforce API budget"][0] == "ok"
    assert said["Salesforce API budget"][1].endswith("calls of the day left; a full pull takes about 16")


def test_a_refused_login_is_the_only_line() -> None:
    with served() as org:
        found = checks(org, secrets=org.secrets(client_id="another"))
    assert [(check.name, check.status) for check in found.values()] == [("Salesforce login", CheckStatus.FAILED)]


def test_a_missing_secret_is_a_failed_login() -> None:
    with served() as org:
        [check] = checks(org, secrets=SalesforceSecrets()).values()
    assert "SALESFORCE_CLIENT_ID is not set" in check.found


def test_a_server_that_is_down_is_a_failed_login() -> None:
    with served() as org:
        org.emulator.faults.add(faults.HTML_503, where="/")
        [check] = checks(org).values()
    assert check.status is CheckStatus.FAILED


def test_a_ready_session_that_ended_is_a_failed_login() -> None:
    with served() as org:
        ended = SalesforceSecrets.model_validate({"session_id": "ended"})
        [check] = checks(org, auth="session", instance_url=org.emulator.url, secrets=ended).values()
    assert "SALESFORCE_SESSION_ID" in check.remedy


def test_an_unknown_version_ends_the_list() -> None:
    with served() as org:
        found = checks(org, api_version="99.0")
    assert list(found) == ["Salesforce login", "Salesforce API version"]
    assert found["Salesforce API version"].remedy == 'set source.api_version to "66.0"'


def test_a_missing_field_fails_on_its_own_line_and_the_others_go_on() -> None:
    with served(plain_accounts(1)) as org:
        found = checks(org, accounts=ACCOUNT_FIELDS.model_copy(update={"segment": "Segmnt__c"}), team="Team__c")
    failed = {name: check for name, check in found.items() if check.status is CheckStatus.FAILED}
    assert list(failed) == ["source.team", "source.accounts.segment"]
    assert "did you mean Segment__c?" in failed["source.accounts.segment"].remedy
    assert found["source.accounts.arr"].status is CheckStatus.OK


def test_a_field_of_the_wrong_kind_fails_the_mapping() -> None:
    with served(plain_accounts(1)) as org:
        found = checks(org, accounts=ACCOUNT_FIELDS.model_copy(update={"csm": "ParentId"}))
    assert found["Salesforce mapping"].status is CheckStatus.FAILED
    assert "not User" in found["Salesforce mapping"].found


def test_the_owner_as_csm_is_a_warning() -> None:
    with served(plain_accounts(1)) as org:
        found = checks(org, accounts=ACCOUNT_FIELDS.model_copy(update={"csm": None}))
    assert found["Salesforce mapping"].status is CheckStatus.WARNING
    assert found["source.accounts.csm"].found.startswith("OwnerId: 005")


@pytest.mark.parametrize("name", ["Account", "Opportunity", "User", "Group"])
def test_a_hidden_object_fails_and_the_rest_goes_on(name: str) -> None:
    with served(plain_accounts(1)) as org:
        org.org.hide(name)
        found = checks(org)
    assert found[f"Salesforce {name}"].status is CheckStatus.FAILED
    assert found["Salesforce API budget"].status is CheckStatus.OK


def test_a_budget_that_will_not_do_is_a_warning_and_one_that_is_used_up_fails() -> None:
    with served(plain_accounts(1)) as org:
        checks(org)
        org.org.calls_a_day = 2 * org.org.calls_used + 10  # what doctor takes itself, and less than a full pull
        scarce = checks(org, api_reserve=0.0)["Salesforce API budget"]
        org.org.calls_used = org.org.calls_a_day
        used_up = checks(org)
    assert scarce.status is CheckStatus.WARNING
    assert scarce.found.endswith("calls of the day left; a full pull takes about 16")
    assert list(used_up) == ["Salesforce login"]


def test_a_large_org_is_read_in_bulk_for_fewer_calls() -> None:
    with served(plain_accounts(7)) as org:
        budget = checks(org, bulk_from_rows=7)["Salesforce API budget"]
    assert budget.found.endswith("calls of the day left; a full pull takes about 21")


def test_the_list_of_limits_may_be_closed_to_the_user() -> None:
    with served(plain_accounts(1)) as org:
        org.emulator.faults.add(faults.refusal(403, "FUNCTIONALITY_NOT_ENABLED", "no"), where="/limits")
        budget = checks(org)["Salesforce API budget"]
    assert budget.status is CheckStatus.OK
    assert "of 15,000 calls of the day left" in budget.found
