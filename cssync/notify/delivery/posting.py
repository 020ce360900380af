"""Takes one message out, by attempts that are on record before they are made."""

from __future__ import annotations

from dataclasses import replace

import structlog

from cssync.model.delivery import Attempt, Delivery, DeliveryState, Outcome, Outgoing, outgoing
from cssync.model.remark import Remarks
from cssync.notify.base import Notifier, Outbox
from cssync.notify.delivery.sinks import Sinks

log = structlog.get_logger()

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


class Posting:
    """*remarks*: what has become of the incidents that messages tell of."""

    def __init__(self, outbox: Outbox, sinks: Sinks, remarks: Remarks) -> None:
        self._outbox = outbox
        self._sinks = sinks
        self._remarks = remarks

    def outgoing(self, delivery: Delivery) -> Outgoing:
        """*delivery* as it is to be seen now, under what it answers."""
        root = self._outbox.delivery(delivery.reply_to) if delivery.reply_to else None
        return outgoing(delivery, self._remarks, root.receipt if root else None)

    def post(self, notifier: Notifier, delivery: Delivery) -> tuple[Delivery, Attempt]:
        """Take *delivery*, whose fate is open, as far as it gets now. GONE: what it answers is not there any more."""
        known = delivery

        def trying() -> Attempt:
            nonlocal known
            attempt = Attempt(Outcome.UNKNOWN)
            if known.state is DeliveryState.PENDING:
                known, attempt = self._send(notifier, known)
            if known.state in {DeliveryState.UNKNOWN, DeliveryState.SENDING}:
                known, attempt = self._look(notifier, known)
            return attempt

        attempt = self._sinks.persist(trying)
        self._sinks.learn(known, attempt)
        return known, attempt

    def _send(self, notifier: Notifier, delivery: Delivery) -> tuple[Delivery, Attempt]:
        self._sinks.keep_pace(notifier, delivery)
        message = self.outgoing(delivery)
        sending = replace(
            delivery,
            state=DeliveryState.SENDING,
            attempts=delivery.attempts + 1,
            first_attempt_at=delivery.first_attempt_at or self._sinks.now(),
            shown=message.mark,
        )
        self._outbox.record(sending)
        attempt = notifier.send(replace(message, delivery=sending), self._sinks.now())
        self._sinks.went_by(delivery, attempt)
        return self._learnt(sending, attempt, _AFTER_SENDING[attempt.outcome]), attempt

    def _look(self, notifier: Notifier, delivery: Delivery) -> tuple[Delivery, Attempt]:
        attempt = notifier.find(self.outgoing(delivery), self._sinks.now())
        return self._learnt(delivery, attempt, _AFTER_LOOKING[attempt.outcome]), attempt

    def _learnt(self, delivery: Delivery, attempt: Attempt, state: DeliveryState) -> Delivery:
        known = replace(
            delivery,
            state=state,
            not_before=attempt.retry_at or delivery.not_before,
            receipt=attempt.receipt or delivery.receipt,
            error=attempt.said or None,
        )
        if attempt.outcome is Outcome.GONE:
            known = known.afresh()
        self._outbox.record(known)
        log.debug("attempted", sink=delivery.sink, delivery=delivery.id[:12], outcome=attempt.outcome.value)
        return known
