"""Reads everyone and everything that may own an account: people, those who left too, and queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from connectors.salesforce import paging
from connectors.salesforce.client import Client
from connectors.salesforce.schema import Schema
from connectors.salesforce.soql import KEY, Selection, quoted
from cssync.model.owner import Owner, OwnerKind

_USER_PREFIX = "005"
_SHORT_ID = 15  # formulas and reports write ids without the last three characters
_IDS_A_QUERY = 200
_NEEDED = ("Id", "Name", "Email", "IsActive")
QUEUES = Selection("Group", {"Name": "string"}, where="Type = 'Queue'")
_WELCOME = ("ManagerId", "UserType")  # field-level security may hide them; then nothing is known of them


def planned(schema: Schema, team: str | None) -> Selection:
    """The users to read, after a look at how User is described. *team*: path of the field that names the team.

    Licensed people only: orgs with portals have customers' logins by the hundred thousand.
    """
    paths = {f"User.{name}": name for name in _NEEDED}
    paths |= {f"User.{name}": name for name in _WELCOME if name in schema.fields("User")}
    if team is not None:
        paths["source.team"] = team
    described = schema.require("User", paths)
    schema.fields("Group")
    everyone = schema.selection("User", {path: described[setting] for setting, path in paths.items()})
    if "UserType" not in everyone.fields:
        return everyone
    return replace(everyone, where="UserType = 'Standard'", matches=pl.col("UserType") == "Standard")


def strangers(client: Client, users: Selection, known: pl.DataFrame, named: Iterable[str]) -> pl.DataFrame:
    """Users whom *named* refers to and who are not among the *known*: not licensed, or gone from the directory."""
    missing = sorted({ref for ref in named if ref.startswith(_USER_PREFIX)} - set(known[KEY]))
    found = [known.clear()]
    for start in range(0, len(missing), _IDS_A_QUERY):
        ids = ", ".join(map(quoted, missing[start : start + _IDS_A_QUERY]))
        found += paging.pages(client, replace(users, where=f"Id IN ({ids})"))
    return pl.concat(found).unique(KEY, maintain_order=True)


def people_and_queues(users: pl.DataFrame, queues: pl.DataFrame, *, team: str | None) -> tuple[Owner, ...]:
    """Unique by id, as long as *users* are."""
    return (*_people(users, team), *_queues(queues))


def _people(users: pl.DataFrame, team: str | None) -> Iterator[Owner]:
    for row in users.iter_rows(named=True):
        yield Owner(
            id=row["Id"],
            name=_text(row["Name"]) or row["Id"],
            email=_text(row["Email"]),
            active=row["IsActive"] is True,
            team=_text(row[team]) if team else None,
            manager_id=row.get("ManagerId"),
            aliases=(row["Id"][:_SHORT_ID],),
        )


def _queues(groups: pl.DataFrame) -> Iterator[Owner]:
    for row in groups.iter_rows(named=True):
        yield Owner(
            id=row["Id"],
            name=_text(row["Name"]) or row["Id"],
            kind=OwnerKind.QUEUE,
            aliases=(row["Id"][:_SHORT_ID],),
        )


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None
