"""What attempts have left in Slack: found again, and taken away where it stands twice or in the wrong place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from slack_sdk import WebClient

from cssync.model.delivery import Attempt, Delivery, Outcome, Outgoing
from cssync.notify.slack import history, outcome
from cssync.notify.slack.history import Sought
from cssync.notify.slack.place import Place

# A message may become visible a little after its answer was lost: only absent twice is absent.
SETTLE_SECONDS = 5.0
_LOST_ROOT = "the message that it answers was deleted"


def sought(delivery: Delivery, now: datetime) -> Sought:
    return Sought(delivery.id, delivery.first_attempt_at or now, now)


def find_message(client: WebClient, address: str, wanted: Sought, sleep: Callable[[float], None]) -> Attempt:
    """The one in the channel itself; of several copies the earliest is kept, the others are deleted.

    *address*: its id or #name. Raises what the client lets through.
    """
    channel = history.channel_id(client, address)
    if channel is None:
        return outcome.of_code("channel_not_found", wanted.now)
    if not (found := history.in_channel(client, channel, wanted)):
        sleep(SETTLE_SECONDS)
        found = history.in_channel(client, channel, wanted)
    return _kept(client, channel, found, wanted.now)


def find_answer(client: WebClient, root: Place, wanted: Sought, sleep: Callable[[float], None]) -> Attempt:
    """The one in the thread under *root*. GONE, with nothing left behind, where there is no such message any more.

    Raises what the client lets through.
    """
    thread = history.in_thread(client, root, wanted)
    if thread.stands and not thread.copies:
        sleep(SETTLE_SECONDS)
        thread = history.in_thread(client, root, wanted)
    if thread.stands:
        return _kept(client, root.channel, thread.copies, wanted.now)
    # Slack puts an answer to a message that is gone into the channel itself.
    strays = history.in_channel(client, root.channel, wanted)
    removed = remove(client, root.channel, (*thread.copies, *strays), wanted.now)
    if removed.outcome is Outcome.GONE:
        return Attempt(Outcome.GONE, error=_LOST_ROOT)
    return Attempt(Outcome.UNKNOWN, error=removed.error, remedy=removed.remedy, retry_at=removed.retry_at)


def is_deleted(client: WebClient, place: Place) -> bool:
    """Whether a message that Slack refuses to change was deleted; False where that cannot be told."""
    try:
        return history.is_deleted(client, place)
    except outcome.ESCAPES:
        return False


def withdraw(client: WebClient, message: Outgoing, now: datetime) -> Attempt:
    """Delete it by its receipt, or whatever can be found of it. Raises what the client lets through."""
    place, root = Place.of(message.delivery.receipt), Place.of(message.under)
    if place is not None:
        return remove(client, place.channel, [place.ts], now)
    if root is None:
        return Attempt(Outcome.GONE)
    wanted = sought(message.delivery, now)
    found = (*history.in_thread(client, root, wanted).copies, *history.in_channel(client, root.channel, wanted))
    return remove(client, root.channel, found, now)


def put_right(client: WebClient, channel: str, ts: str, now: datetime) -> Attempt:
    """Take back an answer that Slack has put into the channel, since the message that it answers is gone."""
    if remove(client, channel, [ts], now).outcome is Outcome.GONE:
        return Attempt(Outcome.GONE, error=_LOST_ROOT)
    return Attempt(Outcome.UNKNOWN, error="an answer stands beside its thread, and could not be deleted")


def remove(client: WebClient, channel: str, stamps: Iterable[str], now: datetime) -> Attempt:
    """GONE if none of them is there any more, else what stood in the way of the first that is."""
    problems = [attempt for ts in stamps if (attempt := _delete(client, channel, ts, now)).outcome is not Outcome.GONE]
    return problems[0] if problems else Attempt(Outcome.GONE)


def _kept(client: WebClient, channel: str, found: tuple[str, ...], now: datetime) -> Attempt:
    if not found:
        return Attempt(Outcome.NOT_SENT)
    first, *extra = found
    left = remove(client, channel, extra, now).outcome is not Outcome.GONE
    error = "a second copy could not be deleted" if left else ""
    return Attempt(Outcome.SENT, str(Place(channel, first)), error=error)


def _delete(client: WebClient, channel: str, ts: str, now: datetime) -> Attempt:
    try:
        client.chat_delete(channel=channel, ts=ts)
    except outcome.ESCAPES as error:
        return outcome.of_error(error, now)
    return Attempt(Outcome.GONE)
