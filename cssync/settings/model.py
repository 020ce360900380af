"""The settings in force. Defaults live here, each with the row of the seeds or the reason it rests on."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, PositiveInt

from cssync.settings.base import AccountCondition, Section
from cssync.settings.source import ArrSource, FileSource, Source

Ratio = Annotated[Decimal, Field(gt=0, le=1)]
PositiveDecimal = Annotated[Decimal, Field(gt=0)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not a time zone; use an IANA name such as Europe/Berlin or UTC")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Customers(Section):
    """Which accounts are customers, and what counts as one."""

    where: AccountCondition = Field(
        "churned_on is null and arr > 0", description="SQL condition over the canonical account columns"
    )
    count_by: Literal["account", "ultimate_parent"] = Field(
        "account", description="ultimate_parent: all accounts of one group that a CSM looks after count as one"
    )
    arr: ArrSource = ArrSource()


class Money(Section):
    currency: CurrencyCode | None = Field(None, description="in which figures are shown; null: the CRM's corporate one")
    rates: dict[CurrencyCode, PositiveDecimal] = Field(
        default_factory=dict, description="corporate units for one unit: EUR: 1.08; they win over the CRM's"
    )


class LimitSet(Section):
    """null: the next wider limit holds."""

    arr: PositiveDecimal | None = None
    accounts: PositiveDecimal | None = None
    trend_accounts: PositiveDecimal | None = None


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
    segment: str | None = None
    team: str | None = None


class Team(Section):
    """Corrections to what the CRM says about its owners; everyone by e-mail address or owner id."""

    pools: tuple[str, ...] = Field((), description="users that stand for several people")
    without_book: tuple[str, ...] = Field(
        (), description="seed 33: leaders and others whose accounts are not measured against limits"
    )
    members: dict[str, Member] = Field(default_factory=dict)


class ArrRule(Section):
    enabled: bool = True
    critical_at: PositiveDecimal = Field(Decimal("1.5"), description="times the limit")


class AccountsRule(Section):
    enabled: bool = True


class TrendRule(Section):
    enabled: bool = True
    fire_at: Ratio = Field(Decimal("0.5"), description="probability of reaching limits.trend_accounts")
    clear_under: Ratio = Field(Decimal("0.35"), description="a firing trend ends below this probability")


class UnownedRule(Section):
    enabled: bool = True
    critical_at_arr: PositiveDecimal = Field(
        Decimal(1_000_000), description="ARR without a working CSM that makes it critical"
    )


class NewCustomerRule(Section):
    enabled: bool = True
    within_days: PositiveInt = Field(90, description="how long a customer counts as new (seed 31: ramp 2-3 months)")


class Rules(Section):
    arr_over_limit: ArrRule = ArrRule()
    accounts_over_limit: AccountsRule = AccountsRule()
    trending_to_ceiling: TrendRule = TrendRule()
    without_working_csm: UnownedRule = UnownedRule()
    new_customer_unassigned: NewCustomerRule = NewCustomerRule()


class Hiring(Section):
    """How long a new CSM takes to carry a book: hire-by = breach - ramp - notice - time to fill."""

    days_to_fill: PositiveInt = Field(45, description="time to fill a position, all roles: 33-42 days (SHRM)")
    notice_days: Annotated[int, Field(ge=0)] = 21
    ramp_days: Annotated[int, Field(ge=0)] = Field(90, description="seed 31: ramp of 2-3 months")


class Gate(Section):
    """When a night is refused because its numbers cannot be believed."""

    max_drop: Ratio = Field(
        Decimal("0.30"), description="of ARR, customers, accounts or owners against recent good nights"
    )
    recent_runs: PositiveInt = Field(5, description="good nights whose median is compared with")
    max_problem_share: Ratio = Field(Decimal("0.05"), description="of accounts that could not be read in full")


class AlertPolicy(Section):
    worsened_by: Ratio = Field(
        Decimal("0.10"),
        description="rise over the value last told, as a share of the limit, that is worth telling",
    )


class Slack(Section):
    enabled: bool = False
    via: Literal["bot", "webhook"] = "bot"
    channel: str | None = Field(None, description="channel id (C0123456789) or #name; required with via: bot")
    operations_channel: str | None = Field(None, description="for refused nights; null: the same channel")
    api_url: str = "https://slack.com/api/"
    timeout_seconds: Annotated[float, Field(gt=0)] = 15


class Notify(Section):
    console: bool = True
    slack: Slack = Slack()


class StoreSettings(Section):
    path: Path = Field(
        Path("cssync.db"),
        description="SQLite file, relative to the settings file; the secret DATABASE_URL wins over it (PostgreSQL)",
    )


class Schedule(Section):
    at: time = Field(time(4, 0), description="in the time zone of the settings; 04:00 or later is safe from DST")


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = Field("auto", description="auto: console on a terminal, else JSON")


class Settings(Section):
    tenant: str = Field("default", description="keeps the alerts of several companies apart")
    timezone: TimeZone = "UTC"
    fiscal_year_starts_in: Annotated[int, Field(ge=1, le=12)] = Field(1, description="month, 1 = January")
    source: Source = FileSource()
    customers: Customers = Customers()
    money: Money = Money()
    team: Team = Team()
    limits: Limits = Limits()
    rules: Rules = Rules()
    hiring: Hiring = Hiring()
    gate: Gate = Gate()
    alerts: AlertPolicy = AlertPolicy()
    notify: Notify = Notify()
    store: StoreSettings = StoreSettings()
    schedule: Schedule = Schedule()
    log: Log = Log()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
