"""A message on its way out, and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from cssync.model.digest import Payload
from cssync.model.remark import Remarks

# For so long what was sent is kept true: nobody scrolls back further to see what has become of an alert.
KEPT_TRUE = timedelta(days=31)


class DeliveryState(StrEnum):
    PENDING = "pending"  # never tried, or known not to have arrived
    SENDING = "sending"  # written before the attempt: found at start-up it means "unknown"
    SENT = "sent"
    UNKNOWN = "unknown"  # it may or may not have arrived: read back before trying again
    DEAD = "dead"  # can never arrive as it is


UNDONE = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Address(NamedTuple):
    """Where a message goes: a sink by the name of its notifier, and what the sink calls the place."""

    sink: str
    place: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message in one place. *id*: unique for ever, whatever becomes of it.

    *sink*: the notifier's name ("slack", "console"). *address*: a channel, or "" for the sink's only one.
    *payload* is frozen with the night that wrote it; where *revisable*, a later run of the same date may replace it,
    and the message is then edited in its place. *as_of*: that date. *reply_to*: the id of the message in whose thread
    it belongs. *shown*: the mark of what people see, or of what the last attempt tried to show.
    """

    id: str
    sink: str
    address: str
    payload: Payload
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    first_attempt_at: datetime | None = None
    not_before: datetime | None = None
    receipt: str | None = None  # Slack: "channel:ts"
    error: str | None = None
    as_of: date | None = None
    reply_to: str | None = None
    revisable: bool = False
    shown: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to become of it."""
        return self.state in UNDONE

    def afresh(self) -> Self:
        """The same, of which nothing stands anywhere."""
        return replace(
            self,
            state=DeliveryState.PENDING,
            first_attempt_at=None,
            receipt=None,
            error=None,
            shown=None,
        )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a notifier is given: a delivery as it is to be seen now.

    *remarks*: what has become of the incidents of its payload. *under*: the receipt of the message that it answers.
    """

    delivery: Delivery
    remarks: Remarks = field(default_factory=dict)
    under: str | None = None

    @property
    def mark(self) -> str:
        """Changes exactly when what is to be seen changes."""
        seen = (self.delivery.payload, sorted(self.remarks.items()))
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


class Outcome(StrEnum):
    """What a notifier learnt from one attempt."""

    SENT = "sent"
    NOT_SENT = "not_sent"  # safe to try again
    UNKNOWN = "unknown"
    GONE = "gone"  # the message to be edited, answered or taken away is not there any more
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

    @property
    def said(self) -> str:
        return f"{self.error}: {self.remedy}" if self.remedy else self.error


def outgoing(delivery: Delivery, remarks: Remarks, under: str | None = None) -> Outgoing:
    """*delivery* with those of *remarks* that its payload speaks of."""
    told = (incident for incident in delivery.payload.incidents if incident in remarks)
    beside = {incident: remarks[incident].beside(delivery.as_of) for incident in told}
    return Outgoing(delivery, {incident: remark for incident, remark in beside.items() if remark}, under)
