"""The contract of every notifier.

A notifier makes one attempt at a time and tells what it learnt; whether and when to try again is decided in one
place, ``cssync.notify.delivery``, which alone writes to the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from cssync.model.check import Check
from cssync.model.delivery import Attempt, Delivery


class Notifier(Protocol):
    """One sink. Building one does no input or output."""

    @property
    def name(self) -> str: ...

    def send(self, delivery: Delivery, now: datetime) -> Attempt:
        """Make one attempt. Never raises for anything the sink or the network does."""
        ...

    def find(self, delivery: Delivery, now: datetime) -> Attempt:
        """Look whether an earlier attempt of unknown outcome arrived after all.

        SENT: it did, with its receipt. NOT_SENT: it certainly did not. UNKNOWN: the sink cannot tell now, ask again.
        REFUSED: the sink never can tell, and would rather lose this one than show it twice.
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

    def record(self, delivery: Delivery) -> None:
        """Replace the stored state, attempts, times, receipt and error of this delivery."""
        ...
