"""Takes up again what was given up, because a person has mended what stood in the way and says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cssync.errors import ConfigError
from cssync.model.delivery import KEPT_TRUE, Delivery, DeliveryState
from cssync.model.outbox import Kept
from cssync.notify.delivery import Delivered
from cssync.run.line import Line
from cssync.run.night import deliver_due

_LIST = "cssync outbox list --all shows what there is"


def deliver_again(line: Line, wanted: Sequence[str] | None) -> Delivered:
    """Send all that is due, and with it those whose ids begin as *wanted* says; None: all that was given up lately.

    With a digest its answers come, and with an answer its digest. Raises ConfigError for an id that is not one
    message's, and BusyError if a run is at work.
    """
    with line.store.lock():
        kept = line.store.kept(line.now() - KEPT_TRUE)
        known = {one.delivery.id: one.delivery for one in kept}
        if wanted is None:
            chosen = [one.delivery for one in kept if one.is_dead and is_news(one, line.now())]
        else:
            chosen = [_meant(known, start) for start in wanted]
        for delivery in {one.id: one for first in chosen for one in _family(known, first)}.values():
            line.store.record(_revived(line, delivery))
    return deliver_due(line)


def is_news(kept: Kept, now: datetime) -> bool:
    """Whether anybody still wants to read it."""
    return kept.since is None or kept.since >= now - KEPT_TRUE


def _meant(known: Mapping[str, Delivery], start: str) -> Delivery:
    found = [one for identity, one in known.items() if start and identity.startswith(start)]
    if not found:
        raise ConfigError(f"no message in the outbox begins with {start!r}", remedy=_LIST)
    if len(found) > 1:
        raise ConfigError(f"{len(found)} messages begin with {start!r}", remedy=f"give more of the id; {_LIST}")
    if found[0].state is DeliveryState.SENT:
        raise ConfigError(f"{start} was sent already", remedy=_LIST)
    return found[0]


def _family(known: Mapping[str, Delivery], delivery: Delivery) -> Iterator[Delivery]:
    yield delivery
    root = known.get(delivery.reply_to or delivery.id)
    if root is not None and (root is delivery or root.state is DeliveryState.DEAD):
        yield root
        yield from (one for one in known.values() if one.state is DeliveryState.DEAD and one.reply_to == root.id)


def _revived(line: Line, delivery: Delivery) -> Delivery:
    """Where the sink can be asked, what was tried before is looked up first: it may have arrived after all."""
    if delivery.state is not DeliveryState.DEAD:
        return replace(delivery, not_before=None)
    can_look = any(one.edits for one in line.notifiers if one.name == delivery.sink)
    state = DeliveryState.UNKNOWN if can_look and delivery.attempts else DeliveryState.PENDING
    return replace(delivery, state=state, not_before=None, error=None)
