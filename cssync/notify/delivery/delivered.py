"""How a round of deliveries ended, for the log, the operator and the exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cssync.errors import DeliveryError
from cssync.model.delivery import Delivery
from cssync.model.wording import count


@dataclass(frozen=True, slots=True)
class Delivered:
    """*pending*: kept for the next run; *held*: kept too, since their sink is switched off. *edited*: brought up to
    date in their places; *stale*: could not be, and will be tried again.

    *errors*: why messages are pending, dead or stale, for the operator, each with its remedy. *notes*: what went out
    otherwise than intended.
    """

    sent: int = 0
    pending: int = 0
    dead: int = 0
    held: int = 0
    edited: int = 0
    stale: int = 0
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failure(self) -> DeliveryError | None:
        """What the run ends with, None if everything went out."""
        said = filter(None, (self._undelivered(), self._not_up_to_date()))
        if message := "; ".join(said):
            return DeliveryError(message, remedy="; ".join(self.errors))
        return None

    def _undelivered(self) -> str:
        fates = [
            f"{self.pending} kept in the outbox for the next run" if self.pending else "",
            f"{self.dead} given up" if self.dead else "",
        ]
        number = self.pending + self.dead
        return f"{count(number, 'message')} not delivered ({', '.join(filter(None, fates))})" if number else ""

    def _not_up_to_date(self) -> str:
        return f"{count(self.stale, 'message')} not brought up to date yet" if self.stale else ""


class Tally:
    """What has become of each message while a round is under way."""

    def __init__(self) -> None:
        self._fates: dict[str, str] = {}
        self._changes: dict[str, str] = {}
        self._errors: dict[str, None] = {}
        self._notes: dict[str, None] = {}

    def sent(self, delivery: Delivery, note: str) -> None:
        self._fates[delivery.id] = "sent"
        self.note(note)

    def pending(self, delivery: Delivery, error: str) -> None:
        self._fates[delivery.id] = "pending"
        self._errors[error] = None

    def dead(self, delivery: Delivery, error: str) -> None:
        self._fates[delivery.id] = "dead"
        self._errors[error] = None

    def held(self, delivery: Delivery) -> None:
        self._fates[delivery.id] = "held"

    def edited(self, delivery: Delivery, note: str) -> None:
        self._changes[delivery.id] = "edited"
        self.note(note)

    def stale(self, delivery: Delivery, error: str) -> None:
        self._changes[delivery.id] = "stale"
        self._errors[error] = None

    def note(self, said: str) -> None:
        if said:
            self._notes[said] = None

    def summed_up(self) -> Delivered:
        numbers = Counter([*self._fates.values(), *self._changes.values()])
        return Delivered(**numbers, errors=tuple(filter(None, self._errors)), notes=tuple(self._notes))
