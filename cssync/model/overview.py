"""How the nights are going: all that is told of them to those who operate cssync, as the store has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cssync.model.decision import Decision
from cssync.model.delivery import DeliveryState
from cssync.model.finding import Severity
from cssync.model.night import Run, RunStatus


class Firing(NamedTuple):
    severity: Severity
    rule: str


class Sink(NamedTuple):
    """Deliveries of one kind: the notifier's name, and how far they have got."""

    name: str
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that is not out. *since*: when it was first tried, else when its night began; None if not known.

    *error*: what the last attempt learnt, with the remedy; holds no secret.
    """

    sink: str
    address: str
    state: DeliveryState
    attempts: int
    since: datetime | None
    not_before: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Overview:
    """*runs*: newest first, as many as a few days can have. *accepted*: the last accepted night's, *csms* its books of
    CSMs. *ended*: how many runs there ever were, by how they ended. *undelivered*: oldest first. *exceptions*: those
    that nobody has ended by hand, the first to end before others.

    *where*: the store's place, for people; *size* in bytes.
    """

    runs: tuple[Run, ...]
    accepted: Run | None
    csms: int
    ended: Mapping[RunStatus, int]
    firing: Mapping[Firing, int]
    deliveries: Mapping[Sink, int]
    undelivered: tuple[Undelivered, ...]
    where: str
    revision: str
    size: int
    exceptions: tuple[Decision, ...] = ()
