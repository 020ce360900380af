"""Who hears of which alerts beside the channel that hears of all, and when they are left in peace."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cssync.settings.base import Section, TimeZone
from cssync.settings.region import Region

MANAGER = "manager"

_CHANNEL = re.compile(r"#\S+|[CG][A-Z0-9]{6,}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def _recipient(text: str) -> str:
    if text == MANAGER or _CHANNEL.fullmatch(text) or _EMAIL.fullmatch(text):
        return text
    raise ValueError("not a recipient: give a channel (C0123456789 or #name), an e-mail address, or manager")


def _email(text: str) -> str:
    if _EMAIL.fullmatch(text):
        return text
    raise ValueError("not an e-mail address")


Recipient = Annotated[str, AfterValidator(_recipient)]
Person = Annotated[str, AfterValidator(_email)]


class Selection(Section):
    """Which alerts. Nothing said of a kind: all of it; several kinds: all of them must fit."""

    rules: tuple[str, ...] = Field((), description="ids of rules: accounts_over_limit")
    severities: tuple[Literal["watch", "warning", "critical"], ...] = Field((), description="how severe they are now")
    teams: tuple[str, ...] = Field((), description="of the CSM")
    segments: tuple[str, ...] = Field((), description="of the book")
    managers: tuple[str, ...] = Field((), description="of the CSM, by name or e-mail address")


class RouteSettings(Section):
    """A further audience for some of the alerts. The channel hears of them all the same."""

    when: Selection = Field(Selection(), description="which alerts; left out: all")
    to: tuple[Recipient, ...] = Field(
        (), description="channels, people by e-mail address, or manager: the CSM's own, as the CRM names them"
    )
    escalate_to: tuple[Recipient, ...] = Field(
        (), description="who is told next, one more each time that a critical alert is escalated"
    )
    mention: tuple[Person, ...] = Field((), description="who is named where something opens or is escalated")
    quiet: str | None = Field(None, description="one of notify.quiet; null: told at any hour")

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(each for each in (*self.to, *self.escalate_to) if _CHANNEL.fullmatch(each))

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(each for each in (*self.to, *self.escalate_to, *self.mention) if _EMAIL.fullmatch(each))


class QuietHours(Section):
    """When nobody is to be told anything; what comes up then is told when it is over."""

    timezone: TimeZone | None = Field(None, description="IANA name: Europe/Berlin; null: that of the settings")
    begins: time = Field(time(18, 0), description="of a day; the same as ends: there are no quiet hours in a day")
    ends: time = Field(time(8, 0), description="of the same day, or the next")
    weekend: bool = Field(default=True, description="whether Saturday and Sunday are quiet")
    holidays: Region | None = Field(None, description="whose public holidays are quiet too: DE, DE-BY, US, US-CA")
    hold_critical: bool = Field(default=True, description="false: critical news is told at once")


class Buttons(Section):
    """Who may decide in Slack. It needs the secret SLACK_APP_TOKEN, and works while `cssync schedule` runs."""

    enabled: bool = Field(default=True, description="false: the message names the command instead")
    allowed: tuple[Person, ...] = Field(
        (), description="e-mail addresses of those who may press; nobody named: everyone who sees the alert"
    )
