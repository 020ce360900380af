"""What Slack tells of somebody who pressed or submitted something, as values; whatever makes no sense is None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, Json, TypeAdapter

from cssync.model.alert import Incident
from cssync.notify.slack.controls import Wish, wish

EXCEPTION = "cssync_exception"


@dataclass(frozen=True, slots=True)
class Spot:
    """The message at which somebody pressed; *thread*: the root of its thread, if it is in one."""

    channel: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """*trigger*: Slack's leave to open a window for this person, good for three seconds."""

    user: str
    wish: Wish
    spot: Spot
    trigger: str


@dataclass(frozen=True, slots=True)
class Submission:
    """An exception as somebody filled it in."""

    user: str
    incidents: tuple[Incident, ...]
    spot: Spot
    reason: str
    owner: str
    until: date | None


def read(payload: object) -> Press | Submission | None:
    """What *payload*, the JSON of an ``interactive`` envelope, says, if all of it that counts is as it must be."""
    try:
        told = _TOLD.validate_python(payload)
        return told.read()
    except ValueError:  # pydantic's is one, and so is a day that no month has
        return None


Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,30}$")]
Moment: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{1,12}\.[0-9]{1,12}$")]
Word: TypeAlias = Annotated[str, Field(max_length=255)]


class _Told(BaseModel):
    """As Slack writes it; what is of no use here is passed over."""

    model_config = ConfigDict(strict=True, frozen=True)


class _User(_Told):
    id: Id


class _Option(_Told):
    value: Word


class _Action(_Told):
    action_id: Word
    value: Annotated[str, Field(max_length=2_000)] | None = None
    selected_option: _Option | None = None


class _Container(_Told):
    channel_id: Id
    thread_ts: Moment | None = None
    message_ts: Moment | None = None


class _Actions(_Told):
    type: Literal["block_actions"]
    user: _User
    trigger_id: Word
    container: _Container
    actions: Annotated[list[_Action], Field(min_length=1)]

    def read(self) -> Press | None:
        action = self.actions[0]
        value = action.selected_option.value if action.selected_option else action.value
        wished = wish(action.action_id, value or "")
        if wished is None:
            return None
        spot = Spot(self.container.channel_id, self.container.thread_ts or self.container.message_ts)
        return Press(self.user.id, wished, spot, self.trigger_id)


class _Input(_Told):
    value: str | None = None
    selected_date: str | None = None


class _Reason(_Told):
    reason: _Input


class _Owner(_Told):
    owner: _Input


class _Until(_Told):
    until: _Input


class _Values(_Told):
    """By block, and in it by element, which are called alike."""

    reason: _Reason
    owner: _Owner
    until: _Until


class _State(_Told):
    values: _Values


class _Kept(_Told):
    """What a window keeps of the press that opened it. It was in somebody's hands meanwhile."""

    incidents: Annotated[list[tuple[Word, Annotated[int, Field(ge=0)]]], Field(min_length=1, max_length=200)]
    channel: Id
    thread: Moment | None


class _View(_Told):
    callback_id: Literal["cssync_exception"]
    private_metadata: Json[_Kept]
    state: _State


class _Submitted(_Told):
    type: Literal["view_submission"]
    user: _User
    view: _View

    def read(self) -> Submission:
        kept, values = self.view.private_metadata, self.view.state.values
        until = values.until.until.selected_date
        return Submission(
            user=self.user.id,
            incidents=tuple(Incident(fingerprint, number) for fingerprint, number in kept.incidents),
            spot=Spot(kept.channel, kept.thread),
            reason=values.reason.reason.value or "",
            owner=values.owner.owner.value or "",
            until=date.fromisoformat(until) if until else None,
        )


_TOLD: TypeAdapter[_Actions | _Submitted] = TypeAdapter(Annotated[_Actions | _Submitted, Field(discriminator="type")])
