"""Digests, deliveries, an outbox and a clock, with defaults that a test overrides by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cssync.model.delivery import Delivery, DeliveryState, Outgoing
from cssync.model.digest import Digest, Entry, EntryKind, Evidence, Notice, Payload, Summary
from cssync.model.remark import Remarks
from cssync.model.story import Chapter, Sentence
from cssync.notify.base import Notifier, Outbox
from cssync.notify.delivery import Delivered, deliver

NIGHT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DELIVERY_ID = "5d41402abc4b2a76b9719d911017c592"


def entry(kind: EntryKind = EntryKind.CRITICAL, **more: Any) -> Entry:
    told = {
        "change": "new",
        "who": "Dana Roy",
        "facts": "88 accounts (limit 50, +3 this week), $3.1M ARR",
        "action": "Move 38 accounts to Sam Ito.",
    }
    return Entry(kind=kind, **{**told, **more})


def digest(*entries: Entry, **more: Any) -> Digest:
    said: dict[str, Any] = {
        "title": "CS capacity: 22 Nov 2026",
        "summary": "CS capacity, 22 Nov: 1 critical",
        "as_of": date(2026, 11, 22),
        "data_as_of": datetime(2026, 11, 22, 2, 4, tzinfo=UTC),
        "run_id": "8f3a",
        "context": ("41 CSMs", "data as of 02:04 UTC", "run 8f3a"),
        "footer": ("14 unchanged",),
    }
    return Digest(entries=entries or (entry(),), **{**said, **more})


def chapter(title: str, *sentences: str | Sentence) -> Chapter:
    return Chapter(title, tuple((one,) if isinstance(one, str) else one for one in sentences))


def evidence(*story: Chapter, **more: Any) -> Evidence:
    return Evidence(entry(**more, story=story), run_id="8f3a")


def summary(*chapters: Chapter, **more: Any) -> Summary:
    said: dict[str, Any] = {
        "title": "CS capacity, week to 22 Nov 2026",
        "summary": "CS capacity, week to 22 Nov: 374 customers, 3 of 9 CSMs over a limit",
        "as_of": date(2026, 11, 22),
        "run_id": "8f3a",
        "context": ("9 CSMs", "run 8f3a"),
    }
    return Summary(chapters=chapters, **{**said, **more})


def notice(**more: Any) -> Notice:
    return Notice(**{"title": "Night refused", "text": "ARR fell by 41%.", "run_id": "8f3a", **more})


def delivery(payload: Payload | None = None, **more: Any) -> Delivery:
    about: dict[str, Any] = {"id": DELIVERY_ID, "sink": "slack", "address": "C0CAPACITY"}
    return Delivery(payload=payload or digest(), **{**about, **more})


def outgoing(payload: Payload | None = None, remarks: Remarks | None = None, **more: Any) -> Outgoing:
    return Outgoing(delivery(payload, **more), remarks or {})


@dataclass
class Clock:
    """Time that passes by sleeping alone."""

    moment: datetime = NIGHT
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


def run(outbox: Outbox, notifier: Notifier, clock: Clock, **more: Any) -> Delivered:
    """One round of deliveries."""
    return deliver(outbox, [notifier], now=clock.now, sleep=clock.sleep, **more)


class MemoryOutbox:
    """An outbox that forgets everything with the process; *written* is every row it was ever given."""

    def __init__(self, *deliveries: Delivery) -> None:
        self.rows = {one.id: one for one in deliveries}
        self.written: list[Delivery] = []

    def due(self, now: datetime) -> tuple[Delivery, ...]:
        waiting = {DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN}
        return tuple(
            one
            for one in self.rows.values()
            if one.state in waiting and (one.not_before is None or one.not_before <= now)
        )

    def posted(self, since: date) -> tuple[Delivery, ...]:
        return tuple(
            one
            for one in self.rows.values()
            if one.revisable and one.state is DeliveryState.SENT and one.as_of and one.as_of >= since
        )

    def delivery(self, delivery_id: str) -> Delivery | None:
        return self.rows.get(delivery_id)

    def sent_again(self, since: datetime) -> tuple[Delivery, ...]:
        return tuple(
            one
            for one in self.rows.values()
            if one.state is DeliveryState.SENT
            and one.attempts > 1
            and one.first_attempt_at
            and one.first_attempt_at >= since
        )

    def replies(self, delivery_id: str) -> tuple[Delivery, ...]:
        return tuple(one for one in self.rows.values() if one.reply_to == delivery_id)

    def record(self, delivery: Delivery, others: Iterable[Delivery] = ()) -> None:
        self.rows[delivery.id] = replace(delivery)
        self.written.append(delivery)
        for other in others:
            known = self.rows.setdefault(other.id, other)
            if known.revisable:
                state = DeliveryState.PENDING if known.state is DeliveryState.DEAD else known.state
                self.rows[other.id] = replace(known, payload=other.payload, state=state)

    @property
    def states(self) -> list[DeliveryState]:
        return [one.state for one in self.rows.values()]
