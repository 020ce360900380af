"""Reads everyone and everything that may own an account: people, those who left too, and queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl

from connectors.base import Progress, no_progress
from connectors.salesforce.client import Client
from connectors.salesforce.schema import Schema
from connectors.salesforce.soql import Selection, quoted, read
from cssync.model.owner import Owner, OwnerKind

_USER_PREFIX = "005"
_SHORT_ID = 15  # formulas and reports write ids without the last three characters
_IDS_A_QUERY = 200
_NEEDED = ("Id", "Name", "Email", "IsActive")
_WELCOME = ("ManagerId", "UserType")  # field-level security may hide them; then nothing is known of them


def planned(schema: Schema, team: str | None) -> Selection:
    """The users to read, after a look at how User is described. *team*: path of the field that names the team.

    Licensed people only: orgs with portals have customers' logins by the hundred thousand.
    """
    settings = {f"User.{name}": name for name in _NEEDED}
    settings |= {f"User.{name}": name for name in _WELCOME if name in schema.fields("User")}
    if team is not None:
        settings["source.team"] = team
    described = schema.require("User", settings)
    schema.fields("Group")
    paths = {path: described[setting].kind for setting, path in settings.items()}
    return Selection("User", paths, where="UserType = 'Standard'" if "UserType" in paths else "")


def people_and_queues(
    client: Client,
    users: Selection,
    *,
    team: str | None,
    named: Iterable[str],
    started: datetime,
    progress: Progress,
) -> tuple[Owner, ...]:
    """Unique by id. *named*: whoever records refer to; users among them that are not licensed people come too."""
    people = [read(client, users, started, "owners", progress)]
    known = set(people[0]["Id"])
    strangers = sorted({ref for ref in named if ref.startswith(_USER_PREFIX) and ref not in known})
    for start in range(0, len(strangers), _IDS_A_QUERY):
        ids = ", ".join(map(quoted, strangers[start : start + _IDS_A_QUERY]))
        one_of = replace(users, where=f"Id IN ({ids})")
        people.append(read(client, one_of, started, "owners", no_progress))
    queues = Selection("Group", {"Id": "id", "Name": "string"}, where="Type = 'Queue'")
    return (*_people(pl.concat(people), team), *_queues(read(client, queues, started, "queues", no_progress)))


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
