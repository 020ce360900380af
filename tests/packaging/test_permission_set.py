"""The permission set to deploy, its description and what doctor compares with say the same."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from connectors.salesforce import privileges
from cssync.settings.source import SalesforceAccountFields, SalesforceOpportunityFields

FOLDER = Path(__file__).parents[2] / "deploy" / "salesforce"
TEXT = (FOLDER / "cssync.permissionset-meta.xml").read_text(encoding="utf-8")
SPACE = "{http://soap.sforce.com/2006/04/metadata}"


def blocks(kind: str) -> list[dict[str, str]]:
    root = ET.fromstring(TEXT)  # noqa: S314 - our own file
    return [
        {each.tag.removeprefix(SPACE): each.text or "" for each in block} for block in root.findall(f"{SPACE}{kind}")
    ]


def test_it_reads_all_records_of_two_objects_and_changes_none() -> None:
    may_read = {
        "allowRead": "true",
        "viewAllRecords": "true",
        "allowCreate": "false",
        "allowEdit": "false",
        "allowDelete": "false",
        "modifyAllRecords": "false",
    }
    assert blocks("objectPermissions") == [{"object": name} | may_read for name in ("Account", "Opportunity")]
    assert privileges.OBJECTS == ("Account", "Opportunity")


def test_it_grants_what_doctor_compares_with() -> None:
    granted = [(block["name"], block["enabled"]) for block in blocks("userPermissions")]
    assert granted == [("ApiEnabled", "true"), ("ViewAllUsers", "true")]
    assert privileges.USER_PERMISSIONS == ("ApiEnabled", "ViewAllUsers")


def test_it_shows_the_fields_that_are_mapped_by_default_and_makes_none_editable() -> None:
    shown = [(block["field"], block["readable"], block["editable"]) for block in blocks("fieldPermissions")]
    assert shown == [(field, "true", "false") for field in privileges.FIELDS]
    mapped = {f"Account.{name}" for name in SalesforceAccountFields().model_dump().values()}
    mapped |= {f"Opportunity.{name}" for name in SalesforceOpportunityFields().model_dump().values()}
    assert set(privileges.FIELDS) <= mapped
    # Salesforce shows these to whoever may read the record, and refuses a permission set that names them.
    always = {"Id", "Name", "CreatedDate", "OwnerId", "StageName", "IsClosed", "IsWon", "CloseDate", "None"}
    assert {field for field in mapped - set(privileges.FIELDS) if field.partition(".")[2] not in always} == set()


def test_its_description_names_each_permission_and_no_other() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    table = readme.partition("|---|---|\n")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([^`]+)`", table))
    assert named == {*privileges.OBJECTS, *privileges.USER_PERMISSIONS, *privileges.FIELDS}
    assert set(privileges.SOMETIMES) == {"ViewSetup"}
    assert "`ViewSetup`" in readme.partition(table)[2]


def test_its_file_is_named_as_salesforce_s_tools_expect() -> None:
    assert [path.name for path in FOLDER.glob("*.xml")] == ["cssync.permissionset-meta.xml"]
