"""A message on its way out, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from cssync.model.digest import Digest, Notice


class DeliveryState(StrEnum):
    PENDING = "pending"  # never tried, or known not to have arrived
    SENDING = "sending"  # written before the attempt: found at start-up it means "unknown"
    SENT = "sent"
    UNKNOWN = "unknown"  # it may or may not have arrived: read back before trying again
    DEAD = "dead"  # can never arrive as it is


class Address(NamedTuple):
    """Where a message goes: a sink by the name of its notifier, and what the sink calls the place."""

    sink: str
    place: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one address of one sink. *id* is a hash of what it announces and where: unique for ever.

    *sink*: the notifier's name ("slack", "console"). *address*: a channel, or "" for the sink's only one.
    The payload is frozen when the night is committed and never rendered anew from later data.
    """

    id: str
    sink: str
    address: str
    payload: Digest | Notice
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    first_attempt_at: datetime | None = None
    not_before: datetime | None = None
    receipt: str | None = None  # Slack: "channel:ts"
    error: str | None = None


class Outcome(StrEnum):
    """What a notifier learnt from one attempt."""

    SENT = "sent"
    NOT_SENT = "not_sent"  # safe to try again
    UNKNOWN = "unknown"
    REFUSED = "refused"  # this message can never go out as it is
    ADDRESS_DOWN = "address_down"  # channel archived, not joined, gone: nothing can go there until someone acts
    SINK_DOWN = "sink_down"  # token revoked, scope missing: nothing can go out until someone acts


@dataclass(frozen=True, slots=True)
class Attempt:
    """*error* and *remedy* are for the operator and hold no secret. *retry_at*: not before this moment."""

    outcome: Outcome
    receipt: str | None = None
    error: str = ""
    remedy: str = ""
    retry_at: datetime | None = None
