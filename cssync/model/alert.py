"""The remembered life of a finding, from night to night.

An alert changes by two hands that never write each other's record. Nights change the alert itself; people take
decisions about it (``cssync.model.decision``), which mute what it says and never change what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cssync.model.finding import Finding, Severity


class AlertState(StrEnum):
    PENDING = "pending"  # found, but not for enough nights in a row to be told
    FIRING = "firing"
    RECOVERING = "recovering"  # not found any more, but not for enough nights in a row to be believed
    RESOLVED = "resolved"
    PASSED = "passed"  # was pending and went away: it never opened

    @property
    def is_open(self) -> bool:
        """Whether people are to count it as something that is wrong."""
        return self in (AlertState.FIRING, AlertState.RECOVERING)


class Cause(StrEnum):
    """Why an alert changed, or why it ended."""

    PENDING = "found for the first time"
    PASSED = "gone before it was told"
    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    REMINDED = "still so"
    ESCALATED = "still so, escalated"
    RECOVERING = "within its limit, not yet for good"
    RELAPSED = "over again before it had recovered"
    FLAPPING = "comes and goes"
    SETTLED = "no longer comes and goes"
    INHIBITED = "told by a worse one of the same book"
    RELEASED = "no longer told by a worse one"
    SNOOZE_ENDED = "snooze ended"
    EXCEPTION_ENDED = "exception ended"
    # How it ended:
    RECOVERED = "recovered"
    OVERTAKEN = "has reached what it was heading for"
    LIMIT_CHANGED = "limit changed"
    SUBJECT_GONE = "no longer in the CRM"
    SUBJECT_LEFT = "no longer active in the CRM"
    RULE_OFF = "rule switched off"


_SHORT = 8  # characters


class Incident(NamedTuple):
    """One opening of one alert: what messages and people refer to."""

    fingerprint: str
    number: int

    @property
    def short(self) -> str:
        """How the alert is called before people: enough to tell alerts apart, and to be typed."""
        return self.fingerprint[:_SHORT]


class Level(NamedTuple):
    """How bad an alert was on a day; *words*: its value and limit in a few words."""

    severity: Severity
    value: Decimal
    on: date
    words: str


@dataclass(frozen=True, slots=True)
class Alert:
    """*fingerprint* identifies rule and subject for ever; *incident* counts how often it has opened.

    *notified_value* and *notified_severity* are what leadership was last told, *told_on* when; for one that they were
    never told of, what it opened with, and None. *untold*: where it has clearly moved since without a word to them,
    None where it stands as they were told. *limit_value*: what it is held to.
    *streak*: accepted nights in a row that led towards the next state, the last of them *counted_on*.
    *rises*: how often it worsened in this incident; what people decided before a rise holds no longer after it.
    *reminders*: since the last rise. *openings*: days on which it opened, this incident's included, as far back as
    flapping looks. *inhibited_by*: the rule whose alert speaks for this one. *snoozed*, *excepted*: whether the last
    night on which it fired found it so. *ending*: how it ended, in words.
    """

    fingerprint: str
    incident: int
    rule: str
    subject_id: str
    subject_name: str
    state: AlertState
    severity: Severity
    value: Decimal
    limit_value: Decimal
    notified_value: Decimal
    notified_severity: Severity
    opened_on: date  # for a pending or passed one: when it was first found
    changed_on: date
    resolved_on: date | None = None
    finding: Finding | None = None  # the latest one
    streak: int = 0
    counted_on: date | None = None
    told_on: date | None = None
    rises: int = 0
    reminders: int = 0
    openings: tuple[date, ...] = ()
    flapping: bool = False
    inhibited_by: str | None = None
    snoozed: bool = False
    excepted: bool = False
    untold: Level | None = None
    ending: str = ""

    @property
    def key(self) -> Incident:
        return Incident(self.fingerprint, self.incident)


@dataclass(frozen=True, slots=True)
class Transition:
    """A change in the life of an alert, kept for ever.

    *before*, *after*: its severity, None while it is not open. *announce*: leadership hears of it; *first*: and has
    never heard of this incident before. *why*: a few words beside the cause, or "".
    """

    fingerprint: str
    incident: int
    on: date
    cause: Cause
    before: Severity | None
    after: Severity | None
    announce: bool
    alert: Alert  # as it is after the change
    why: str = ""
    first: bool = False
