"""Why an alert that is no longer found has ended otherwise than by recovering."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from cssync.alerts.tonight import Tonight
from cssync.model.alert import Alert, Cause
from cssync.model.finding import Finding, Limit, Unit
from cssync.model.wording import count, hours, money


class Ending(NamedTuple):
    """*why*: a few words in place of the cause's own, or ""."""

    cause: Cause
    why: str = ""


def ended(alert: Alert, tonight: Tonight) -> Ending | None:
    """How *alert*, which was not found tonight, has ended at once; None where the book itself has to be believed."""
    about = (alert.rule, alert.subject_id)
    if alert.rule not in tonight.rules:
        return Ending(Cause.RULE_OFF)
    if alert.subject_id not in tonight.subjects:
        return Ending(Cause.SUBJECT_GONE)
    if about in tonight.left:
        return Ending(Cause.SUBJECT_LEFT)
    limit = tonight.limits.get(about)
    if limit is not None and is_raised(alert, limit):
        return Ending(Cause.LIMIT_CHANGED, change_of_limit(alert, limit, tonight.currency))
    if about in tonight.reached:
        return Ending(Cause.OVERTAKEN)
    return None


def is_raised(alert: Alert, limit: Limit) -> bool:
    """Whether someone let *alert*'s book carry more than before. Under a lowered limit it can only have recovered."""
    before = _limit_of(alert)
    by_itself = before is not None and before.setting == limit.setting and before.moves and limit.moves
    return limit.value > alert.limit_value and not by_itself


def change_of_limit(alert: Alert, limit: Limit, currency: str) -> str:
    """As in: limit changed from 50 to 60 in the settings (config/cssync.yaml:12)."""
    unit = alert.finding.unit if alert.finding else Unit.ACCOUNTS
    old, new = (_figure(value, unit, currency) for value in (alert.limit_value, limit.value))
    before = _limit_of(alert)
    if before is not None and before.setting != limit.setting:
        return f"limit changed from {old} ({before.setting}) to {new} ({limit.setting}, {_said(limit)})"
    if limit.moves:
        return f"limit changed from {old} to {new}: {limit.why}"
    return f"limit changed from {old} to {new} in the settings ({_said(limit)})"


def held_to_something_else(finding: Finding, before: Alert | None, currency: str) -> str:
    """Why something is found that no growth of the book explains, or ""."""
    if before is not None and finding.limit.value < before.limit_value and finding.value <= before.limit_value:
        return change_of_limit(before, finding.limit, currency)
    if finding.before is not None and finding.before > finding.limit.value:
        last = (
            count(int(finding.before), "account")
            if finding.unit is Unit.ACCOUNTS
            else _figure(finding.before, finding.unit, currency)
        )
        held = _figure(finding.limit.value, finding.unit, currency)
        return (
            f"{last} last night too: what it is held to has changed "
            f"(limit of {held}: {finding.limit.setting}, {_said(finding.limit)})"
        )
    return ""


def _limit_of(alert: Alert) -> Limit | None:
    return alert.finding.limit if alert.finding else None


def _figure(value: Decimal, unit: Unit, currency: str) -> str:
    match unit:
        case Unit.MONEY:
            return money(value, currency)
        case Unit.HOURS:
            return f"{hours(value)} a month"
        case Unit.ACCOUNTS | Unit.CSMS:
            return f"{value:f}"


def _said(limit: Limit) -> str:
    return "the default" if limit.origin == "default" else limit.origin
