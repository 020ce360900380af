"""The contract of every store."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

import polars as pl

from cssync.model.alert import Alert, Transition
from cssync.model.check import Check
from cssync.model.decision import Decision
from cssync.model.delivery import Delivery
from cssync.model.history import Backfill, History
from cssync.model.mirror import Mirror
from cssync.model.night import Night, Past, Remembered, Run
from cssync.model.outbox import Kept
from cssync.model.overview import Overview


class Store(Protocol):
    """All reads see committed nights only. Every method may raise StoreError."""

    def lock(self) -> AbstractContextManager[None]:
        """Keep other runs out while held. Raises BusyError, naming the holder where known, if one is at work."""
        ...

    def accepted(self, before: date) -> tuple[Run, ...]:
        """The accepted nights before a day, newest first, at most 30."""
        ...

    def past(self, as_of: date, since: date) -> Past:
        """What is known as the night of *as_of* begins, looking back to *since*."""
        ...

    def begin(self, run: Run) -> None:
        """Note that *run* is under way; one found RUNNING by the next run has died and is marked FAILED."""
        ...

    def commit(self, night: Night) -> None:
        """Make all of *night* permanent in one transaction, its run as ACCEPTED and its deliveries as PENDING.

        A delivery whose id is known already is left as it is, save that a revisable one gets its new payload, and
        with it a new chance if it was given up.
        """
        ...

    def backfill(self, backfill: Backfill, before: date, history: History) -> None:
        """Replace all that is known of the days before *before*, the first accepted night, in one transaction.

        Every spell is over by *before*; a stored one that reaches across that day begins there from now on. Of
        *history*, what it covers and its notes are kept. Raises ValueError where a spell goes further, or a night
        before that day was accepted.
        """
        ...

    def mirror(self, source: str) -> Mirror:
        """What is remembered of *source* ("salesforce"): written batch by batch, whatever becomes of the night."""
        ...

    def end(self, run: Run, deliveries: tuple[Delivery, ...] = ()) -> None:
        """Record how a run without a night ended (REFUSED, FAILED), with messages for operations."""
        ...

    def runs(self, limit: int) -> tuple[Run, ...]:
        """Runs of any status, newest first."""
        ...

    def latest(self, days: int) -> Remembered | None:
        """The last accepted night, with what changed in the *days* before it; None before the first."""
        ...

    def alerts(self) -> tuple[Alert, ...]:
        """The latest incident of every fingerprint."""
        ...

    def incidents(self, since: date) -> tuple[Alert, ...]:
        """Every incident that was not over before *since*."""
        ...

    def transitions(self, fingerprint: str) -> tuple[Transition, ...]:
        """All that nights did to one alert, oldest first."""
        ...

    def happened(self, since: date) -> tuple[Transition, ...]:
        """All that nights did to any alert on *since* and later, oldest first."""
        ...

    def decisions(self) -> tuple[Decision, ...]:
        """Those that may still hold: of open incidents, and all that concern exceptions; oldest first."""
        ...

    def decided(self, fingerprint: str) -> tuple[Decision, ...]:
        """All that people ever decided about one alert, oldest first."""
        ...

    def decide(self, decision: Decision) -> None:
        """Write a decision down, whoever else is at work. One whose id is known was taken already."""
        ...

    def daily_books(self, since: date) -> pl.DataFrame:
        """``as_of, book_id, kind, name, team, segment, accounts, arr`` of every accepted night from *since* on."""
        ...

    def overview(self) -> Overview | None:
        """How the nights are going, in one consistent view; None where there is no store yet."""
        ...

    def due(self, now: datetime) -> tuple[Delivery, ...]:
        """See ``cssync.notify.base.Outbox``."""
        ...

    def posted(self, since: date) -> tuple[Delivery, ...]:
        """See ``cssync.notify.base.Outbox``."""
        ...

    def sent_again(self, since: datetime) -> tuple[Delivery, ...]:
        """See ``cssync.notify.base.Outbox``."""
        ...

    def replies(self, delivery_id: str) -> tuple[Delivery, ...]:
        """See ``cssync.notify.base.Outbox``."""
        ...

    def delivery(self, delivery_id: str) -> Delivery | None:
        """See ``cssync.notify.base.Outbox``."""
        ...

    def kept(self, sent_since: datetime) -> tuple[Kept, ...]:
        """Every delivery that is not out, and those first tried at *sent_since* or later; oldest first."""
        ...

    def record(self, delivery: Delivery, others: Iterable[Delivery] = ()) -> None:
        """See ``cssync.notify.base.Outbox``."""
        ...

    def check(self) -> tuple[Check, ...]:
        """What ``doctor`` shows: where it is, its revision, whether it can be written, its file mode."""
        ...

    def close(self) -> None: ...
