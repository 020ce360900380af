"""Reads AccountHistory: who an account belonged to before, what it paid, what stage it was in.

Salesforce records the changes of fields that an admin has chosen to track, from the day on which they did, and shows
them for 18 months, through queryAll for 24. Whether a field is tracked is not to be seen without further permissions,
so it is taken to be since the day of its first recorded change in the whole org.
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_accounthistory.htm
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
import structlog

from connectors.canonical import past
from connectors.salesforce.client import Client
from connectors.salesforce.mapping import Plan
from connectors.salesforce.recorded import Recording, Request
from connectors.salesforce.schema import Described, Schema
from connectors.salesforce.soql import KEY, Selection, moment, quoted
from cssync.errors import PermissionDeniedError
from cssync.model.history import ARR, CSM, LIFECYCLE, NAMES, History
from cssync.model.tables import MONEY
from cssync.model.wording import count, listed

log = structlog.get_logger()

_OBJECT = "AccountHistory"
_FIELDS = {
    "AccountId": "reference",
    "Field": "picklist",
    "DataType": "picklist",
    "OldValue": "anyType",
    "NewValue": "anyType",
    "CreatedDate": "datetime",
}
_BY_ID = "EntityId"  # a change of a lookup is written twice: by ids, and by names
# Of these, only that they changed is recorded, not what they held.
_WITHOUT_VALUES = frozenset({"textarea", "multipicklist", "encryptedstring"})
_HOW_TO_TRACK = "Setup > Object Manager > Account > Fields & Relationships > Set History Tracking"


@dataclass(frozen=True, slots=True)
class Field:
    """A mapped field as AccountHistory names it. *by_id*: its values are ids; *spelt_alike*: today's value is, too."""

    fact: str
    name: str
    by_id: bool
    spelt_alike: bool


def read(client: Client, schema: Schema, plan: Plan, accounts: pl.DataFrame, asked: Request) -> History:
    """What the org remembers of *accounts* (``ACCOUNTS``); a note for all that it does not."""
    fields, notes = _recorded(schema, plan, arr_from_field=asked.arr_from_field)
    rows = pl.DataFrame(schema=_selection([], asked).schema)
    if fields:
        try:
            rows = Recording(client, lambda since: _selection(fields, asked, since), asked, "history").rows()
        except PermissionDeniedError as denied:
            hidden = (
                "Salesforce shows no AccountHistory to this user, so nothing is known from before the first night"
                f" ({denied.message}): let the integration user see it (View All on Account), then run cssync backfill."
            )
            return History(notes=(hidden,), calls=client.calls)
    days = pl.col("CreatedDate").str.slice(0, 10).str.to_date("%Y-%m-%d")
    rows = rows.with_columns(day=days).filter(pl.col("day") >= asked.since)
    states: dict[str, pl.DataFrame] = {}
    since: dict[str, date] = {}
    broken: set[str] = set()
    silent: list[Field] = []
    for field in fields:
        changes = _changes(rows, field)
        if changes.is_empty():
            silent.append(field)
            continue
        since[field.fact] = changes.select(pl.min("day")).item()
        broken |= _not_following(changes, accounts, field, asked.as_of)
        states[field.fact] = _states(changes)
    if silent:
        notes.append(_untracked(silent))
    if broken:
        notes.append(
            f"The changes that Salesforce recorded of {count(len(broken), 'account')} do not follow from each other, or"
            " do not lead to what is there today: each value is taken to hold until the next one that is recorded."
        )
    owned = past.owned(states, accounts, since, asked.as_of)
    log.info("salesforce history", rows=rows.height, fields=len(fields), tracked=len(since), calls=client.calls)
    return History(owned.table, since, notes=(*notes, *owned.notes), calls=client.calls)


# -- what is recorded ---------------------------------------------------------------------------------------------


def _recorded(schema: Schema, plan: Plan, *, arr_from_field: bool) -> tuple[list[Field], list[str]]:
    """The mapped fields that may have a history, and notes for those that have none."""
    mapped = plan.accounts
    paths = {CSM: mapped.csm, ARR: mapped.arr if arr_from_field else None, LIFECYCLE: mapped.lifecycle}
    fields, notes = [], []
    if not arr_from_field:
        notes.append("ARR comes from won opportunities: what it was before the first night is not known.")
    for fact, path in paths.items():
        if path is None:
            continue
        # The facts go by the names of their settings.
        found = _field(fact, path, plan.kinds[f"source.accounts.{fact}"], schema)
        if isinstance(found, Field):
            fields.append(found)
        else:
            notes.append(f"Salesforce keeps no history of {NAMES[fact]} ({path}), {found}.")
    return fields, notes


