"""A Slack workspace in memory: its people, its channels and their messages, and who may do what."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.emulators.slack.errors import SlackError
from tests.emulators.slack.measures import Json
from tests.emulators.slack.screens import Screens

TEAM, APP, BOT, BOT_ID = "T0ACME", "A0CSSYNC", "U0CSSYNC", "B0CSSYNC"
BOT_SCOPES = frozenset(
    {
        *("chat:write", "im:write", "channels:history", "groups:history", "im:history"),
        *("channels:read", "groups:read", "users:read", "users:read.email"),
    }
)

Message: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class User:
    id: str
    name: str
    real_name: str
    email: str
    tz: str = "Europe/London"
    deleted: bool = False


@dataclass
class Channel:
    """*members*: ids of the people in it, None for everybody; *with_user*: whose direct messages these are."""

    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True
    members: frozenset[str] | None = None
    with_user: str | None = None
    messages: list[Message] = field(default_factory=list)

    def holds(self, user_id: str) -> bool:
        return self.members is None or user_id in self.members

    def find(self, ts: object) -> Message | None:
        return next((one for one in self.messages if one["ts"] == ts), None)


@dataclass(frozen=True)
class Ephemeral:
    """A message that one person sees, until the window is reloaded; no method reads it back."""

    channel_id: str
    user_id: str
    message: Message


@dataclass
class ResponseUrl:
    """Where an app may answer whoever pressed something: for half an hour, five times."""

    channel: Channel
    message_ts: str
    user_id: str
    expires_at: float
    uses_left: int = 5


@dataclass
class Workspace:
    """*clock*: seconds since the epoch. *paced*: answer 429 to more than a message a second per channel.

    *edit_window_seconds*: how long the team's settings let a message be edited, None for ever.
    """

    clock: Callable[[], float]
    token: str = "xoxb-canary-0123456789"
    scopes: frozenset[str] = BOT_SCOPES
    app_token: str = "xapp-1-A0CSSYNC-canary-0123456789"
    app_scopes: frozenset[str] = frozenset({"connections:write"})
    revoked: bool = False
    app_revoked: bool = False
    paced: bool = False
    page_size: int = 1_000
    edit_window_seconds: float | None = None
    channels: dict[str, Channel] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    screens: Screens = field(default_factory=Screens)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    socket_address: Callable[[], str] | None = None
    _last_ts: float = 0.0
    _forced_ts: str | None = None

    def add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def join(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def named(self, address: object) -> Channel:
        """By id or #name, of what the bot may know of: a private channel only from the inside."""
        wanted = str(address)
        for channel in self.channels.values():
            if wanted in {channel.id, f"#{channel.name}"} and (channel.is_member or not channel.is_private):
                return channel
        raise SlackError("channel_not_found")

    def addressed(self, address: object) -> Channel:
        """As those methods that post: a user's id means the direct messages with them, opened where need be."""
        user = self.users.get(str(address))
        # What becomes of messages to the deactivated is not documented; here they have nowhere to go.
        return self.named(address) if user is None or user.deleted else self.direct(user)

    def direct(self, user: User) -> Channel:
        """The direct messages of the bot with *user*."""
        channel_id = f"D{user.id[1:]}"
        return self.channels.get(channel_id) or self.add(
            Channel(channel_id, "directmessage", is_private=True, members=frozenset({user.id}), with_user=user.id)
        )

    def by_id(self, address: object) -> Channel:
        """As every method but those that post: they do not understand names."""
        if str(address).startswith("#"):
            raise SlackError("channel_not_found")
        return self.named(address)

    def needs(self, *any_of: str) -> None:
        if not self.scopes & set(any_of):
            raise SlackError("missing_scope", needed=",".join(any_of), provided=",".join(sorted(self.scopes)))

    def stamp(self) -> str:
        """A timestamp that no message has yet, which is its id."""
        if self._forced_ts is not None:
            return self._forced_ts
        self._last_ts = max(self.clock(), self._last_ts + 0.000_001)
        return f"{self._last_ts:.6f}"

    @contextmanager
    def as_of(self, ts: str) -> Iterator[None]:
        """What happens within bears a timestamp of before."""
        self._forced_ts = ts
        try:
            yield
        finally:
            self._forced_ts = None

    def append(self, channel: Channel, user_id: str, params: Json) -> Message:
        """A new message of *user_id*, in the order of time."""
        message: Message = {"type": "message", "user": user_id, "team": TEAM, "ts": self.stamp(), **params}
        if user_id == BOT:
            message |= {"bot_id": BOT_ID, "app_id": APP}
        insort(channel.messages, message, key=lambda one: float(one["ts"]))
        return message
