"""Lets answers follow the message that they hang on, when it is found elsewhere or has to be posted anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cssync.model.delivery import Attempt, Delivery, DeliveryState, Outcome, outgoing
from cssync.notify.base import Notifier, Outbox
from cssync.notify.delivery.sinks import Sinks


class Threads:
    def __init__(self, outbox: Outbox, sinks: Sinks) -> None:
        self._outbox = outbox
        self._sinks = sinks

    def root(self, delivery: Delivery) -> Delivery | None:
        """What *delivery* answers."""
        return self._outbox.delivery(delivery.reply_to) if delivery.reply_to else None

    def uproot(self, notifier: Notifier, root: Delivery, receipt: str | None) -> Attempt:
        """Let *root* be the message that *receipt* points to, None: none any more. GONE: it is done.

        First its answers are taken from the old place, so that each stands once in the end. The root is recorded last:
        whatever stops this on the way, the next round finds the same and goes on.
        """
        for reply in self._outbox.replies(root.id):
            if reply.state in {DeliveryState.PENDING, DeliveryState.DEAD}:
                continue
            self._sinks.keep_pace(notifier, reply)
            withdrawn = notifier.withdraw(outgoing(reply, {}, root.receipt), self._sinks.now())
            self._sinks.went_by(reply, withdrawn)
            if withdrawn.outcome not in {Outcome.GONE, Outcome.REFUSED}:
                self._sinks.learn(reply, withdrawn)
                return withdrawn
            self._outbox.record(reply.afresh())
        self._outbox.record(replace(root, receipt=receipt, shown=None) if receipt else root.afresh())
        return Attempt(Outcome.GONE)

    def waiting(self, root: Delivery) -> Iterator[str]:
        """Yield the ids of *root* and its answers, as far as they are to go out."""
        for one in (self._outbox.delivery(root.id), *self._outbox.replies(root.id)):
            if one is not None and one.is_open:
                yield one.id