def _field(fact: str, path: str, described: Described, schema: Schema) -> Field | str:
    """The field, or why it has no history."""
    relation, dot, rest = path.partition(".")
    if dot:
        lookup = next((each for each in schema.fields("Account").values() if each.relationship == relation), None)
        if fact != CSM or lookup is None or "." in rest:
            return "which belongs to another record than the account"
        return Field(fact, _name_in_history(lookup), by_id=True, spelt_alike=rest == KEY)
    if described.calculated:
        return "which is a formula"
    if described.kind in _WITHOUT_VALUES:
        return f"which is a {described.kind}, and of those no values are recorded"
    return Field(fact, _name_in_history(described), by_id=described.kind == "reference", spelt_alike=True)


def _name_in_history(field: Described) -> str:
    """Owner for OwnerId, Parent for ParentId; custom fields by their own names."""
    standard = field.kind == "reference" and not field.name.endswith("__c")
    return field.name.removesuffix("Id") if standard else field.name


def _untracked(fields: Sequence[Field]) -> str:
    named = listed([f"{NAMES[field.fact]} ({field.name})" for field in fields])
    return (
        f"Salesforce has recorded no change of {named}: what was before the first night is not known. cssync remembers"
        f" it from now on; to have Salesforce do so too: {_HOW_TO_TRACK}."
    )


# -- reading ------------------------------------------------------------------------------------------------------


def _selection(fields: Sequence[Field], asked: Request, since: datetime | None = None) -> Selection:
    first = since or datetime(asked.since.year, asked.since.month, asked.since.day, tzinfo=UTC)
    of_fields = f"Field IN ({', '.join(sorted(quoted(field.name) for field in fields))})"
    where = f"{of_fields} AND CreatedDate >= {moment(first)}"
    rule = f"{of_fields} of {(asked.as_of - asked.since).days} days"
    return Selection(_OBJECT, _FIELDS, where=where, deleted_too=True, rule=rule)


# -- understanding ------------------------------------------------------------------------------------------------


def _changes(rows: pl.DataFrame, field: Field) -> pl.DataFrame:
    """``account_id, day, old, new`` in the order in which they happened."""
    by_id = pl.col("DataType") == _BY_ID
    mine = rows.filter((pl.col("Field") == field.name) & (by_id if field.by_id else ~by_id.fill_null(value=False)))
    # ORDER BY would keep Salesforce from reading a large history in parts.
    return mine.sort("AccountId", "CreatedDate", KEY).select(
        "day", account_id="AccountId", old=_value("OldValue"), new=_value("NewValue")
    )


def _value(column: str) -> pl.Expr:
    stripped = pl.col(column).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _states(changes: pl.DataFrame) -> pl.DataFrame:
    """``past.STATES``: what there was before the first change, and after the last one of each day."""
    first = changes.group_by("account_id", maintain_order=True).first()
    before = first.select("account_id", day=pl.lit(None, pl.Date), value="old")
    after = changes.group_by("account_id", "day", maintain_order=True).last()
    return pl.concat([before, after.select("account_id", "day", value="new")]).match_to_schema(past.STATES)


def _not_following(changes: pl.DataFrame, accounts: pl.DataFrame, field: Field, as_of: date) -> set[str]:
    """Accounts of which a change does not begin where the one before it ended, or the last one not end today."""
    said = {side: _comparable(side, field) for side in ("old", "new")}
    linked = changes.with_columns(
        leads_to=pl.when(pl.col("account_id").shift(-1) == pl.col("account_id")).then(said["old"].shift(-1)),
        is_last=pl.col("account_id").shift(-1).ne_missing(pl.col("account_id")),
        led_to=said["new"],
    )
    broken = linked.filter(~pl.col("is_last") & pl.col("led_to").ne_missing(pl.col("leads_to")))
    found = set(broken["account_id"])
    if field.spelt_alike:
        # What has changed today may have done so after it was read.
        column = {CSM: "csm_ref", ARR: "amount", LIFECYCLE: "lifecycle"}[field.fact]
        today = accounts.select("account_id", today=pl.col(column).cast(pl.String))
        last = linked.filter(pl.col("is_last") & (pl.col("day") < as_of)).join(today, on="account_id", how="inner")
        found |= set(last.filter(pl.col("led_to").ne_missing(_comparable("today", field)))["account_id"])
    return found & set(accounts["account_id"])


def _comparable(column: str, field: Field) -> pl.Expr:
    """Amounts are written now with and now without their decimals."""
    text = pl.col(column)
    return text.cast(MONEY, strict=False).cast(pl.String) if field.fact == ARR else text
