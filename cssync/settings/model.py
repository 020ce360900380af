"""The settings in force. Defaults live here, each with the row of the seeds or the reason it rests on."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PositiveInt, field_validator

from cssync.settings.alerts import AlertPolicy
from cssync.settings.base import AccountCondition, PositiveDecimal, Ratio, Section, TimeZone
from cssync.settings.capacity import Capacity
from cssync.settings.hiring import Hiring
from cssync.settings.limits import Limits
from cssync.settings.notify import Notify
from cssync.settings.portfolio import Attention, Deals, Playbooks, Portfolio
from cssync.settings.rebalance import Rebalance
from cssync.settings.rules import Rules
from cssync.settings.source import ArrSource, FileSource, Source
from cssync.settings.team import Team

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


class Gate(Section):
    """When a night is refused because its numbers cannot be believed."""

    max_drop: Ratio = Field(
        Decimal("0.30"), description="of ARR, customers, accounts or owners against recent good nights"
    )
    recent_runs: PositiveInt = Field(5, description="good nights whose median is compared with")
    max_problem_share: Ratio = Field(Decimal("0.05"), description="of accounts that could not be read in full")


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
    team: Team = Field(Team(), description="what CSMs do, and what the CRM does not know about its owners")
    limits: Limits = Field(Limits(), description="what one CSM can carry: CSM > segment > complexity > stage > global")
    capacity: Capacity = Field(Capacity(), description="how much work an account is, and how much a CSM can do")
    rules: Rules = Field(Rules(), description="which rules speak, and from when on")
    portfolio: Portfolio = Field(Portfolio(), description="Star, Cash Cow, Question Mark or Poor Dog (seed 15)")
    deals: Deals = Field(Deals(), description="who works an open deal of a customer (seeds 28, 34 and 36)")
    attention: Attention = Field(Attention(), description="which customers need attention (seeds 25 and 26)")
    playbooks: Playbooks = Field(Playbooks(), description="where your own playbooks are (seed 44)")
    hiring: Hiring = Field(Hiring(), description="how long a hire takes, what is under way, what it is worth")
    rebalance: Rebalance = Field(Rebalance(), description="who may hand which customers to whom, and what it costs")
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
