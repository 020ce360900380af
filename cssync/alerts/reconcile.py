"""Compares tonight's findings with the alerts that are remembered, and says what has changed.

Pure, and once per accepted snapshot: the same findings on the same alerts change nothing. An alert is told of
when it opens, when it clearly worsens, and when it ends; easing is kept in its record and told to nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from cssync.model.alert import Alert, AlertState, Cause, Transition
from cssync.model.finding import Finding
from cssync.settings.model import AlertPolicy


@dataclass(frozen=True, slots=True)
class Tonight:
    """*findings*: at most one for each rule and subject. *rules*: the ids of those that ran.

    *subjects*: ids of everyone and everything that the CRM still lists, books of their own kind included.
    *left*: (rule, subject id) of those who are listed but deactivated, so that the rule no longer speaks of them.
    """

    as_of: date
    tenant: str
    findings: tuple[Finding, ...]
    rules: Collection[str]
    subjects: Collection[str]
    left: Collection[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """*alerts*: every alert whose record changed, as it is now. *unchanged*: firing ones with nothing to tell."""

    alerts: tuple[Alert, ...]
    transitions: tuple[Transition, ...]
    unchanged: tuple[Alert, ...]


def fingerprint(tenant: str, rule: str, subject_id: str) -> str:
    """Identity through time: never the name, the e-mail address or the severity, all of which change."""
    return hashlib.sha256(f"{tenant}\x1f{rule}\x1f{subject_id}".encode()).hexdigest()[:16]


def reconcile(tonight: Tonight, known: Iterable[Alert], policy: AlertPolicy) -> Reconciled:
    remembered = {alert.fingerprint: alert for alert in known}
    found = {fingerprint(tonight.tenant, f.rule, f.subject.id): f for f in tonight.findings}
    alerts: list[Alert] = []
    transitions: list[Transition] = []
    unchanged: list[Alert] = []
    for told in _all(tonight, found, remembered, policy):
        alerts.append(told.alert)
        if told.cause is not None:
            transitions.append(told.transition(tonight.as_of))
        if told.alert.state is AlertState.FIRING and (told.cause is None or not told.announce):
            unchanged.append(told.alert)
    return Reconciled(tuple(alerts), tuple(transitions), tuple(unchanged))


@dataclass(frozen=True, slots=True)
class _Told:
    before: Alert | None
    alert: Alert
    cause: Cause | None
    announce: bool = False

    def transition(self, on: date) -> Transition:
        if self.cause is None:
            raise ValueError("nothing happened")
        firing = self.before is not None and self.before.state is AlertState.FIRING
        return Transition(
            fingerprint=self.alert.fingerprint,
            incident=self.alert.incident,
            on=on,
            cause=self.cause,
            before=self.before.severity if self.before and firing else None,
            after=self.alert.severity if self.alert.state is AlertState.FIRING else None,
            announce=self.announce,
            alert=self.alert,
        )


def _all(
    tonight: Tonight, found: Mapping[str, Finding], remembered: Mapping[str, Alert], policy: AlertPolicy
) -> Iterator[_Told]:
    for key, finding in found.items():
        before = remembered.get(key)
        if before is None or before.state is AlertState.RESOLVED:
            yield _opened(key, finding, before, tonight.as_of)
        else:
            yield _still_firing(before, finding, tonight.as_of, policy)
    for key, alert in remembered.items():
        if key not in found and alert.state is AlertState.FIRING:
            yield _resolved(alert, tonight)


def _opened(key: str, finding: Finding, before: Alert | None, today: date) -> _Told:
    alert = Alert(
        fingerprint=key,
        incident=before.incident + 1 if before else 1,
        rule=finding.rule,
        subject_id=finding.subject.id,
        subject_name=finding.subject.name,
        state=AlertState.FIRING,
        severity=finding.severity,
        value=finding.value,
        limit_value=finding.limit.value,
        notified_value=finding.value,
        notified_severity=finding.severity,
        opened_on=today,
        changed_on=today,
        finding=finding,
    )
    return _Told(before, alert, Cause.OPENED, announce=True)


def _still_firing(before: Alert, finding: Finding, today: date, policy: AlertPolicy) -> _Told:
    now = replace(
        before,
        subject_name=finding.subject.name,
        severity=finding.severity,
        value=finding.value,
        limit_value=finding.limit.value,
        finding=finding,
    )
    rise = finding.value - before.notified_value
    # Where nothing is allowed at all, a share of it would be nothing: then of what was last told.
    worth_telling = (finding.limit.value or before.notified_value) * policy.worsened_by
    if finding.severity.rank > before.notified_severity.rank or (rise > 0 and rise >= worth_telling):
        worse = replace(now, notified_value=finding.value, notified_severity=finding.severity, changed_on=today)
        return _Told(before, worse, Cause.WORSENED, announce=True)
    if finding.severity.rank < before.severity.rank:
        # What leadership was told stays the yardstick: going back up to it is no news.
        return _Told(before, replace(now, changed_on=today), Cause.EASED)
    return _Told(before, now, None)


def _resolved(alert: Alert, tonight: Tonight) -> _Told:
    over = replace(alert, state=AlertState.RESOLVED, resolved_on=tonight.as_of, changed_on=tonight.as_of)
    if alert.rule not in tonight.rules:
        return _Told(alert, over, Cause.RULE_OFF, announce=True)
    if alert.subject_id not in tonight.subjects:
        return _Told(alert, over, Cause.SUBJECT_GONE, announce=True)
    if (alert.rule, alert.subject_id) in tonight.left:
        return _Told(alert, over, Cause.SUBJECT_LEFT, announce=True)
    return _Told(alert, over, Cause.RECOVERED, announce=True)
