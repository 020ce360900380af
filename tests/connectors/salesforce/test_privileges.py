"""What the integration user may do, beside what it needs."""

from __future__ import annotations

from typing import Any

import pytest

from cssync.model.check import Check, CheckStatus
from tests.connectors.salesforce.serving import Served, plain_accounts, served
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.org import Access, Org

OK, WARNING = CheckStatus.OK, CheckStatus.WARNING
VIEW_ALL = "Salesforce View All on "
WRITE = "Salesforce write access to "


def lines(org: Served, **settings: Any) -> dict[str, Check]:
    return {
        check.name: check for check in org.connector(**settings).check() if check.name.startswith((VIEW_ALL, WRITE))
    }


def statuses(org: Served) -> dict[str, CheckStatus]:
    return {name: check.status for name, check in lines(org).items()}


def test_the_least_that_is_needed_is_ok() -> None:
    with served(plain_accounts(1)) as org:
        assert statuses(org) == {
            f"{VIEW_ALL}Account": OK,
            f"{WRITE}Account": OK,
            f"{VIEW_ALL}Opportunity": OK,
            f"{WRITE}Opportunity": OK,
        }


def test_case_33_without_view_all_a_warning_says_that_rows_may_be_hidden() -> None:
    with served(plain_accounts(2)) as org:
        org.org.unshare(next(iter(org.loaded.accounts.values())))
        org.org.grant("Account", Access(view_all=False))
        found = lines(org)
    hidden = found[f"{VIEW_ALL}Account"]
    assert (hidden.status, hidden.found) == (
        WARNING,
        "not held: sharing rules may hide rows, and nothing tells of them",
    )
    assert hidden.remedy.startswith("give View All on Account (Setup > Permission Sets")
    assert found[f"{VIEW_ALL}Opportunity"].status is OK


def test_write_access_is_named_for_what_it_allows() -> None:
    with served(plain_accounts(1)) as org:
        org.org.grant("Account", Access(create=True, edit=True))
        org.org.grant("Opportunity", Access(delete=True, modify_all=True))
        found = lines(org)
    assert found[f"{WRITE}Account"].found == "this user may create, edit"
    assert found[f"{WRITE}Opportunity"].found == "this user may delete, modify all"
    assert found[f"{WRITE}Opportunity"].remedy.startswith("take delete, modify all on Opportunity away (Setup >")
    assert {check.status for name, check in found.items() if name.startswith(WRITE)} == {WARNING}


def test_who_may_modify_all_sees_all() -> None:
    with served(plain_accounts(1)) as org:
        org.org.grant("Account", Access(view_all=False, modify_all=True))
        assert statuses(org)[f"{VIEW_ALL}Account"] is OK


@pytest.mark.parametrize(
    ("permission", "write"), [("PermissionsViewAllData", OK), ("PermissionsModifyAllData", WARNING)]
)
def test_permissions_over_all_data_count_for_every_object(permission: str, write: CheckStatus) -> None:
    with served(plain_accounts(1)) as org:
        org.org.edit(org.org.permission_set, **{permission: True})
        for name in ("Account", "Opportunity"):
            org.org.grant(name, Access(view_all=False))
        found = statuses(org)
    assert {found[f"{VIEW_ALL}Account"], found[f"{VIEW_ALL}Opportunity"]} == {OK}
    assert {found[f"{WRITE}Account"], found[f"{WRITE}Opportunity"]} == {write}


@pytest.mark.parametrize("hidden", ["PermissionSetAssignment", "PermissionSet", "ObjectPermissions"])
def test_what_is_not_visible_is_said_to_be_so_and_how_to_look_by_hand(hidden: str) -> None:
    with served(plain_accounts(1)) as org:
        org.org.hide(hidden)
        found = lines(org)
    for name in ("Account", "Opportunity"):
        assert found[f"{VIEW_ALL}{name}"].status is WARNING
        assert found[f"{VIEW_ALL}{name}"].found.startswith("not visible to this user")
        assert "View Summary" in found[f"{VIEW_ALL}{name}"].remedy
        assert found[f"{WRITE}{name}"].status is OK  # the description of the object tells that by itself


@pytest.mark.parametrize(("username", "expected"), [("integration@acme.test", OK), ("other@acme.test", WARNING)])
def test_a_session_that_does_not_say_whose_it_is_belongs_to_the_user_of_the_settings(
    username: str, expected: CheckStatus
) -> None:
    org = Org()
    with served(plain_accounts(1), org=org) as serving:
        org.records["User"].pop(org.user_id, None)
        org.add("User", Id=org.user_id, Name="It", Username=username, IsActive=True, UserType="Standard")
        serving.emulator.faults.add(faults.refusal(403, "Missing_OAuth_Token", "no"), where="/userinfo")
        assert statuses(serving)[f"{VIEW_ALL}Account"] is expected


def test_an_object_that_is_hidden_altogether_is_left_to_its_own_line() -> None:
    with served(plain_accounts(1)) as org:
        org.org.hide("Opportunity")
        assert set(lines(org)) == {f"{VIEW_ALL}Account", f"{WRITE}Account"}
