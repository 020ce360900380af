"""What a rule has to say about one book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from cssync.model.story import Chapter


class Severity(StrEnum):
    WATCH = "watch"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return (Severity.WATCH, Severity.WARNING, Severity.CRITICAL).index(self)


class Unit(StrEnum):
    """What value and limit of a finding count."""

    ACCOUNTS = "accounts"
    MONEY = "money"
    CSMS = "csms"  # to hire
    HOURS = "hours"  # a month


# Ids of subjects that are no books: this one, and those that begin like this.
COMPANY_ID, SEGMENT_IDS = "company", "segment:"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose book it is; *id* is the CRM's own id, which outlives names and e-mail addresses."""

    id: str
    name: str
    email: str | None = None
    team: str | None = None
    manager: str | None = None
    segment: str | None = None
    manager_email: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold and where it comes from.

    *setting*: its dotted name ("limits.csms.dana@acme.test.accounts"). *origin*: "default", or file and line.
    *seed*: the row of the seeds it rests on, None where the operator set it. *why*: a few words for the digest.
    *moves*: by itself, with the mix of the book or a ramp, without anyone having touched the settings. *full*: what it
    is for someone who works full time on nothing but accounts, where it is scaled for others.
    """

    value: Decimal
    setting: str
    origin: str
    seed: str | None
    why: str
    moves: bool = False
    full: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """A customer that pushes the book over, with a few words why."""

    account_id: str
    name: str
    arr: Decimal | None
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, one book, one action (seed 43).

    *value* against *limit* in *unit*. *since*: first day of the present unbroken stretch, None if unknown.
    *reason* and *action* are whole sentences without markup. *act_by*: the date in the action, if it has one.
    *story*: the evidence, for the thread: who came and from whom, forecast, mix of the book, whom to move.
    *headline*: value and limit in a few words, for the digest's one line a book. *hire*: whether the
    action is to open a requisition. *before*: the value of the last
    accepted night, None if unknown. *lingers*: within its limit, and found only because its alert is open and ends
    further down.
    """

    rule: str
    subject: Subject
    severity: Severity
    unit: Unit
    value: Decimal
    limit: Limit
    since: date | None
    reason: str
    action: str
    act_by: date | None = None
    drivers: tuple[Driver, ...] = ()
    story: tuple[Chapter, ...] = ()
    headline: str = ""
    hire: bool = False
    before: Decimal | None = None
    lingers: bool = False
