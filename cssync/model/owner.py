"""People, queues and pools that accounts belong to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OwnerKind(StrEnum):
    PERSON = "person"
    QUEUE = "queue"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class Owner:
    """Someone or something that the CRM lets own an account; inactive and archived ones included."""

    id: str
    name: str
    email: str | None = None
    active: bool = True
    kind: OwnerKind = OwnerKind.PERSON
    team: str | None = None
    manager_id: str | None = None
    # Other ids by which the CRM may still refer to the same person (merged users, HubSpot userId).
    aliases: tuple[str, ...] = ()
