"""Finds a message in a channel or a thread again, when the answer to posting it was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import Any, TypeAlias

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from cssync.notify.slack.place import Place

EVENT_TYPE = "cssync_delivery"
# What is left of a message that was deleted, while it has answers.
TOMBSTONE = "tombstone"

# Slack's clock stamps messages, and ours may be ahead of it: by so much without looking closer.
_CLOCK_SKEW = timedelta(seconds=120)
_PAGE = 200

Found: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thread:
    """*stands*: whether the message that it hangs on is still there. *copies*: as of ``in_channel``."""

    stands: bool
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """*since*: when it was first tried, by our clock, which says *now*."""

    delivery_id: str
    since: datetime
    now: datetime


def metadata(delivery_id: str) -> dict[str, object]:
    """What a message carries unseen, so that it can be recognised."""
    return {"event_type": EVENT_TYPE, "event_payload": {"delivery_id": delivery_id}}


def in_channel(client: WebClient, channel_id: str, sought: Sought) -> tuple[str, ...]:
    """Timestamps of every message in the channel itself that is what is *sought*, the earliest first."""
    return _copies(_since(client, "conversations.history", sought, channel=channel_id), sought)


def in_thread(client: WebClient, root: Place, sought: Sought) -> Thread:
    try:
        found = _since(client, "conversations.replies", sought, channel=root.channel, ts=root.ts)
    except SlackApiError as error:
        if error.response.get("error") != "thread_not_found":
            raise
        return Thread(stands=False, copies=())
    deleted = any(one.get("ts") == root.ts and one.get("subtype") == TOMBSTONE for one in found)
    return Thread(not deleted, _copies(found, sought))


def is_deleted(client: WebClient, place: Place) -> bool:
    """Whether nothing but a tombstone is left of the message."""
    try:
        answer = client.api_call("conversations.replies", params={"channel": place.channel, "ts": place.ts, "limit": 1})
    except SlackApiError as error:
        return bool(error.response.get("error") == "thread_not_found")
    return any(one.get("ts") == place.ts and one.get("subtype") == TOMBSTONE for one in _items(answer, "messages"))


def channel_id(client: WebClient, address: str) -> str | None:
    """The id behind *address*; a #name is looked up among the channels that the bot sees, None if it is not there."""
    if not address.startswith("#"):
        return address
    wanted = address.removeprefix("#")
    for kind in ("public_channel", "private_channel"):  # one by one, since each needs a scope of its own
        pages = _pages(client, "conversations.list", types=kind, limit=_PAGE)
        for channel in chain.from_iterable(_items(page, "channels") for page in pages):
            if channel.get("name") == wanted:
                return str(channel["id"])
    return None


def _since(client: WebClient, method: str, sought: Sought, **params: str) -> list[Found]:
    """Every message of the time in which what is *sought* may have come to be."""
    oldest = sought.since - _CLOCK_SKEW
    answers = _read(client, method, oldest, params)
    ahead = sought.now - _clock(answers[0], otherwise=sought.now)
    if ahead > _CLOCK_SKEW:
        answers = _read(client, method, oldest - ahead, params)
    return [message for answer in answers for message in _items(answer, "messages")]


def _read(client: WebClient, method: str, oldest: datetime, params: Mapping[str, str]) -> list[SlackResponse]:
    asked = {"oldest": f"{oldest.timestamp():.6f}", "limit": _PAGE, "include_all_metadata": True}
    return list(_pages(client, method, **params, **asked))


def _clock(answer: SlackResponse, otherwise: datetime) -> datetime:
    """What time it is at Slack."""
    named = {key.lower(): value for key, value in answer.headers.items()}
    try:
        moment = parsedate_to_datetime(named.get("date", ""))
    except ValueError:
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _copies(messages: Iterable[Found], sought: Sought) -> tuple[str, ...]:
    found = {ts for one in messages if isinstance(ts := one.get("ts"), str) and _is(one, sought.delivery_id)}
    return tuple(sorted(found, key=float))


def _is(message: Found, delivery_id: str) -> bool:
    match message:
        case {"metadata": {"event_type": kind, "event_payload": {"delivery_id": found}}} if kind == EVENT_TYPE:
            return bool(found == delivery_id)
        case {"blocks": [{"block_id": found}, *_]}:
            return bool(found == delivery_id)
        case _:
            return False


def _items(answer: SlackResponse, name: str) -> Iterator[Found]:
    """Raises ValueError where there are none."""
    page = answer.get(name)
    if not isinstance(page, list):
        raise ValueError(f"Slack answered without {name}")  # noqa: TRY004 - the data is wrong, not our types
    yield from (item for item in page if isinstance(item, Mapping))


def _pages(client: WebClient, method: str, **params: object) -> Iterator[SlackResponse]:
    """Raises ValueError for a cursor that leads in a circle."""
    seen: set[str] = set()
    cursor = ""
    while cursor not in seen:
        seen.add(cursor)
        answer = client.api_call(method, params={**params, **({"cursor": cursor} if cursor else {})})
        yield answer
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
    raise ValueError(f"{method} answered with the same page again")
