"""The settings in force. Defaults live here, each with the row of the seeds or the reason it rests on."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PositiveInt, field_validator, model_validator

from cssync.settings.alerts import AlertPolicy
from cssync.settings.base import AccountCondition, Section, TimeZone
from cssync.settings.routes import Buttons, Person, QuietHours, RouteSettings
from cssync.settings.source import ArrSource, FileSource, Source

Ratio = Annotated[Decimal, Field(gt=0, le=1)]
PositiveDecimal = Annotated[Decimal, Field(gt=0)]

PendingNights = Annotated[
    PositiveInt, Field(description="nights in a row that it must be found before it is told; a count needs one alone")
]


CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Customers(Section):
    """Which accounts are customers, and what counts as one."""

    where: AccountCondition = Field(
        "churned_on is null and arr > 0", description="SQL condition over the canonical account columns"
    )
    count_by: Literal["account", "ultimate_parent"] = Field(
        "account", description="ultimate_parent: all accounts of one group that a CSM looks after count as one"
    )
    arr: ArrSource = Field(ArrSource(), description="what ARR is taken from")


class Money(Section):
    """The one currency in which every figure is shown."""

    currency: CurrencyCode | None = Field(None, description="in which figures are shown; null: the CRM's corporate one")
    rates: dict[CurrencyCode, PositiveDecimal] = Field(
        default_factory=dict, description="corporate units for one unit: EUR: 1.08; they win over the CRM's"
    )


class LimitSet(Section):
    """null: the next wider limit holds."""

    arr: PositiveDecimal | None = Field(None, description="ARR of one book, in the corporate currency")
    accounts: PositiveDecimal | None = Field(None, description="accounts of one book")
    trend_accounts: PositiveDecimal | None = Field(None, description="accounts that a book must not be heading for")


class Limits(Section):
    """What one CSM can carry. Precedence: CSM > segment > complexity > global."""

    arr: PositiveDecimal = Field(Decimal(2_000_000), description="seed 1: $2M of ARR a CSM")
    accounts: PositiveDecimal = Field(Decimal(50), description="seeds 2 and 3: about 50 accounts a CSM")
    trend_accounts: PositiveDecimal = Field(
        Decimal(75), description="seed 4: heading for 75 by the end of next quarter"
    )
    complexity: dict[str, PositiveDecimal] = Field(
        default_factory=dict, description="seed 5: multiplier per product; account limits are divided by it"
    )
    segments: dict[str, LimitSet] = Field(default_factory=dict, description="by segment of the book")
    csms: dict[str, LimitSet] = Field(default_factory=dict, description="by e-mail address or owner id")


class Member(Section):
    """What the CRM does not say, or says wrongly, about one owner."""

    segment: str | None = Field(None, description="segment of the book; null: the one most of its customers are in")
    team: str | None = Field(None, description="null: the team that the CRM names")


class Team(Section):
    """Corrections to what the CRM says about its owners; everyone by e-mail address or owner id."""

    pools: tuple[str, ...] = Field((), description="users that stand for several people")
    without_book: tuple[str, ...] = Field(
        (), description="seed 33: leaders and others whose accounts are not measured against limits"
    )
    members: dict[str, Member] = Field(default_factory=dict, description="segment and team of single owners")


class ArrRule(Section):
    enabled: bool = Field(default=True, description="seed 1: ARR of a book over limits.arr")
    critical_at: PositiveDecimal = Field(Decimal("1.5"), description="times the limit from which it is critical")
    clear_at: Ratio = Field(
        Decimal("0.95"), description="share of the limit at which an open alert ends, so that it does not come and go"
    )
    pending_nights: PendingNights = 1


class AccountsRule(Section):
    enabled: bool = Field(default=True, description="seeds 2 and 3: accounts of a book over limits.accounts")
    clear_at: Ratio = Field(
        Decimal("0.95"),
        description="share of the limit at which an open alert ends, in whole accounts: 50 ends at 47 or fewer",
    )
    pending_nights: PendingNights = 1


class TrendRule(Section):
    enabled: bool = Field(
        default=True, description="seed 4: heading for limits.trend_accounts by the end of next quarter"
    )
    fire_at: Ratio = Field(Decimal("0.5"), description="probability of reaching limits.trend_accounts")
    clear_under: Ratio = Field(Decimal("0.35"), description="a firing trend ends below this probability")
    pending_nights: PositiveInt = Field(
        2, description="nights in a row that it must be found before it is told; a forecast wavers from night to night"
    )

    @model_validator(mode="after")
    def _ends_below_where_it_fires(self) -> Self:
        if self.clear_under > self.fire_at:
            raise ValueError("clear_under must not be above fire_at, or the trend would end while it fires")
        return self


class UnownedRule(Section):
    enabled: bool = Field(default=True, description="seed 31: customers whose owner is missing, inactive or a queue")
    critical_at_arr: PositiveDecimal = Field(
        Decimal(1_000_000), description="ARR without a working CSM that makes it critical"
    )
    pending_nights: PendingNights = 1


class NewCustomerRule(Section):
    enabled: bool = Field(default=True, description="seed 31: new customers expect support from day one")
    within_days: PositiveInt = Field(90, description="how long a customer counts as new (seed 31: ramp 2-3 months)")
    pending_nights: PendingNights = 1


class Rules(Section):
    """Which rules speak, and from when on."""

    arr_over_limit: ArrRule = Field(ArrRule(), description="a book holds more ARR than one CSM can look after")
    accounts_over_limit: AccountsRule = Field(AccountsRule(), description="a book holds more accounts than it can")
    trending_to_ceiling: TrendRule = Field(TrendRule(), description="a book is on its way to too many accounts")
    without_working_csm: UnownedRule = Field(UnownedRule(), description="customers that nobody looks after")
    new_customer_unassigned: NewCustomerRule = Field(NewCustomerRule(), description="new customers without a CSM")


class Hiring(Section):
    """How long a new CSM takes to carry a book: hire-by = breach - ramp - notice - time to fill."""

    days_to_fill: PositiveInt = Field(45, description="time to fill a position, all roles: 33-42 days (SHRM)")
    notice_days: Annotated[int, Field(ge=0)] = Field(
        21, description="between a signed offer and the first day; no row of the seeds"
    )
    ramp_days: Annotated[int, Field(ge=0)] = Field(90, description="seed 31: ramp of 2-3 months")


class Gate(Section):
    """When a night is refused because its numbers cannot be believed."""

    max_drop: Ratio = Field(
        Decimal("0.30"), description="of ARR, customers, accounts or owners against recent good nights"
    )
    recent_runs: PositiveInt = Field(5, description="good nights whose median is compared with")
    max_problem_share: Ratio = Field(Decimal("0.05"), description="of accounts that could not be read in full")


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


class StoreSettings(Section):
    """What is remembered from night to night."""

    path: Path = Field(
        Path("cssync.db"),
        description="SQLite file, relative to the settings file; the secret DATABASE_URL wins over it (PostgreSQL)",
    )


class Schedule(Section):
    """When `cssync schedule` runs; a timer of the host has its own, and `cssync status` goes by this one."""

    at: time = Field(time(4, 0), description="in the time zone of the settings; 04:00 or later is safe from DST")
    late_after_minutes: PositiveInt = Field(
        120, description="after its time, or after a run began, a night that is not done is called late or stuck"
    )


class Healthcheck(Section):
    """A dead man's switch, told of every night: it speaks up when it hears nothing. The secret is HEALTHCHECK_URL."""

    timeout_seconds: Annotated[float, Field(gt=0)] = Field(10, description="how long one ping may take")
    tries: PositiveInt = Field(3, description="pings that fail are tried so often, and then let go with a warning")


