"""Takes what waits in the outbox to its sinks, effectively once, whatever dies on the way.

The outbox says SENDING before every attempt, so a row found in that state is one whose fate nobody knows: it is
looked up in the sink before it may go again. A message that has arrived is then kept true: where what it is to show
differs from what it shows, it is edited in its place, and an edit twice does no harm. Only this module writes to the
outbox.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from cssync import network
from cssync.errors import DeliveryError
from cssync.model.delivery import Attempt, Delivery, DeliveryState, Outcome, Outgoing, outgoing
from cssync.model.remark import Remarks
from cssync.notify.base import Notifier, Outbox

log = structlog.get_logger()

# A sink that fails so often in one run is left alone until the next one.
_TRIES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 10.0  # seconds
# Nobody scrolls back further to see what has become of an alert.
_KEPT_TRUE = timedelta(days=31)

_AFTER_SENDING = {
    Outcome.SENT: DeliveryState.SENT,
    Outcome.NOT_SENT: DeliveryState.PENDING,
    Outcome.UNKNOWN: DeliveryState.UNKNOWN,
    Outcome.GONE: DeliveryState.PENDING,
    Outcome.REFUSED: DeliveryState.DEAD,
    Outcome.ADDRESS_DOWN: DeliveryState.PENDING,
    Outcome.SINK_DOWN: DeliveryState.PENDING,
}
# A look that failed leaves open what became of the message.
_AFTER_LOOKING = {
    **_AFTER_SENDING,
    Outcome.ADDRESS_DOWN: DeliveryState.UNKNOWN,
    Outcome.SINK_DOWN: DeliveryState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a round ended. *pending*: kept for the next run; *held*: kept too, since their sink is switched off.

    *errors*: why messages are pending or dead, for the operator, each with its remedy. *notes*: what went
    out otherwise than intended.
    """

    sent: int = 0
    pending: int = 0
    dead: int = 0
    held: int = 0
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failure(self) -> DeliveryError | None:
        """What the run ends with, None if everything went out."""
        if not self.pending and not self.dead:
            return None
        fates = [
            f"{self.pending} kept in the outbox for the next run" if self.pending else "",
            f"{self.dead} given up" if self.dead else "",
        ]
        undelivered = f"{_messages(self.pending + self.dead)} not delivered ({', '.join(filter(None, fates))})"
        return DeliveryError(undelivered, remedy="; ".join(self.errors))


def deliver(
    outbox: Outbox,
    notifiers: Iterable[Notifier],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    remarks: Remarks | None = None,
    patience: timedelta = timedelta(minutes=2),
) -> Delivered:
    """Send all that is due, and keep what was sent true to *remarks*.

    *patience*: how long to bear in all with sinks that fail or ask to slow down.
    """
    round_ = _Round(outbox, notifiers, remarks or {}, now=now, sleep=sleep, patience=patience)
    for delivery in outbox.due(now()):
        round_.drive(delivery)
    for delivery in outbox.posted((now() - _KEPT_TRUE).date()):
        round_.keep_true(delivery)
    round_.sweep()
    done = round_.delivered()
    log.info("delivered", sent=done.sent, pending=done.pending, dead=done.dead, held=done.held)
    return done


