"""A morning's messages in two channels, what they become with later news, and how all of it has to look in the end."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from cssync.model.delivery import Delivery, outgoing
from cssync.model.digest import EntryKind, Evidence
from cssync.model.night import Run, RunStatus
from cssync.notify.slack import blocks
from cssync.store.open import open_store
from tests.emulators.slack import threads
from tests.emulators.slack.workspace import Channel, Workspace
from tests.notify.builders import NIGHT, chapter, delivery, digest, entry

CHANNELS = ("C0CAPACITY", "C0LEADS")
_DATE = date(2026, 11, 22)
_DANA = entry(subject_id="dana", who="Dana Roy", story=(chapter("Why", "14 accounts came from Sam Ito"),))
_ANA = entry(EntryKind.WARNING, subject_id="ana", who="Ana Diaz", story=(chapter("Why", "9 new customers in 30 days"),))
_SAM = entry(EntryKind.WARNING, subject_id="sam", who="Sam Ito", story=(chapter("Why", "$2.2M of ARR"),))


def first() -> tuple[Delivery, ...]:
    """A root and two answers in each channel."""
    return tuple(one for channel in CHANNELS for one in _thread(channel, "8f3a", _DANA, _ANA))


def with_news() -> tuple[Delivery, ...]:
    """The same after a second run of the date: something changed for Dana, and Sam came in."""
    worse = replace(_DANA, change="worse", facts="91 accounts (limit 50)")
    return tuple(one for channel in CHANNELS for one in _thread(channel, "9c41", worse, _ANA, _SAM))


def put(file: Path, deliveries: tuple[Delivery, ...]) -> None:
    """Into the outbox of the store in *file*, as a run does."""
    run = Run("8f3a", _DATE, NIGHT, RunStatus.FAILED, "file", finished_at=NIGHT)
    with closing(open_store(file, "acme")) as store:
        store.end(run, deliveries)


def flaws(workspace: Workspace, wanted: tuple[Delivery, ...]) -> list[str]:
    """Everything in which *workspace* differs from one root a channel, one answer a subject, each up to date."""
    found = []
    for channel_id in CHANNELS:
        standing = {
            one: copies_of(workspace.channels[channel_id], one.id) for one in wanted if one.address == channel_id
        }
        for one, copies in standing.items():
            name = one.payload.entry.who if isinstance(one.payload, Evidence) else "root"
            found += _flaws_of(one, copies, f"{channel_id} {name}", {o.id: c for o, c in standing.items()})
        known = {copy["ts"] for copies in standing.values() for copy in copies}
        strangers = [m for m in workspace.channels[channel_id].messages if m["ts"] not in known]
        found += [
            f"{channel_id}: something else stands there: {one.get('subtype') or one['text']}" for one in strangers
        ]
    return found


def copies_of(channel: Channel, delivery_id: str) -> list[dict[str, Any]]:
    return [
        one
        for one in channel.messages
        if (one.get("metadata") or {}).get("event_payload", {}).get("delivery_id") == delivery_id
    ]


def _flaws_of(
    one: Delivery, copies: list[dict[str, Any]], name: str, by_id: dict[str, list[dict[str, Any]]]
) -> list[str]:
    if len(copies) != 1:
        return [f"{name}: {len(copies)} copies"]
    (copy,) = copies
    found = []
    if copy["text"] != blocks.message(outgoing(one, {})).text:
        found.append(f"{name}: shows something else")
    if one.reply_to is None and threads.is_reply(copy):
        found.append(f"{name}: stands in a thread")
    if one.reply_to and copy.get("thread_ts") not in {root["ts"] for root in by_id[one.reply_to]}:
        found.append(f"{name}: stands outside its thread")
    return found


def _thread(channel: str, run_id: str, *entries: Any) -> tuple[Delivery, ...]:
    root = delivery(digest(*entries, run_id=run_id), id=f"root-{channel}", address=channel, as_of=_DATE, revisable=True)
    replies = (
        replace(root, id=f"{one.subject_id}-{channel}", payload=Evidence(one, "run"), reply_to=root.id)
        for one in entries
    )
    return (root, *replies)
