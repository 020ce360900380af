"""What people decide about an alert: each decision is written down once, with who, when and why, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from cssync.model.alert import Incident

PERSON_LONGEST, REASON_LONGEST = 200, 500


class DecisionKind(StrEnum):
    ACKNOWLEDGED = "acknowledged"  # seen: no reminders until it gets worse
    SNOOZED = "snoozed"  # silent until a day, or until it gets worse
    UNSNOOZED = "unsnoozed"
    EXCEPTED = "excepted"  # seed 7: it is right as it is, for a recorded reason, until a day
    UNEXCEPTED = "unexcepted"


@dataclass(frozen=True, slots=True)
class Decision:
    """What people typed is one line of visible text each, at most PERSON_LONGEST or REASON_LONGEST characters of it.

    *id*: the same decision taken twice (a button pressed again after a lost answer) is one decision.

    *rises*: how often the alert had worsened when it was taken. *by*: a person as they are to be shown.
    *until*: the first day on which it no longer holds. *owner*: who answers for an exception.
    An exception holds for the alert whatever its incident; all others for this incident alone.
    """

    id: str
    fingerprint: str
    incident: int
    kind: DecisionKind
    by: str
    at: datetime
    reason: str = ""
    until: date | None = None
    owner: str = ""
    rises: int = 0

    @property
    def key(self) -> Incident:
        return Incident(self.fingerprint, self.incident)
