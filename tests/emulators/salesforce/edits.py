"""What people and processes do to records, and what Salesforce moves along with it.

Every change puts a new row in the old one's place: what a query or a job has found stays as it was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tests.emulators.salesforce import history
from tests.emulators.salesforce.ids import in_full
from tests.emulators.salesforce.values import Row, moment, stored

if TYPE_CHECKING:
    from tests.emulators.salesforce.org import Org

_HISTORIES = frozenset({"AccountHistory"})


def edit(org: Org, record_id: str, values: Mapping[str, object], *, silently: bool) -> None:
    """*silently*: nothing but the fields moves, as when a formula's inputs change. So do formula fields alone."""
    name, row = _found(org, record_id)
    fields = {field.name: field for field in org.objects[name].fields}
    if unknown := values.keys() - fields.keys():
        raise ValueError(f"{name} has no field {', '.join(sorted(unknown))}; define it first")
    quiet = silently or (bool(values) and all(fields[each].calculated for each in values))
    _write(org, name, row, {each: stored(fields[each].kind, value) for each, value in values.items()}, quiet=quiet)


def delete(org: Org, record_id: str) -> None:
    """Into the bin, an account with its opportunities. What knows no bin is gone."""
    name, row = _found(org, record_id)
    if row["IsDeleted"]:
        raise ValueError(f"{record_id} is in the bin already")
    if not org.has_field(name, "IsDeleted"):
        org.purge(record_id)
        return
    followers = [other for other in _opportunities(org, row) if not other["IsDeleted"]]
    org.followed[str(row["Id"])] = [str(other["Id"]) for other in followers]
    _write(org, name, row, {"IsDeleted": True})
    for other in followers:
        _write(org, "Opportunity", other, {"IsDeleted": True})
    history.follow(org, row, deleted=True)


def undelete(org: Org, record_id: str) -> None:
    """Out of the bin, with what followed it there."""
    name, row = _found(org, record_id)
    if not row["IsDeleted"]:
        raise ValueError(f"{record_id} is not in the bin")
    _write(org, name, row, {"IsDeleted": False, "MasterRecordId": None})
    for other in org.followed.pop(str(row["Id"]), []):
        if other in org.records["Opportunity"]:
            _write(org, "Opportunity", org.records["Opportunity"][other], {"IsDeleted": False})
    history.follow(org, row, deleted=False)


def merge(org: Org, loser_id: str, winner_id: str) -> None:
    """Accounts only. What pointed at the loser points at the winner, and counts as changed; so does the winner."""
    name, loser = _found(org, loser_id)
    _, winner = _found(org, winner_id)
    if name != "Account" or loser["IsDeleted"] or winner["IsDeleted"] or loser is winner:
        raise ValueError(f"{loser_id} cannot be merged into {winner_id}")
    for kind, lookup, row in list(_pointing_at(org, str(loser["Id"]))):
        target = None if row["Id"] == winner["Id"] else winner["Id"]
        _write(org, kind, row, {lookup: target})
    _write(org, name, loser, {"IsDeleted": True, "MasterRecordId": winner["Id"]})
    history.follow(org, loser, deleted=True)
    _write(org, name, org.records[name][str(winner["Id"])], {})


def purge(org: Org, record_id: str) -> None:
    """Gone without a trace, out of the bin too; the history of an account goes with it."""
    for rows in org.records.values():
        row = rows.pop(record_id, None)
        if row is not None:
            history.forget(org, record_id)
    org.pending.pop(record_id, None)


def empty_bin(org: Org) -> None:
    for rows in list(org.records.values()):
        for record_id in [each for each, row in rows.items() if row["IsDeleted"] and "SystemModstamp" in row]:
            purge(org, record_id)


def _write(org: Org, name: str, row: Row, changes: Mapping[str, object], *, quiet: bool = False) -> None:
    fresh = Row(row)
    for field, value in changes.items():
        if value is None:
            fresh.pop(field, None)
        else:
            fresh[field] = value
    if not quiet:
        fresh["LastModifiedDate"] = fresh["SystemModstamp"] = moment(org.now())
    history.note(org, name, row, fresh)
    org.put(name, fresh)


def _found(org: Org, record_id: str) -> tuple[str, Row]:
    wanted = in_full(record_id)
    for name, rows in org.records.items():
        if wanted in rows:
            return name, rows[wanted]
    raise ValueError(f"there is no record {record_id}")


def _opportunities(org: Org, account: Row) -> Iterator[Row]:
    return (row for row in list(org.records["Opportunity"].values()) if row["AccountId"] == account["Id"])


def _pointing_at(org: Org, account_id: str) -> Iterator[tuple[str, str, Row]]:
    for name, described in org.objects.items():
        for field in described.fields:
            if "Account" not in field.refers_to or field.name == "MasterRecordId" or name in _HISTORIES:
                continue
            for row in list(org.records[name].values()):
                if row[field.name] == account_id and not row["IsDeleted"]:
                    yield name, field.name, row