def _seen_by_the_collector(path: Path) -> Path:
    if path.suffix != ".prom":
        raise ValueError("the textfile collector reads files that end in .prom alone")
    return path


class Metrics(Section):
    """What monitoring may read."""

    enabled: bool = Field(default=False, description="`cssync schedule` answers /metrics, /healthz and /livez")
    host: str = Field("127.0.0.1", description="address that it answers at; nothing asks for a password there")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(9464, description="port that it answers at")
    textfile: Annotated[Path, AfterValidator(_seen_by_the_collector)] | None = Field(
        None, description="the same metrics, written after every run for node_exporter's textfile collector: x.prom"
    )


class Log(Section):
    """One line per stage on stderr, without secrets and customers' names."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="the least that is logged")
    format: Literal["auto", "json", "console"] = Field("auto", description="auto: console on a terminal, else JSON")


class Settings(Section):
    """All of it. Without a settings file: these defaults, on the embedded demo company."""

    tenant: str = Field("default", description="keeps the alerts of several companies apart")
    timezone: TimeZone = Field("UTC", description="IANA name in which a day begins: Europe/Berlin")
    fiscal_year_starts_in: Annotated[int, Field(ge=1, le=12)] = Field(1, description="month, 1 = January")
    source: Source = Field(FileSource(), description="where the accounts come from, and which field says what")
    customers: Customers = Field(Customers(), description="which accounts are customers, and what counts as one")
    money: Money = Field(Money(), description="the one currency in which every figure is shown")
    team: Team = Field(Team(), description="corrections to what the CRM says about its owners")
    limits: Limits = Field(Limits(), description="what one CSM can carry: CSM > segment > complexity > global")
    rules: Rules = Field(Rules(), description="which rules speak, and from when on")
    hiring: Hiring = Field(Hiring(), description="how long a new CSM takes to carry a book")
    gate: Gate = Field(Gate(), description="when a night is refused because its numbers cannot be believed")
    alerts: AlertPolicy = Field(AlertPolicy(), description="when leadership hears of an alert again")
    notify: Notify = Field(Notify(), description="who is told")
    store: StoreSettings = Field(StoreSettings(), description="what is remembered from night to night")
    schedule: Schedule = Field(Schedule(), description="when a night is due")
    healthcheck: Healthcheck = Field(Healthcheck(), description="whom to tell of every night, so that silence speaks")
    metrics: Metrics = Field(Metrics(), description="what monitoring may read")
    log: Log = Field(Log(), description="one line per stage on stderr, without secrets and customers' names")

    @field_validator("notify")
    @classmethod
    def _routes_rules_that_exist(cls, notify: Notify) -> Notify:
        """A rule that is misspelt would route nothing, and nobody would notice."""
        named = {rule for route in notify.slack.routes for rule in route.when.rules}
        if unknown := sorted(named.difference(Rules.model_fields)):
            raise ValueError(f"slack.routes: no rule {', '.join(unknown)}; there are {', '.join(Rules.model_fields)}")
        return notify

    @field_validator("source", mode="before")
    @classmethod
    def _a_folder_is_enough(cls, value: object) -> object:
        """Only files lie in a folder, so whoever names one need not say which kind of source it is."""
        if isinstance(value, dict) and "folder" in value:
            return {"kind": "file", **value}
        return value

    @field_validator("alerts")
    @classmethod
    def _inhibits_rules_that_exist(cls, alerts: AlertPolicy) -> AlertPolicy:
        named = {*alerts.inhibit, *(rule for inhibition in alerts.inhibit.values() for rule in inhibition.by)}
        if unknown := sorted(named.difference(Rules.model_fields)):
            raise ValueError(f"inhibit: no rule {', '.join(unknown)}; there are {', '.join(Rules.model_fields)}")
        return alerts

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
