"""What the integration user must be allowed, and what it is allowed beyond that: Salesforce is never written to.

``deploy/salesforce/`` holds the same as a permission set to be deployed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.salesforce.client import Client
from connectors.salesforce.schema import Schema
from connectors.salesforce.soql import Selection, quoted
from cssync.errors import CssyncError
from cssync.model.check import Check, CheckStatus
from cssync.settings.source import SalesforceSource

# Read and View All on these, and nothing else on anything: rows that sharing rules hide cannot be noticed from outside.
OBJECTS = ("Account", "Opportunity")
USER_PERMISSIONS = ("ApiEnabled", "ViewAllUsers")
# Only in orgs that show their currency and rates to nobody without it; doctor's line on currencies tells.
SOMETIMES = ("ViewSetup",)
# Fields of the default mapping that field-level security may hide; Salesforce shows the others to whoever reads.
FIELDS = (
    "Account.ParentId",
    "Opportunity.AccountId",
    "Opportunity.Amount",
    "Opportunity.Probability",
    "Opportunity.Type",
)

_SETUP = "Setup > Permission Sets > the integration user's > Object Settings"
_BY_HAND = (
    "look at it by hand: Setup > Users > the integration user > View Summary > Object Permissions: Read and View All on"
    " Account and Opportunity, nothing else"
)
_SET = "PermissionSetId"
_SEES_ALL = ("PermissionsViewAllData", "PermissionsModifyAllData")
_SEES_ALL_ROWS = ("PermissionsViewAllRecords", "PermissionsModifyAllRecords")


@dataclass(frozen=True, slots=True)
class Held:
    """What the user's profile and permission sets come to. *sees_all*, *changes_all*: objects, all rows of which."""

    sees_all: frozenset[str]
    changes_all: frozenset[str]


def checks(client: Client, schema: Schema, settings: SalesforceSource) -> Iterator[Check]:
    """Compare what the user may do with what is needed. Objects that it cannot see at all are left to other checks."""
    held = _held(client, settings)
    for sobject in OBJECTS:
        try:
            allowed = schema.changes_allowed(sobject)
        except CssyncError:
            continue
        yield _sight(sobject, held)
        yield _changes(sobject, allowed, held)


def _sight(sobject: str, held: Held | None) -> Check:
    name = f"Salesforce View All on {sobject}"
    if held is None:
        found = "not visible to this user; rows that sharing rules hide from it are in no count"
        return Check(name, CheckStatus.WARNING, found, _BY_HAND)
    if sobject in held.sees_all:
        return Check(name, CheckStatus.OK, "held: no sharing rule hides a row")
    found = "not held: sharing rules may hide rows, and nothing tells of them"
    return Check(name, CheckStatus.WARNING, found, f"give View All on {sobject} ({_SETUP})")


def _changes(sobject: str, allowed: Sequence[str], held: Held | None) -> Check:
    name = f"Salesforce write access to {sobject}"
    more = (*allowed, *(("modify all",) if held and sobject in held.changes_all else ()))
    if not more:
        return Check(name, CheckStatus.OK, "none, and none is needed")
    remedy = f"take {', '.join(more)} on {sobject} away ({_SETUP}, and the profile's): cssync writes nothing"
    return Check(name, CheckStatus.WARNING, f"this user may {', '.join(more)}", remedy)


def _held(client: Client, settings: SalesforceSource) -> Held | None:
    """None where Salesforce does not show it: that takes the user's id, and sight of permission sets."""
    try:
        whose = f"AssigneeId = {quoted(_user(client, settings))}"
        sets = {str(each[_SET]) for each in _rows(client, "PermissionSetAssignment", [_SET], whose)}
        if not sets:
            return None
        ids = ", ".join(map(quoted, sorted(sets)))
        overall = _rows(client, "PermissionSet", _SEES_ALL, f"Id IN ({ids})")
        by_object = _rows(client, "ObjectPermissions", ["SobjectType", *_SEES_ALL_ROWS], f"ParentId IN ({ids})")
    except (CssyncError, KeyError, TypeError):
        return None
    return Held(
        sees_all=_those(by_object, _SEES_ALL_ROWS) | _all_if(overall, _SEES_ALL),
        changes_all=_those(by_object, _SEES_ALL_ROWS[1:]) | _all_if(overall, _SEES_ALL[1:]),
    )


def _user(client: Client, settings: SalesforceSource) -> str:
    """The id of whoever the session belongs to. Raises a CssyncError, or KeyError, where it cannot be told."""
    try:
        # Some sessions are not for this address: it takes the scope openid, or api.
        return str(client.get("/services/oauth2/userinfo")["user_id"])
    except (CssyncError, KeyError, TypeError):
        if not settings.username or settings.auth not in {"jwt", "password"}:
            raise
    users = _rows(client, "User", ["Username"], f"Username = {quoted(settings.username)}")
    return str(users[0]["Id"] if users else "")


def _rows(client: Client, sobject: str, fields: Iterable[str], where: str) -> Sequence[Mapping[str, Any]]:
    answer = client.query(Selection(sobject, dict.fromkeys(fields, ""), where).whole())
    records: Sequence[Mapping[str, Any]] = answer["records"]
    return records


def _those(rows: Sequence[Mapping[str, Any]], flags: Sequence[str]) -> frozenset[str]:
    return frozenset(str(row["SobjectType"]) for row in rows if any(row.get(flag) is True for flag in flags))


def _all_if(rows: Sequence[Mapping[str, Any]], flags: Sequence[str]) -> frozenset[str]:
    return frozenset(OBJECTS if any(row.get(flag) is True for row in rows for flag in flags) else ())
