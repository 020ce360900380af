"""Where a message is: what the outbox keeps as its receipt."""

from __future__ import annotations

from typing import NamedTuple, Self


class Place(NamedTuple):
    """*channel*: its id, never its name. *ts*: the message in it; Slack's word for an id."""

    channel: str
    ts: str

    @classmethod
    def of(cls, receipt: str | None) -> Self | None:
        channel, colon, ts = (receipt or "").partition(":")
        return cls(channel, ts) if colon and channel and ts else None

    def __str__(self) -> str:
        return f"{self.channel}:{self.ts}"
