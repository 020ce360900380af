"""Finds a message in a channel again, when the answer to posting it was lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from slack_sdk import WebClient

EVENT_TYPE = "cssync_delivery"

# Slack's clock stamps messages, and ours may be ahead of it.
_CLOCK_SKEW = timedelta(seconds=120)
_PAGE = 200


def metadata(delivery_id: str) -> dict[str, object]:
    """What a message carries unseen, so that it can be recognised."""
    return {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": delivery_id}}


def copies(
    client: WebClient, channel_id: str, delivery_id: str, since: datetime, thread: str | None = None
) -> tuple[str, ...]:
    """Timestamps of every message in the channel, or in a *thread* of it, that is this delivery, the earliest first."""
    pages = _pages(
        client,
        "conversations.replies" if thread else "conversations.history",
        "messages",
        channel=channel_id,
        **({"ts": thread} if thread else {}),
        oldest=f"{(since - _CLOCK_SKEW).timestamp():.6f}",
        limit=_PAGE,
        include_all_metadata=True,
    )
    found = {ts for message in pages if isinstance(ts := message.get("ts"), str) and _is(message, delivery_id)}
    return tuple(sorted(found, key=float))


def channel_id(client: WebClient, address: str) -> str | None:
    """The id behind *address*; a #name is looked up among the channels that the bot sees, None if it is not there."""
    if not address.startswith("#"):
        return address
    wanted = address.removeprefix("#")
    for kind in ("public_channel", "private_channel"):  # one by one, since each needs a scope of its own
        for channel in _pages(client, "conversations.list", "channels", types=kind, limit=_PAGE):
            if channel.get("name") == wanted:
                return str(channel["id"])
    return None


def _is(message: Mapping[str, object], delivery_id: str) -> bool:
    match message:
        case {"metadata": {"event_type": kind, "event_payload": {"delivery_id": found}}} if kind == EVENT_TYPE:
            return bool(found == delivery_id)
        case {"blocks": [{"block_id": found}, *_]}:
            return bool(found == delivery_id)
        case _:
            return False


def _pages(client: WebClient, method: str, items: str, **params: object) -> Iterator[Mapping[str, object]]:
    """Raises ValueError for a page without items, or a cursor that leads in a circle."""
    seen: set[str] = set()
    cursor = ""
    while cursor not in seen:
        seen.add(cursor)
        answer = client.api_call(method, params={**params, **({"cursor": cursor} if cursor else {})})
        page = answer.get(items)
        if not isinstance(page, list):
            raise ValueError(f"{method} answered without {items}")  # noqa: TRY004 - the data is wrong, not our types
        yield from (item for item in page if isinstance(item, Mapping))
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
    raise ValueError(f"{method} answered with the same page again")
