"""Who is told, where and how."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cssync.settings.base import Section
from cssync.settings.routes import Buttons, Person, QuietHours, RouteSettings


class Slack(Section):
    """One digest per run; the secret is SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL."""

    enabled: bool = Field(default=False, description="post the digest to Slack")
    via: Literal["bot", "webhook"] = Field(
        "bot", description="bot: posted once, whatever is lost on the way; webhook: simpler, see webhook_lost_answer"
    )
    webhook_lost_answer: Literal["drop", "repeat"] = Field(
        "drop",
        description="what becomes of a message when nobody knows whether the webhook took it; drop: at most once;"
        " repeat: sent again, at least once, and two of a kind bear the same reference",
    )
    channel: str | None = Field(None, description="channel id (C0123456789) or #name; required with via: bot")
    operations_channel: str | None = Field(None, description="for refused nights; null: the same channel")
    mention: tuple[Person, ...] = Field(
        (), description="e-mail addresses of those who are named in the channel where something opens or is escalated"
    )
    quiet: str | None = Field(None, description="one of notify.quiet, for the channel; null: told at any hour")
    routes: tuple[RouteSettings, ...] = Field(
        (), description="who hears of some of the alerts as well; the channel hears of all (via: bot)"
    )
    buttons: Buttons = Field(Buttons(), description="deciding about alerts in Slack, while cssync schedule runs")
    api_url: str = Field("https://slack.com/api/", description="another one only for a proxy or GovSlack")
    timeout_seconds: Annotated[float, Field(gt=0)] = Field(15, description="how long one request may take")
    seconds_apart: Annotated[float, Field(ge=0)] = Field(
        1.2, description="between two messages to one channel, or two edits: Slack takes about one a second"
    )

    @model_validator(mode="after")
    def _a_bot_knows_its_channel(self) -> Self:
        if self.enabled and self.via == "bot" and not self.channel:
            raise ValueError("via: bot needs a channel (C0123456789 or #name)")
        if self.via == "webhook" and (self.routes or self.mention):
            raise ValueError("via: webhook posts to one channel and looks nobody up; routes and mention need via: bot")
        return self

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that is named, the one that hears of everything first."""
        named = (self.channel, self.operations_channel, *(each for route in self.routes for each in route.channels))
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone who is named, by e-mail address."""
        routed = (each for route in self.routes for each in route.people)
        return tuple(dict.fromkeys((*self.mention, *routed, *self.buttons.allowed)))


class Weekly(Section):
    """How the week went: to the console, and to the channel that hears of everything."""

    enabled: bool = Field(default=False, description="sum up each week: trend, top risks, changes, hires due")
    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        "monday", description="with the first good night on this day or after it"
    )


class Notify(Section):
    """Who is told."""

    console: bool = Field(default=True, description="print the digest on the terminal as well")
    slack: Slack = Field(Slack(), description="where leadership reads it")
    quiet: dict[str, QuietHours] = Field(
        default_factory=dict, description="quiet hours by a name of your own, for notify.slack and its routes"
    )
    weekly: Weekly = Field(Weekly(), description="a summary of each week for leadership")

    @model_validator(mode="after")
    def _quiet_hours_are_there(self) -> Self:
        named = {name for name in (self.slack.quiet, *(route.quiet for route in self.slack.routes)) if name}
        if missing := named - set(self.quiet):
            raise ValueError(f"no quiet hours are called {', '.join(sorted(missing))}: add them under notify.quiet")
        return self
