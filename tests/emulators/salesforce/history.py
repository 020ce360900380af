"""AccountHistory: what the org itself remembers of tracked fields, from the moment that tracking begins.

OpportunityHistory needs no tracking: whenever stage, amount, probability or close date change, a row says what they
are.

A change of a lookup is written twice: by ids (DataType EntityId) and by names (Text). The REST and Bulk APIs reach
back 18 months, queryAll 24.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from typing import TYPE_CHECKING

from tests.emulators.salesforce.ids import record_id_of
from tests.emulators.salesforce.values import Row, moment, stored

if TYPE_CHECKING:
    from tests.emulators.salesforce.org import Org
    from tests.emulators.salesforce.schema import Field

OBJECT = "AccountHistory"
OF_DEALS = "OpportunityHistory"
_STAGED = ("StageName", "Amount", "Probability", "CloseDate")
_MONTHS, _MONTHS_WITH_ARCHIVE = 18, 24
_DATA_TYPES = {
    "picklist": "DynamicEnum",
    "multipicklist": "MultiEnum",
    "currency": "Currency",
    "double": "Double",
    "percent": "Percent",
    "int": "Integer",
    "date": "DateOnly",
    "datetime": "DateTime",
    "boolean": "Boolean",
}


def track(org: Org, object_name: str, field_name: str) -> None:
    """From now on changes of the field are remembered."""
    if object_name != "Account" or not org.has_field(object_name, field_name):
        raise ValueError(f"the emulator keeps no history of {object_name}.{field_name}")
    org.tracked.add(field_name)


def add(org: Org, account_id: str, field_name: str, change: tuple[object, object], at: datetime) -> None:
    """As if the change had been noted *at* its time; *field_name*: OwnerId, CSM__c, ..."""
    field = next(each for each in org.objects["Account"].fields if each.name == field_name)
    old, new = change
    _note(org, account_id, field, (stored(field.kind, old), stored(field.kind, new)), at)


def staged(org: Org, deal: Row, before: Row | None, at: object) -> None:
    """What a deal is at now, where that is not what it was."""
    if before is not None and all(before[field] == deal[field] for field in _STAGED):
        return
    given = {field: deal[field] for field in _STAGED if deal[field] is not None}
    if before is not None:
        given |= {"PrevAmount": before["Amount"], "PrevCloseDate": before["CloseDate"]}
    org.add(
        OF_DEALS,
        Id=record_id_of("008", next(org.deal_changes)),
        OpportunityId=deal["Id"],
        CreatedById=org.user_id,
        CreatedDate=at,
        SystemModstamp=at,
        **given,
    )


def note(org: Org, name: str, before: Row, after: Row) -> None:
    if name == "Opportunity":
        staged(org, after, before, moment(org.now()))
    if name != "Account" or not org.tracked:
        return
    for field in org.objects[name].fields:
        if field.name in org.tracked and before[field.name] != after[field.name]:
            _note(org, str(after["Id"]), field, (before[field.name], after[field.name]), org.now())


def created(org: Org, account_id: str) -> None:
    """Where anything is tracked, a new account's history begins with a row that says so."""
    if org.tracked:
        org.add(OBJECT, AccountId=account_id, Field="created", DataType="Text", CreatedById=org.user_id)


def follow(org: Org, account: Row, *, deleted: bool) -> None:
    for record_id, row in list(org.records[OBJECT].items()):
        if row["AccountId"] == account["Id"]:
            org.records[OBJECT][record_id] = Row({**row, "IsDeleted": deleted})


def forget(org: Org, record_id: str) -> None:
    """All that was remembered of an account or an opportunity."""
    for name, owner in ((OBJECT, "AccountId"), (OF_DEALS, "OpportunityId")):
        rows = org.records[name]
        for gone in [each for each, row in rows.items() if row[owner] == record_id]:
            del rows[gone]


def oldest(org: Org, *, with_archive: bool) -> str:
    """The CreatedDate of the oldest row that may be asked for."""
    return moment(_months_before(org.now(), _MONTHS_WITH_ARCHIVE if with_archive else _MONTHS))


def _note(org: Org, account_id: str, field: Field, change: tuple[object, object], at: datetime) -> None:
    old, new = change
    shown = "Owner" if field.name == "OwnerId" else field.name
    rows = [(_DATA_TYPES.get(field.kind, "Text"), old, new)]
    if field.kind == "reference":
        rows = [("EntityId", old, new), ("Text", _name(org, old), _name(org, new))]
    for data_type, before, after in rows:
        org.add(
            OBJECT,
            AccountId=account_id,
            Field=shown,
            DataType=data_type,
            OldValue=before,
            NewValue=after,
            CreatedById=org.user_id,
            CreatedDate=at,
        )


def _name(org: Org, record_id: object) -> object:
    found = org.record(record_id)
    return found[1]["Name"] if found else None


def _months_before(when: datetime, months: int) -> datetime:
    year, month = divmod(when.year * 12 + when.month - 1 - months, 12)
    return when.replace(year=year, month=month + 1, day=min(when.day, monthrange(year, month + 1)[1]))
