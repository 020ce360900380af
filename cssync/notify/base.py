"""The contract of every notifier.

A notifier makes one attempt at a time and tells what it learnt; whether and when to try again is decided in one
place, ``cssync.notify.delivery``, which alone writes to the outbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Protocol

from cssync.model.check import Check
from cssync.model.delivery import Attempt, Delivery, Outgoing


class Notifier(Protocol):
    """One sink. Building one does no input or output."""

    @property
    def name(self) -> str: ...

    @property
    def edits(self) -> bool:
        """Whether a message can be changed once it is there, and answered in a thread."""
        ...

    @property
    def seconds_apart(self) -> float:
        """Between two messages to one address, or two changes of them: faster is refused, or soon will be."""
        ...

    def send(self, message: Outgoing, now: datetime) -> Attempt:
        """Make one attempt. Never raises for anything the sink or the network does.

        GONE: what it answers is not there any more, and nothing of it was left behind.
        """
        ...

    def edit(self, message: Outgoing, now: datetime) -> Attempt:
        """Make what its receipt points to look as *message* does now. The same edit twice does no harm.

        GONE: it is not there any more. REFUSED: it can never be changed.
        """
        ...

    def find(self, message: Outgoing, now: datetime) -> Attempt:
        """Look whether an earlier attempt of unknown outcome arrived after all.

        SENT: it did, with its receipt. NOT_SENT: it certainly did not. UNKNOWN: the sink cannot tell now, ask again.
        REFUSED: the sink never can tell, and would rather lose this one than show it twice. GONE: what it answers is
        not there any more, and nothing of it was left behind. Of several copies the earliest stays, no other.
        """
        ...

    def withdraw(self, message: Outgoing, now: datetime) -> Attempt:
        """Take away whatever earlier attempts left of it, under the message that it answers.

        GONE: nothing of it stands any more. REFUSED: it can never be taken away.
        """
        ...

    def check(self) -> Iterator[Check]:
        """Yield what ``doctor`` shows of this sink."""
        ...


class Outbox(Protocol):
    """Where deliveries wait. Every call is its own durable transaction."""

    def due(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries in PENDING, SENDING or UNKNOWN whose ``not_before`` has passed, oldest first."""
        ...

    def posted(self, since: date) -> tuple[Delivery, ...]:
        """Revisable deliveries of *since* and later that have arrived, oldest first."""
        ...

    def sent_again(self, since: datetime) -> tuple[Delivery, ...]:
        """Deliveries that have arrived, by more than one attempt, the first of them at *since* or later."""
        ...

    def replies(self, delivery_id: str) -> tuple[Delivery, ...]:
        """Deliveries in whatever state that answer this one, oldest first."""
        ...

    def delivery(self, delivery_id: str) -> Delivery | None: ...

    def record(self, delivery: Delivery, others: Iterable[Delivery] = ()) -> None:
        """Replace the stored state, attempts, times, receipt, error and what is shown of this delivery.

        In the same transaction *others* go in as PENDING; one whose id is known gets the new payload if it is
        revisable, and with it a new chance if it was given up.
        """
        ...
