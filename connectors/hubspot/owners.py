"""The people and queues that records of HubSpot belong to, those who have left included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import OWNERS
from cssync.errors import TransientError
from cssync.model.owner import Owner, OwnerKind

_PAGE = 500  # the most that HubSpot gives of owners at once


def read(client: HubspotClient) -> tuple[Owner, ...]:
    """Every owner, unique by id, in HubSpot's order. Archived ones take a call of their own."""
    found: dict[str, Owner] = {}
    for archived in ("false", "true"):
        for page in client.pages(OWNERS, {"limit": _PAGE, "archived": archived}):
            for owner in _parsed(page, archived=archived == "true"):
                found.setdefault(owner.id, owner)
    return tuple(found.values())


def _parsed(page: Iterable[Mapping[str, Any]], *, archived: bool) -> Iterable[Owner]:
    for entry in page:
        identifier = entry.get("id")
        if not identifier:
            raise TransientError("HubSpot listed an owner without an id", remedy="run again; nothing was changed")
        email = _text(entry.get("email"))
        name = " ".join(part for part in (_text(entry.get("firstName")), _text(entry.get("lastName"))) if part)
        yield Owner(
            id=str(identifier),
            name=name or email or f"owner {identifier}",
            email=email,
            active=not (archived or entry.get("archived")),
            kind=OwnerKind.QUEUE if entry.get("type") == "QUEUE" else OwnerKind.PERSON,
            team=_team(entry.get("teams")),
            aliases=_user_ids(entry, str(identifier)),
        )


def _user_ids(entry: Mapping[str, Any], owner_id: str) -> tuple[str, ...]:
    """Users and owners have ids of their own; for archived owners userId is null, the other one is not."""
    ids = (entry.get("userId"), entry.get("userIdIncludingInactive"))
    return tuple(dict.fromkeys(str(each) for each in ids if each is not None and str(each) != owner_id))


def _team(teams: object) -> str | None:
    listed = [team for team in teams if isinstance(team, dict)] if isinstance(teams, list) else []
    listed.sort(key=lambda team: not team.get("primary"))
    return next((name for team in listed if (name := _text(team.get("name")))), None)


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
