"""The store of a dry run: the same past, and a night that is gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime

import polars as pl

from cssync.model.alert import Alert, Transition
from cssync.model.check import Check, CheckStatus
from cssync.model.decision import Decision
from cssync.model.delivery import Address, Delivery
from cssync.model.history import Backfill, History
from cssync.model.mirror import Mirror
from cssync.model.night import Night, Past, Remembered, Run
from cssync.model.outbox import Kept
from cssync.model.overview import Overview
from cssync.model.tables import PAST_SPELLS, empty
from cssync.store.memory_mirror import MemoryMirror
from cssync.store.sql import DAILY_BOOKS, SqlStore

_SCREEN = Address("console", "")


class DryStore:
    """Reads from *stored*, None where there is no store yet; the outbox holds this night's deliveries and no others.

    *where*: the place of the store, for people.
    """

    def __init__(self, stored: SqlStore | None, where: str) -> None:
        self._stored = stored
        self._where = where
        self._outbox: dict[str, Delivery] = {}
        self._mirrors: dict[str, Mirror] = {}

    def lock(self) -> AbstractContextManager[None]:
        """Nothing is written, so nobody needs to be kept out."""
        return nullcontext()

    def accepted(self, before: date) -> tuple[Run, ...]:
        return () if self._stored is None else self._stored.accepted(before)

    def past(self, as_of: date, since: date) -> Past:
        if self._stored is None:
            return Past(runs=(), today=None, spells=empty(PAST_SPELLS), alerts=(), history_since=None)
        past = self._stored.past(as_of, since)
        # The screen speaks for those who were told before: it shows what would be news to them.
        return replace(past, told=past.told | {_SCREEN}) if past.told else past

    def begin(self, run: Run) -> None:
        pass

    def commit(self, night: Night) -> None:
        self._put(night.deliveries)

    def backfill(self, backfill: Backfill, before: date, history: History) -> None:
        pass

    def mirror(self, source: str) -> Mirror:
        """What is stored, and over it what this run reads."""
        if source not in self._mirrors:
            self._mirrors[source] = MemoryMirror(None if self._stored is None else self._stored.mirror(source))
        return self._mirrors[source]

    def end(self, run: Run, deliveries: tuple[Delivery, ...] = ()) -> None:
        del run  # how a dry run ended is on the screen
        self._put(deliveries)

    def _put(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            self._outbox.setdefault(delivery.id, delivery)

    def runs(self, limit: int) -> tuple[Run, ...]:
        return () if self._stored is None else self._stored.runs(limit)

    def latest(self, days: int) -> Remembered | None:
        return None if self._stored is None else self._stored.latest(days)

    def alerts(self) -> tuple[Alert, ...]:
        return () if self._stored is None else self._stored.alerts()

    def incidents(self, since: date) -> tuple[Alert, ...]:
        return () if self._stored is None else self._stored.incidents(since)

    def transitions(self, fingerprint: str) -> tuple[Transition, ...]:
        return () if self._stored is None else self._stored.transitions(fingerprint)

    def happened(self, since: date) -> tuple[Transition, ...]:
        return () if self._stored is None else self._stored.happened(since)

    def decisions(self) -> tuple[Decision, ...]:
        return () if self._stored is None else self._stored.decisions()

    def decided(self, fingerprint: str) -> tuple[Decision, ...]:
        return () if self._stored is None else self._stored.decided(fingerprint)

    def decide(self, decision: Decision) -> None:
        pass

    def daily_books(self, since: date) -> pl.DataFrame:
        return empty(DAILY_BOOKS) if self._stored is None else self._stored.daily_books(since)

    def overview(self) -> Overview | None:
        return None if self._stored is None else self._stored.overview()

    def due(self, now: datetime) -> tuple[Delivery, ...]:
        return tuple(
            delivery
            for delivery in self._outbox.values()
            if delivery.is_open and (delivery.not_before is None or delivery.not_before <= now)
        )

    def posted(self, since: date) -> tuple[Delivery, ...]:
        """Nothing is edited in a rehearsal."""
        del since
        return ()

    def sent_again(self, since: datetime) -> tuple[Delivery, ...]:
        """Nothing is sent by more than one attempt in a rehearsal."""
        del since
        return ()

    def replies(self, delivery_id: str) -> tuple[Delivery, ...]:
        return tuple(one for one in self._outbox.values() if one.reply_to == delivery_id)

    def delivery(self, delivery_id: str) -> Delivery | None:
        """This night's, or else one that is stored."""
        if (own := self._outbox.get(delivery_id)) is not None or self._stored is None:
            return own
        return self._stored.delivery(delivery_id)

    def kept(self, sent_since: datetime) -> tuple[Kept, ...]:
        return () if self._stored is None else self._stored.kept(sent_since)

    def record(self, delivery: Delivery, others: Iterable[Delivery] = ()) -> None:
        self._outbox[delivery.id] = delivery
        self._put(others)

    def check(self) -> tuple[Check, ...]:
        if self._stored is None:
            return (Check("store", CheckStatus.OK, f"none yet at {self._where}: the first `cssync run` makes it"),)
        return tuple(self._stored.read_checks())

    def close(self) -> None:
        if self._stored is not None:
            self._stored.close()
