"""Shows what is in the outbox: for each message where it goes, what it says, how it stands, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from cssync.model.delivery import Delivery, DeliveryState
from cssync.model.digest import Digest, Evidence, Notice, Payload, Summary
from cssync.model.outbox import Kept
from cssync.model.text import line, name
from cssync.model.wording import count
from cssync.report.json import Json

SHORT = 8


def lines(kept: Kept, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """Yield one message: how it stands, what it says, why it is not out, and the next step."""
    delivery = kept.delivery
    to = " ".join(filter(None, (delivery.sink, delivery.address)))
    tries = count(delivery.attempts, "try", "tries") if delivery.attempts else "not tried yet"
    yield "  ".join(filter(None, (delivery.id[:SHORT], f"{delivery.state:<8}", to, tries, _age(kept, now))))
    yield f"          {says(delivery.payload)}"
    if delivery.error:
        yield f"          Why: {line(delivery.error)}"
    if step := next_step(delivery, now, zone):
        yield f"          Next: {step}"


def says(payload: Payload) -> str:
    """The message in one line."""
    match payload:
        case Digest(summary=said) | Summary(summary=said):
            return line(said)
        case Evidence(entry=entry):
            return f"{entry.kind.upper()} {name(entry.who)}: {line(entry.facts)}"
        case Notice(title=title):
            return line(title)


def next_step(delivery: Delivery, now: datetime, zone: ZoneInfo) -> str:
    match delivery.state:
        case DeliveryState.SENT:
            return ""
        case DeliveryState.DEAD:
            return f"mend what it says, then: cssync outbox retry {delivery.id[:SHORT]}"
        case DeliveryState.UNKNOWN | DeliveryState.SENDING:
            return "nobody knows whether it arrived: the next run looks, or at once: cssync outbox send"
        case DeliveryState.PENDING if delivery.not_before and delivery.not_before > now:
            until = f"{delivery.not_before.astimezone(zone):%d %b, %H:%M %Z}"
            return f"held until {until}; at once: cssync outbox retry {delivery.id[:SHORT]}"
        case DeliveryState.PENDING if delivery.reply_to:
            return "follows the message that it answers"
        case DeliveryState.PENDING:
            return "goes out with the next run, or at once: cssync outbox send"


def outbox_as_json(kept: Kept, now: datetime, zone: ZoneInfo) -> Json:
    delivery = kept.delivery
    return {
        "id": delivery.id,
        "state": str(delivery.state),
        "sink": delivery.sink,
        "address": delivery.address,
        "says": says(delivery.payload),
        "attempts": delivery.attempts,
        "since": kept.since.isoformat() if kept.since else None,
        "not_before": delivery.not_before.isoformat() if delivery.not_before else None,
        "reply_to": delivery.reply_to,
        "why": delivery.error,
        "next": next_step(delivery, now, zone),
    }


def _age(kept: Kept, now: datetime) -> str:
    if kept.since is None:
        return ""
    minutes = max(int((now - kept.since).total_seconds() // 60), 0)
    if minutes < 60:  # noqa: PLR2004  an hour
        return f"for {count(minutes, 'minute')}"
    hours = minutes // 60
    return f"for {count(hours, 'hour')}" if hours < 48 else f"for {count(hours // 24, 'day')}"  # noqa: PLR2004
