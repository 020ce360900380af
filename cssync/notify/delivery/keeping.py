"""Keeps what has arrived true: edits it in its place where it is no longer as it is to be seen."""

from __future__ import annotations

from dataclasses import replace

from cssync.model.delivery import Attempt, Delivery, Outcome, Outgoing, outgoing
from cssync.model.remark import Remarks
from cssync.notify.base import Notifier, Outbox
from cssync.notify.delivery.delivered import Tally
from cssync.notify.delivery.sinks import Sinks


class Keeping:
    def __init__(self, outbox: Outbox, sinks: Sinks, remarks: Remarks, tally: Tally) -> None:
        self._outbox = outbox
        self._sinks = sinks
        self._remarks = remarks
        self._tally = tally

    def keep_true(self, delivery: Delivery) -> bool:
        """Edit *delivery* if it has to be; False: there is nothing any more that could be edited.

        What is not recorded as shown is edited again by the next round, so no outcome needs to be looked up.
        """
        message = outgoing(delivery, self._remarks)
        notifier = self._sinks.of(delivery)
        if notifier is None or not notifier.edits or message.mark == delivery.shown:
            return True
        if trouble := self._sinks.trouble_with(delivery):
            if trouble.outcome is Outcome.SINK_DOWN:
                self._tally.stale(delivery, trouble.said)
            return True
        if not self._sinks.has_patience:
            self._tally.stale(delivery, "others took too long to fail: the next run goes on here")
            return True
        attempt = self._edited(notifier, message)
        match attempt.outcome:
            case Outcome.GONE:
                return False
            case Outcome.SENT:
                self._outbox.record(replace(delivery, shown=message.mark, error=attempt.said or None))
                self._tally.edited(delivery, attempt.error)
            case Outcome.REFUSED | Outcome.ADDRESS_DOWN:
                # It stays as it is until there is more to say: trying the same every night would change nothing.
                self.let_be(delivery, attempt.said)
            case Outcome.SINK_DOWN | Outcome.NOT_SENT | Outcome.UNKNOWN:
                self._tally.stale(delivery, attempt.said)
        return True

    def let_be(self, delivery: Delivery, why: str) -> None:
        """Leave *delivery* as it is, until there is more to say."""
        mark = outgoing(delivery, self._remarks).mark
        self._outbox.record(replace(delivery, shown=mark, error=why))
        self._tally.note(f"not brought up to date: {why}")

    def _edited(self, notifier: Notifier, message: Outgoing) -> Attempt:
        def trying() -> Attempt:
            self._sinks.keep_pace(notifier, message.delivery)
            attempt = notifier.edit(message, self._sinks.now())
            self._sinks.went_by(message.delivery, attempt)
            return attempt

        attempt = self._sinks.persist(trying)
        self._sinks.learn(message.delivery, attempt)
        return attempt
