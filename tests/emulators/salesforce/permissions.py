"""What the integration user may do, in the ways that Salesforce tells it: describes, permission rows, userinfo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.emulators.salesforce.ids import record_id_of

if TYPE_CHECKING:
    from tests.emulators.salesforce.org import Org

# Objects without an entry of their own in ObjectPermissions: who may log in may read them.
OPEN_TO_ALL = frozenset({"User", "Group", "UserRole", "Organization", "CurrencyType", "DatedConversionRate"})


@dataclass(frozen=True, slots=True)
class Access:
    """To one object. The default is the least that a nightly reader needs."""

    read: bool = True
    create: bool = False
    edit: bool = False
    delete: bool = False
    view_all: bool = True
    modify_all: bool = False


def install(org: Org) -> None:
    """The permission set that an admin makes for a reader, and who has it."""
    org.permission_set = org.add(
        "PermissionSet",
        Id=record_id_of("0PS", 1),
        Name="cssync_read",
        Label="cssync: read accounts",
        IsOwnedByProfile=False,
        PermissionsApiEnabled=True,
    )
    org.add(
        "PermissionSetAssignment",
        Id=record_id_of("0Pa", 1),
        AssigneeId=org.user_id,
        PermissionSetId=org.permission_set,
    )
    for name in ("Account", "Opportunity"):
        grant(org, name, Access())


def grant(org: Org, object_name: str, access: Access) -> None:
    """Replace what the user may do with *object_name*."""
    org.permissions[object_name] = access
    if object_name in OPEN_TO_ALL:
        return
    record_id = record_id_of("110", list(org.objects).index(object_name) + 1)
    org.records["ObjectPermissions"].pop(record_id, None)
    org.add(
        "ObjectPermissions",
        Id=record_id,
        ParentId=org.permission_set,
        SobjectType=object_name,
        PermissionsRead=access.read,
        PermissionsCreate=access.create,
        PermissionsEdit=access.edit,
        PermissionsDelete=access.delete,
        PermissionsViewAllRecords=access.view_all,
        PermissionsModifyAllRecords=access.modify_all,
    )


def userinfo(org: Org) -> dict[str, object]:
    """The answer of /services/oauth2/userinfo."""
    url = f"https://{org.my_domain}.salesforce.com"
    return {
        "sub": f"https://login.salesforce.com/id/{org.organization_id}/{org.user_id}",
        "user_id": org.user_id,
        "organization_id": org.organization_id,
        "preferred_username": org.credentials.username,
        "nickname": "integration",
        "name": "Integration",
        "email": org.credentials.username,
        "email_verified": True,
        "given_name": None,
        "family_name": "Integration",
        "zoneinfo": "Europe/London",
        "photos": {},
        "profile": f"{url}/{org.user_id}",
        "address": {},
        "urls": {"rest": f"{url}/services/data/v{{version}}/"},
        "active": True,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_GB",
        "utcOffset": 0,
        "is_app_installed": True,
    }
