"""Compares tonight's findings with the alerts that are remembered, and says what has changed.

Pure, and once per accepted snapshot: the same findings on the same alerts change nothing, and a later run of the same
date counts no night twice. What people have decided mutes what is said and never changes what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cssync.alerts.fingerprint import fingerprint
from cssync.alerts.inhibition import Voices
from cssync.alerts.life import Step, found, missing
from cssync.alerts.speech import Silence, speak
from cssync.alerts.standing import Standing, standing
from cssync.alerts.tonight import Reconciled, Tonight
from cssync.model.alert import Alert
from cssync.model.decision import Decision
from cssync.model.finding import Finding
from cssync.settings.alerts import AlertPolicy


def reconcile(
    tonight: Tonight, known: Iterable[Alert], decisions: Iterable[Decision], policy: AlertPolicy
) -> Reconciled:
    """*known*: the latest incident of every alert. *decisions*: all that may still hold tonight."""
    steps = tuple(_steps(tonight, known, policy))
    standings = _standings(steps, decisions, tonight)
    excepted = {key for key, decided in standings.items() if decided.exception is not None}
    voices = Voices.of((step.after for step in steps), excepted, policy)
    said = []
    for step in steps:
        alert = step.after
        silence = Silence(
            standings.get(alert.fingerprint, Standing()), voices.speaking_for(alert), voices.others_of(alert)
        )
        said.append((step, speak(step, silence, tonight, policy)))
    return Reconciled(
        alerts=tuple(now.alert for step, now in said if now.alert != step.before),
        transitions=tuple(transition for _, now in said for transition in now.transitions),
        unchanged=tuple(now.alert for _, now in said if now.alert.state.is_open and not now.announced),
    )


def _steps(tonight: Tonight, known: Iterable[Alert], policy: AlertPolicy) -> Iterator[Step]:
    remembered = {alert.fingerprint: alert for alert in known}
    findings: Mapping[str, Finding] = {
        fingerprint(tonight.tenant, finding.rule, finding.subject.id): finding for finding in tonight.findings
    }
    for key, finding in findings.items():
        if step := found(key, finding, remembered.get(key), tonight, policy):
            yield step
    for key, alert in remembered.items():
        if key not in findings and (step := missing(alert, tonight, policy)):
            yield step


def _standings(steps: Iterable[Step], decisions: Iterable[Decision], tonight: Tonight) -> Mapping[str, Standing]:
    """What people have decided, by fingerprint, for those alerts of tonight that anything was decided about."""
    taken: dict[str, list[Decision]] = {}
    for decision in decisions:
        taken.setdefault(decision.fingerprint, []).append(decision)
    alerts = (step.after for step in steps)
    return {
        alert.fingerprint: standing(alert, taken[alert.fingerprint], tonight.as_of)
        for alert in alerts
        if alert.fingerprint in taken
    }
