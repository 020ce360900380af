"""What a round knows of its sinks: which are down, how fast they may be gone at, and how much patience is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from cssync import network
from cssync.model.delivery import Attempt, Delivery, Outcome
from cssync.notify.base import Notifier

# A sink that fails so often in one run is left alone until the next one.
_TRIES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 10.0  # seconds
_PASSING = frozenset({Outcome.NOT_SENT, Outcome.UNKNOWN})


class Sinks:
    """*patience*: how long to bear in all with sinks that fail or ask to slow down."""

    def __init__(
        self,
        notifiers: Iterable[Notifier],
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        patience: timedelta,
    ) -> None:
        self.now = now
        self._sleep = sleep
        self._patience = patience
        self._notifiers = {notifier.name: notifier for notifier in notifiers}
        self._down: dict[tuple[str, str | None], Attempt] = {}  # by sink and address; None: all of them
        self._last: dict[tuple[str, str], datetime] = {}

    @property
    def has_patience(self) -> bool:
        return self._patience > timedelta()

    def of(self, delivery: Delivery) -> Notifier | None:
        """None where the sink is switched off."""
        return self._notifiers.get(delivery.sink)

    def editing(self, delivery: Delivery) -> Notifier | None:
        """The same, if messages can be changed there, and it is not known to be down."""
        notifier = self.of(delivery)
        if notifier is None or not notifier.edits or self.trouble_with(delivery) or not self.has_patience:
            return None
        return notifier

    def trouble_with(self, delivery: Delivery) -> Attempt | None:
        """Why nothing can go there any more in this round, if that is known already."""
        return self._down.get((delivery.sink, None)) or self._down.get((delivery.sink, delivery.address))

    def learn(self, delivery: Delivery, attempt: Attempt) -> None:
        """Remember what *attempt* says of the place where *delivery* was to go."""
        if attempt.outcome is Outcome.SINK_DOWN:
            self._down[delivery.sink, None] = attempt
        elif attempt.outcome is Outcome.ADDRESS_DOWN:
            self._down[delivery.sink, delivery.address] = attempt

    def keep_pace(self, notifier: Notifier, delivery: Delivery) -> None:
        """Wait until the next message may go to that address, or the next change."""
        now, last = self.now(), self._last.get((delivery.sink, delivery.address))
        if last is not None and (pause := notifier.seconds_apart - (now - last).total_seconds()) > 0:
            self._sleep(pause)

    def went_by(self, delivery: Delivery, attempt: Attempt) -> None:
        """From this moment the pace counts, unless nothing reached the place."""
        if attempt.outcome is not Outcome.NOT_SENT:
            self._last[delivery.sink, delivery.address] = self.now()

    def ask(self, asking: Callable[[], Attempt]) -> Attempt:
        """Ask once. What cannot be told costs the patience that it took."""
        begun = self.now()
        attempt = asking()
        if attempt.outcome is Outcome.UNKNOWN:
            self._patience -= self.now() - begun
        return attempt

    def persist(self, trying: Callable[[], Attempt]) -> Attempt:
        """Try until something is settled, or for as long as there is patience; answer the last attempt."""
        begun, tried = self.now(), 1
        until = begun + self._patience
        while (attempt := trying()).outcome in _PASSING and tried < _TRIES:
            if not self._waited(attempt.retry_at or self.now() + _pause(tried), until):
                break
            tried += 1
        if tried > 1 or attempt.outcome is not Outcome.SENT:
            self._patience -= self.now() - begun
        return attempt

    def _waited(self, moment: datetime, until: datetime) -> bool:
        """Wait for *moment*; False, at once, if it is later than there is patience for."""
        if moment > until:
            return False
        self._sleep(max((moment - self.now()).total_seconds(), 0.0))
        return True


def _pause(tried: int) -> timedelta:
    return timedelta(seconds=network.backoff(tried, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
