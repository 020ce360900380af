"""One night in the life of one alert: what it becomes when it is found, and when it is not.

    PENDING --found often enough--> FIRING --not found--> RECOVERING --not found often enough--> RESOLVED
       '--not found--> PASSED          ^----- found ----------'

A streak begins anew whenever the answer changes, also between two runs of one date, and no date counts twice in it.
What leadership hears of all this is the business of ``cssync.alerts.speech``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cssync.alerts.ending import Ending, change_of_limit, ended, held_to_something_else, is_raised
from cssync.alerts.flapping import comes_and_goes, counted, has_settled, with_opening
from cssync.alerts.tonight import Tonight
from cssync.model.alert import Alert, AlertState, Cause
from cssync.model.finding import Finding
from cssync.model.wording import count, day
from cssync.settings.alerts import AlertPolicy


@dataclass(frozen=True, slots=True)
class Step:
    """What the night made of an alert. *cause*: None where its state is what it was."""

    before: Alert | None
    after: Alert
    cause: Cause | None = None
    why: str = ""


def found(key: str, finding: Finding, before: Alert | None, tonight: Tonight, policy: AlertPolicy) -> Step | None:
    """None where the finding only prolongs an alert, and there is none."""
    if finding.lingers and not (before and before.state.is_open):
        return missing(before, tonight, policy) if before else None
    if before is None or before.state in (AlertState.RESOLVED, AlertState.PASSED):
        return _begun(key, finding, before, tonight, policy)
    if finding.lingers and is_raised(before, finding.limit):
        why = change_of_limit(before, finding.limit, tonight.currency)
        return _resolved(before, Ending(Cause.LIMIT_CHANGED, why), tonight)
    return _found_again(before, finding, tonight, policy)


def missing(alert: Alert, tonight: Tonight, policy: AlertPolicy) -> Step | None:
    """None where there is nothing to wait for any more."""
    match alert.state:
        case AlertState.PENDING:
            gone = replace(alert, state=AlertState.PASSED, changed_on=tonight.as_of, streak=0, counted_on=None)
            return Step(alert, gone, Cause.PASSED)
        case AlertState.FIRING | AlertState.RECOVERING:
            ending = ended(alert, tonight)
            return _resolved(alert, ending, tonight) if ending else _recovering(alert, tonight, policy)
        case AlertState.RESOLVED if alert.flapping:
            return _quiet(alert, tonight, policy)
        case _:
            return None


def _begun(key: str, finding: Finding, before: Alert | None, tonight: Tonight, policy: AlertPolicy) -> Step:
    today = tonight.as_of
    begun = Alert(
        fingerprint=key,
        incident=_number(before),
        rule=finding.rule,
        subject_id=finding.subject.id,
        subject_name=finding.subject.name,
        state=AlertState.PENDING,
        severity=finding.severity,
        value=finding.value,
        limit_value=finding.limit.value,
        notified_value=finding.value,
        notified_severity=finding.severity,
        opened_on=today,
        changed_on=today,
        finding=finding,
        streak=1,
        counted_on=today,
        openings=before.openings if before else (),
    )
    if before is not None and before.flapping:
        # Leadership was told that it comes and goes: what they know outlives the incident.
        begun = replace(
            begun,
            flapping=True,
            told_on=before.told_on,
            notified_value=before.notified_value,
            notified_severity=before.notified_severity,
        )
    why = "" if tonight.first else held_to_something_else(finding, before, tonight.currency)
    nights = _nights(begun, tonight)
    if begun.streak >= nights:
        return _opened(before, begun, why, tonight, policy)
    wait = f"to be told of once it is found {count(nights, 'night')} in a row"
    return Step(before, begun, Cause.PENDING, f"{wait}; {why}" if why else wait)


def _number(before: Alert | None) -> int:
    """Which opening this is going to be: one that passed by was none."""
    if before is None:
        return 1
    return before.incident + (before.state is AlertState.RESOLVED)


def _nights(alert: Alert, tonight: Tonight) -> int:
    """In how many nights in a row it must be found.

    The first night of all has nothing to compare with: waiting would only hide what has been so for long. One that
    comes and goes is silent already: waiting would only blur its record.
    """
    return 1 if tonight.first or alert.flapping else tonight.rules.get(alert.rule, 1)


def _found_again(before: Alert, finding: Finding, tonight: Tonight, policy: AlertPolicy) -> Step:
    now = replace(
        before,
        subject_name=finding.subject.name,
        severity=finding.severity,
        value=finding.value,
        limit_value=finding.limit.value,
        finding=finding,
    )
    match before.state:
        case AlertState.PENDING:
            return _pending(before, counted(now, tonight.as_of), tonight, policy)
        case AlertState.RECOVERING:
            fires = replace(now, state=AlertState.FIRING, changed_on=tonight.as_of)
            return Step(before, _first_of_a_streak(fires, tonight), Cause.RELAPSED)
        case _:
            return _settling(before, counted(now, tonight.as_of) if now.flapping else now, policy)


def _pending(before: Alert, now: Alert, tonight: Tonight, policy: AlertPolicy) -> Step:
    if now.streak >= _nights(now, tonight):
        return _opened(before, now, f"found {count(now.streak, 'night')} in a row", tonight, policy)
    return Step(before, now)


def _opened(before: Alert | None, alert: Alert, why: str, tonight: Tonight, policy: AlertPolicy) -> Step:
    fires = replace(
        alert,
        state=AlertState.FIRING,
        opened_on=tonight.as_of,
        changed_on=tonight.as_of,
        openings=with_opening(alert.openings, tonight.as_of, policy),
    )
    if fires.told_on is None:
        fires = replace(fires, notified_value=fires.value, notified_severity=fires.severity)
    fires = replace(fires, flapping=comes_and_goes(fires, policy))
    return Step(before, _first_of_a_streak(fires, tonight), Cause.OPENED, why)


def _first_of_a_streak(alert: Alert, tonight: Tonight) -> Alert:
    """A firing alert leads nowhere, unless it has to settle."""
    return replace(alert, streak=int(alert.flapping), counted_on=tonight.as_of)


def _settling(before: Alert, now: Alert, policy: AlertPolicy) -> Step:
    if has_settled(now, policy):
        why = f"found {count(now.streak, 'night')} in a row"
        return Step(before, replace(now, flapping=False, streak=0), Cause.SETTLED, why)
    return Step(before, now)


def _recovering(alert: Alert, tonight: Tonight, policy: AlertPolicy) -> Step:
    begins = alert.state is AlertState.FIRING
    good = (
        replace(alert, streak=1, counted_on=tonight.as_of, state=AlertState.RECOVERING, changed_on=tonight.as_of)
        if begins
        else counted(alert, tonight.as_of)
    )
    if good.streak >= policy.recovering_nights:
        return replace(_resolved(good, Ending(Cause.RECOVERED), tonight), before=alert)
    return Step(alert, good, Cause.RECOVERING if begins else None)


def _resolved(alert: Alert, ending: Ending, tonight: Tonight) -> Step:
    over = replace(
        alert,
        state=AlertState.RESOLVED,
        resolved_on=tonight.as_of,
        changed_on=tonight.as_of,
        # Whatever ends it at once will not come and go; what recovers may.
        flapping=alert.flapping and ending.cause is Cause.RECOVERED,
        inhibited_by=None,
        snoozed=False,
        excepted=False,
        untold=None,
        ending=ending.why or ending.cause.value,
    )
    return Step(alert, over, ending.cause, ending.why)


def _quiet(alert: Alert, tonight: Tonight, policy: AlertPolicy) -> Step:
    """One more night on which an alert that came and went stayed away."""
    ending = ended(alert, tonight)
    if ending is not None:
        why = ending.why or ending.cause.value
        return Step(alert, replace(alert, flapping=False, streak=0, changed_on=tonight.as_of), Cause.SETTLED, why)
    now = counted(alert, tonight.as_of)
    if has_settled(now, policy):
        why = f"within its limit since {day(alert.resolved_on)}" if alert.resolved_on else ""
        return Step(alert, replace(now, flapping=False, streak=0, changed_on=tonight.as_of), Cause.SETTLED, why)
    return Step(alert, now)