class _Round:
    """One pass over the outbox: what it has learnt of the sinks, and how much patience is left."""

    def __init__(
        self,
        outbox: Outbox,
        notifiers: Iterable[Notifier],
        remarks: Remarks,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        patience: timedelta,
    ) -> None:
        self._outbox = outbox
        self._notifiers = {notifier.name: notifier for notifier in notifiers}
        self._remarks = remarks
        self._now = now
        self._sleep = sleep
        self._patience = patience
        self._down: set[tuple[str, str | None]] = set()  # sink and address; None: all of them
        self._sent_again: list[Delivery] = []
        self._tally: Counter[str] = Counter()
        self._errors: list[str] = []
        self._notes: list[str] = []

    def drive(self, delivery: Delivery) -> None:
        """Take one delivery as far as it gets in this run."""
        notifier = self._notifiers.get(delivery.sink)
        if notifier is None:
            self._tally["held"] += 1
        elif not self._has_its_root(delivery):
            pass  # it counts as one with the message that it waits for
        elif self._is_known_to_be_down(delivery):
            self._tally["pending"] += 1
        elif self._patience <= timedelta():
            self._tally["pending"] += 1
            self._errors.append("others took too long to fail: the next run goes on here")
        else:
            begun = self._now()
            driven, attempt = self._tried(notifier, delivery, until=begun + self._patience)
            if driven.state is not DeliveryState.SENT or driven.attempts > delivery.attempts + 1:
                self._patience -= self._now() - begun
            self._count(driven, attempt)

    def keep_true(self, delivery: Delivery) -> None:
        """Edit what has arrived, where it is no longer as it is to be seen; post it anew where it is gone."""
        notifier = self._notifiers.get(delivery.sink)
        message = self._outgoing(delivery)
        if notifier is None or not notifier.edits or message.mark == delivery.shown:
            return
        if self._is_known_to_be_down(delivery):
            return
        attempt = notifier.edit(message, self._now())
        match attempt.outcome:
            case Outcome.SENT | Outcome.REFUSED:
                # What can never be edited stays as it is; trying again every night would change nothing.
                self._outbox.record(replace(delivery, shown=message.mark, error=_said(attempt) or None))
                self._notes.extend(filter(None, [attempt.error]))
            case Outcome.GONE:
                self._post_anew(delivery)
            case _:
                self._is_down(delivery, attempt)
                self._tally["pending"] += 1
                self._errors.append(_said(attempt))

    def _post_anew(self, delivery: Delivery) -> None:
        lost = replace(delivery, state=DeliveryState.PENDING, receipt=None, first_attempt_at=None, shown=None)
        self._outbox.record(lost)
        self.drive(lost)

    def _is_known_to_be_down(self, delivery: Delivery) -> bool:
        return not self._down.isdisjoint({(delivery.sink, None), (delivery.sink, delivery.address)})

    def _has_its_root(self, delivery: Delivery) -> bool:
        """An answer goes nowhere before what it answers is there."""
        if delivery.reply_to is None:
            return True
        root = self._outbox.delivery(delivery.reply_to)
        return root is not None and root.state is DeliveryState.SENT and root.receipt is not None

    def _outgoing(self, delivery: Delivery) -> Outgoing:
        root = self._outbox.delivery(delivery.reply_to) if delivery.reply_to else None
        return outgoing(delivery, self._remarks, root.receipt if root else None)

    def sweep(self) -> None:
        """Look for late copies of what was sent more than once; the sink keeps the earliest."""
        for delivery in self._sent_again:
            found = self._notifiers[delivery.sink].find(self._outgoing(delivery), self._now())
            if found.outcome is Outcome.SENT and found.receipt != delivery.receipt:
                self._outbox.record(replace(delivery, receipt=found.receipt))

    def delivered(self) -> Delivered:
        errors, notes = tuple(dict.fromkeys(self._errors)), tuple(dict.fromkeys(self._notes))
        return Delivered(**self._tally, errors=errors, notes=notes)

    def _tried(self, notifier: Notifier, delivery: Delivery, until: datetime) -> tuple[Delivery, Attempt]:
        attempt = Attempt(Outcome.UNKNOWN)
        for tried in range(1, _TRIES + 1):
            if delivery.state is DeliveryState.PENDING:
                delivery, attempt = self._send(notifier, delivery)
            if delivery.state in {DeliveryState.UNKNOWN, DeliveryState.SENDING}:
                delivery, attempt = self._look(notifier, delivery)
            if delivery.state in {DeliveryState.SENT, DeliveryState.DEAD} or self._is_down(delivery, attempt):
                break
            if tried == _TRIES or not self._waited(attempt.retry_at or self._now() + _pause(tried), until):
                break
        return delivery, attempt

    def _send(self, notifier: Notifier, delivery: Delivery) -> tuple[Delivery, Attempt]:
        message = self._outgoing(delivery)
        sending = replace(
            delivery,
            state=DeliveryState.SENDING,
            attempts=delivery.attempts + 1,
            first_attempt_at=delivery.first_attempt_at or self._now(),
            shown=message.mark,
        )
        self._outbox.record(sending)
        attempt = notifier.send(replace(message, delivery=sending), self._now())
        return self._learnt(sending, attempt, _AFTER_SENDING[attempt.outcome]), attempt

    def _look(self, notifier: Notifier, delivery: Delivery) -> tuple[Delivery, Attempt]:
        attempt = notifier.find(self._outgoing(delivery), self._now())
        return self._learnt(delivery, attempt, _AFTER_LOOKING[attempt.outcome]), attempt

    def _learnt(self, delivery: Delivery, attempt: Attempt, state: DeliveryState) -> Delivery:
        known = replace(
            delivery,
            state=state,
            not_before=attempt.retry_at or delivery.not_before,
            receipt=attempt.receipt or delivery.receipt,
            error=_said(attempt) or None,
        )
        self._outbox.record(known)
        log.debug("attempted", sink=delivery.sink, delivery=delivery.id[:12], outcome=attempt.outcome.value)
        return known

    def _is_down(self, delivery: Delivery, attempt: Attempt) -> bool:
        if attempt.outcome is Outcome.SINK_DOWN:
            self._down.add((delivery.sink, None))
        elif attempt.outcome is Outcome.ADDRESS_DOWN:
            self._down.add((delivery.sink, delivery.address))
        else:
            return False
        return True

    def _waited(self, moment: datetime, until: datetime) -> bool:
        """Wait for *moment*; False, at once, if it is later than there is patience for."""
        if moment > until:
            return False
        self._sleep(max((moment - self._now()).total_seconds(), 0.0))
        return True

    def _count(self, delivery: Delivery, attempt: Attempt) -> None:
        match delivery.state:
            case DeliveryState.SENT:
                self._tally["sent"] += 1
                self._notes.extend(filter(None, [attempt.error]))
                if delivery.attempts > 1:
                    self._sent_again.append(delivery)
            case DeliveryState.DEAD:
                self._tally["dead"] += 1
                self._errors.append(_said(attempt))
            case DeliveryState.PENDING | DeliveryState.UNKNOWN | DeliveryState.SENDING:
                self._tally["pending"] += 1
                self._errors.append(_said(attempt) or "it did not arrive")


def _pause(tried: int) -> timedelta:
    return timedelta(seconds=network.backoff(tried, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))


def _said(attempt: Attempt) -> str:
    return f"{attempt.error}: {attempt.remedy}" if attempt.remedy else attempt.error


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"
