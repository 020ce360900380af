"""An exception that whoever answers for it is to look at again (seed 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cssync.model.alert import Alert
from cssync.model.decision import Decision


class ReviewKind(StrEnum):
    ENDING = "ends soon"
    IDLE = "no longer needed"
    ENDED = "has ended"  # with nothing to tell any more


@dataclass(frozen=True, slots=True)
class Review:
    """*alert*: as tonight left it. *within_since*: the day since which there is nothing to except, None if there is."""

    kind: ReviewKind
    alert: Alert
    exception: Decision
    until: date
    within_since: date | None

    @property
    def id(self) -> str:
        return f"{self.exception.id}:{self.kind}"
