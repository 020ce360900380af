"""One pass over the outbox: look again at what is in doubt, post what waits, keep true what stands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from cssync.model.delivery import KEPT_TRUE, Attempt, Delivery, DeliveryState, Outcome
from cssync.model.remark import Remarks
from cssync.notify.base import Notifier, Outbox
from cssync.notify.delivery.delivered import Delivered, Tally
from cssync.notify.delivery.fallbacks import Fallbacks
from cssync.notify.delivery.keeping import Keeping
from cssync.notify.delivery.posting import Posting
from cssync.notify.delivery.sinks import Sinks
from cssync.notify.delivery.threads import Threads

log = structlog.get_logger()

# A message that Slack commits late turns up within minutes; a night later everything has.
_IN_DOUBT = timedelta(days=2)
# What was deleted later than that has been read, and may be gone by the rules of the workspace.
_POSTED_ANEW = timedelta(days=2)


def deliver(
    outbox: Outbox,
    notifiers: Iterable[Notifier],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    remarks: Remarks | None = None,
    fallbacks: Fallbacks | None = None,
    patience: timedelta = timedelta(minutes=2),
) -> Delivered:
    """Send all that is due, and keep what was sent true to *remarks*.

    *patience*: how long to bear in all with sinks that fail or ask to slow down.
    """
    sinks = Sinks(notifiers, now=now, sleep=sleep, patience=patience)
    round_ = _Round(outbox, sinks, remarks or {}, fallbacks or Fallbacks())
    round_.go()
    done = round_.tally.summed_up()
    log.info(
        "delivered",
        sent=done.sent,
        pending=done.pending,
        dead=done.dead,
        held=done.held,
        edited=done.edited,
        stale=done.stale,
    )
    return done


class _Round:
    """Works off a queue of ids, since what is learnt of one message may put others into it."""

    def __init__(self, outbox: Outbox, sinks: Sinks, remarks: Remarks, fallbacks: Fallbacks) -> None:
        self.tally = Tally()
        self._outbox = outbox
        self._sinks = sinks
        self._fallbacks = fallbacks
        self._posting = Posting(outbox, sinks, remarks)
        self._threads = Threads(outbox, sinks)
        self._keeping = Keeping(outbox, sinks, remarks, self.tally)
        self._queue: deque[str] = deque()
        self._sent_again: dict[str, None] = {}  # in the order in which it happened, and so is the look at them
        self._answered: dict[str, None] = {}
        self._moved: set[str] = set()
        self._kept: set[str] = set()

    def go(self) -> None:
        now = self._sinks.now()
        waiting = self._outbox.due(now)
        answered = dict.fromkeys(one.reply_to for one in waiting if one.reply_to)
        in_doubt = [one.id for one in self._outbox.sent_again(now - _IN_DOUBT)]
        self._look_again(dict.fromkeys([*in_doubt, *answered]), answered)
        self._queue.extend(one.id for one in waiting)
        self._post()
        # Slack takes an answer to what was deleted a moment ago without a word.
        self._look_again(dict.fromkeys([*self._sent_again, *self._answered]), self._answered)
        self._post()
        for _ in range(2):  # once more for what was found elsewhere on the way
            for delivery in self._outbox.posted((now - KEPT_TRUE).date()):
                self._keep_true(delivery)
            self._post()

    def _look_again(self, ids: Iterable[str], answered: Container[str]) -> None:
        """Keep the earliest of several copies; find out whether messages that are to be answered are still there."""
        for identity in tuple(ids):
            delivery = self._outbox.delivery(identity)
            if delivery is None or delivery.state is not DeliveryState.SENT:
                continue
            notifier = self._sinks.editing(delivery)
            if notifier is None:
                continue
            found = self._find(notifier, delivery)
            if found.outcome is Outcome.SENT and found.receipt != delivery.receipt:
                self._move(notifier, delivery, found.receipt)
            elif found.outcome is Outcome.NOT_SENT and identity in answered:
                self._move(notifier, delivery, None)
            elif found.outcome is Outcome.GONE:
                self._outbox.record(delivery.afresh())
                self._follow_root(notifier, delivery)

    def _post(self) -> None:
        while self._queue:
            delivery = self._outbox.delivery(self._queue.popleft())
            if delivery is not None and delivery.is_open and not self._is_for_later(delivery):
                self._drive(delivery)

    def _is_for_later(self, delivery: Delivery) -> bool:
        return delivery.not_before is not None and delivery.not_before > self._sinks.now()

    def _drive(self, delivery: Delivery) -> None:
        """Take one delivery as far as it gets in this round."""
        notifier = self._sinks.of(delivery)
        root = self._threads.root(delivery)
        if notifier is None:
            self.tally.held(delivery)
        elif delivery.reply_to and (root is None or root.state is DeliveryState.DEAD):
            self._share_the_fate(delivery)
        elif root is not None and (root.state is not DeliveryState.SENT or root.receipt is None):
            pass  # it counts as one with the message that it waits for
        elif trouble := self._sinks.trouble_with(delivery):
            self._out_of_reach(delivery, trouble)
        elif not self._sinks.has_patience:
            self.tally.pending(delivery, "others took too long to fail: the next run goes on here")
        else:
            self._conclude(notifier, *self._posting.post(notifier, delivery))

    def _conclude(self, notifier: Notifier, delivery: Delivery, attempt: Attempt) -> None:
        match delivery.state:
            case DeliveryState.SENT:
                self.tally.sent(delivery, attempt.error)
                if delivery.attempts > 1:
                    self._sent_again[delivery.id] = None
                if delivery.reply_to:
                    self._answered[delivery.reply_to] = None
            case DeliveryState.DEAD:
                self.tally.dead(delivery, attempt.said)
            case DeliveryState.PENDING | DeliveryState.UNKNOWN | DeliveryState.SENDING:
                if attempt.outcome is Outcome.GONE:
                    self._follow_root(notifier, delivery)
                elif attempt.outcome is Outcome.ADDRESS_DOWN:
                    self._out_of_reach(delivery, attempt)
                else:
                    self.tally.pending(delivery, attempt.said or "it did not arrive")

    def _out_of_reach(self, delivery: Delivery, trouble: Attempt) -> None:
        """Keep *delivery*, or give it up for another address, in which case both are on record at once."""
        if trouble.outcome is not Outcome.ADDRESS_DOWN:
            self._outbox.record(replace(delivery, error=trouble.said))
            self.tally.pending(delivery, trouble.said)
            return
        others = list(self._fallbacks.notices(delivery, trouble, self._sinks.now().date()))
        if self._fallbacks.gives_up(delivery):
            if successor := self._fallbacks.successor(delivery):
                others.append(successor)
            reason = self._fallbacks.reason(delivery, trouble)
            self._outbox.record(replace(delivery, state=DeliveryState.DEAD, error=reason), others)
            self.tally.dead(delivery, reason)
        else:
            self._outbox.record(replace(delivery, error=trouble.said), others)
            self.tally.pending(delivery, trouble.said)
        self._queue.extend(one.id for one in others)

    def _share_the_fate(self, reply: Delivery) -> None:
        """What *reply* answers was given up: it goes where that went, and counts as one with it."""
        moved = self._fallbacks.successor(reply) if self._fallbacks.gives_up(reply) else None
        others = [moved] if moved and self._threads.root(moved) else []
        dead = replace(reply, state=DeliveryState.DEAD, error="the message that it answers was given up")
        self._outbox.record(dead, others)
        self._queue.extend(one.id for one in others)

    def _keep_true(self, delivery: Delivery) -> None:
        if delivery.id in self._kept:
            return
        self._kept.add(delivery.id)
        if self._keeping.keep_true(delivery):
            return
        notifier = self._sinks.editing(delivery)
        oldest = (self._sinks.now() - _POSTED_ANEW).date()
        if notifier is None or (delivery.as_of and delivery.as_of < oldest):
            self._keeping.let_be(delivery, "it was deleted there")
        elif delivery.reply_to:
            self._outbox.record(delivery.afresh())
            self._queue.append(delivery.id)
        else:
            self._find_or_post_anew(notifier, delivery)

    def _follow_root(self, notifier: Notifier, reply: Delivery) -> None:
        root = self._threads.root(reply)
        if root is not None and root.state is DeliveryState.SENT:
            self._find_or_post_anew(notifier, root)
        else:
            self._queue.append(reply.id)

    def _find_or_post_anew(self, notifier: Notifier, root: Delivery) -> None:
        """*root* is gone from where it was: it may stand elsewhere, where a round was killed as it moved."""
        found = self._find(notifier, root)
        if found.outcome is Outcome.NOT_SENT:
            self._move(notifier, root, None)
        elif found.outcome is Outcome.SENT and found.receipt != root.receipt:
            self._move(notifier, root, found.receipt)
        else:
            self.tally.stale(root, found.said or "what it answers could not be found")

    def _find(self, notifier: Notifier, delivery: Delivery) -> Attempt:
        message = self._posting.outgoing(delivery)
        found = self._sinks.ask(lambda: notifier.find(message, self._sinks.now()))
        self._sinks.learn(delivery, found)
        return found

    def _move(self, notifier: Notifier, root: Delivery, receipt: str | None) -> None:
        """Once a round, so that two who delete and post do not chase each other."""
        if root.id in self._moved:
            self.tally.stale(root, "it was deleted again as soon as it was posted anew")
            return
        self._moved.add(root.id)
        done = self._threads.uproot(notifier, root, receipt)
        if done.outcome is not Outcome.GONE:
            self.tally.stale(root, done.said)
            return
        self._kept.discard(root.id)
        self._queue.extend(self._threads.waiting(root))
