"""The remembered life of a finding, from night to night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from cssync.model.finding import Finding, Severity


class AlertState(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


class Cause(StrEnum):
    """Why an alert changed, or why it ended."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"  # kept, never announced
    RECOVERED = "recovered"
    SUBJECT_GONE = "no longer in the CRM"
    SUBJECT_LEFT = "no longer active in the CRM"
    RULE_OFF = "rule switched off"


@dataclass(frozen=True, slots=True)
class Alert:
    """*fingerprint* identifies rule and subject for ever; *incident* counts how often it has opened.

    *notified_value* and *notified_severity* are what leadership was last told; *limit_value* what it was held to.
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
    opened_on: date
    changed_on: date
    resolved_on: date | None = None
    finding: Finding | None = None  # the latest one


@dataclass(frozen=True, slots=True)
class Transition:
    """A change in the life of an alert, kept for ever; *announce*: leadership hears of it."""

    fingerprint: str
    incident: int
    on: date
    cause: Cause
    before: Severity | None
    after: Severity | None
    announce: bool
    alert: Alert  # as it is after the change
