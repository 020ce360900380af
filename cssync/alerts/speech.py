"""What leadership hears of a night in the life of an alert, and what is only written down.

Of what was never told, the end is not told either. Silence has four reasons: an exception, a worse alert of the same
book, that it comes and goes, a snooze; a rise breaks the last two. When the reason is gone and the alert still
fires, the state of now is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cssync.alerts.level import Yardstick, as_is, as_noted, as_told, headline
from cssync.alerts.life import Step
from cssync.alerts.standing import Standing
from cssync.alerts.tonight import Tonight
from cssync.model.alert import Alert, AlertState, Cause, Transition
from cssync.model.decision import Decision, DecisionKind
from cssync.model.finding import Severity
from cssync.model.wording import day
from cssync.settings.alerts import AlertPolicy

# In which words something is told for the first time, where several things happened in the same night.
_FIRST_WORDS = (
    Cause.FLAPPING,
    Cause.OPENED,
    Cause.EXCEPTION_ENDED,
    Cause.RELEASED,
    Cause.SNOOZE_ENDED,
    Cause.WORSENED,
    Cause.RELAPSED,
)
_REMINDERS = (Cause.REMINDED, Cause.ESCALATED)


@dataclass(frozen=True, slots=True)
class Silence:
    """Why an alert says nothing tonight. *inhibited_by*: see ``Alert``. *others*: more of the same book is told."""

    standing: Standing = field(default_factory=Standing)
    inhibited_by: str | None = None
    others: bool = False

    @property
    def is_complete(self) -> bool:
        return self.standing.exception is not None or self.inhibited_by is not None


@dataclass(frozen=True, slots=True)
class Said:
    alert: Alert
    transitions: tuple[Transition, ...] = ()

    @property
    def announced(self) -> bool:
        return any(transition.announce for transition in self.transitions)


@dataclass(frozen=True, slots=True)
class _Event:
    cause: Cause
    why: str = ""


def speak(step: Step, silence: Silence, tonight: Tonight, policy: AlertPolicy) -> Said:
    match step.after.state:
        case AlertState.FIRING:
            return _firing(step, silence, tonight, policy)
        case AlertState.RESOLVED if step.cause is not None and _end_is_told(step, silence):
            told = replace(step.after, told_on=tonight.as_of)
            return _said(step, told, (_Event(step.cause, step.why),), step.cause, tonight)
        case _:
            events = () if step.cause is None else (_Event(step.cause, step.why),)
            return _said(step, step.after, events, None, tonight)


def _end_is_told(step: Step, silence: Silence) -> bool:
    """A snooze does not keep it back: whoever was told that it began is to know that it has ended."""
    if step.after.told_on is None or silence.is_complete or step.after.flapping:
        return False
    return not (step.cause is Cause.OVERTAKEN and silence.others)


def _firing(step: Step, silence: Silence, tonight: Tonight, policy: AlertPolicy) -> Said:
    yardstick = Yardstick(policy.worsened_by)
    alert, told = step.after, as_told(step.after)
    moved = _move(alert, yardstick)
    events = (*_happened(step, silence), *((_Event(moved, headline(alert)),) if moved else ()))
    if moved is Cause.WORSENED and yardstick.worse(alert, told):
        alert = replace(alert, rises=alert.rises + 1, reminders=0)
        silence = replace(silence, standing=replace(silence.standing, ack=None, snooze=None))
    news = _news(alert, tuple(event.cause for event in events), silence, tonight, policy)
    alert = replace(
        alert,
        excepted=silence.standing.exception is not None,
        snoozed=silence.standing.snooze is not None,
        inhibited_by=silence.inhibited_by,
    )
    if moved is not None:
        now = as_is(alert)._replace(on=tonight.as_of)
        alert = replace(alert, untold=now if yardstick.differs(alert, told) else None)
    if news is not None:
        alert = _told(alert, news, tonight)
        events = events if news in {event.cause for event in events} else (*events, _Event(news, headline(alert)))
    return _said(step, alert, events, news, tonight)


def _move(alert: Alert, yardstick: Yardstick) -> Cause | None:
    """How it has clearly moved since its record last told of a move."""
    noted = as_noted(alert)
    if yardstick.worse(alert, noted):
        return Cause.WORSENED
    return Cause.EASED if yardstick.better(alert, noted) else None


def _happened(step: Step, silence: Silence) -> Iterator[_Event]:
    """The night's step, and which silences began and ended with it."""
    alert, standing = step.after, silence.standing
    if step.cause is not None:
        yield _Event(step.cause, step.why)
    if step.cause is Cause.OPENED and alert.flapping and not (step.before and step.before.flapping):
        yield _Event(Cause.FLAPPING)
    if silence.inhibited_by is not None and alert.inhibited_by is None:
        yield _Event(Cause.INHIBITED, f"by {silence.inhibited_by}")
    if silence.inhibited_by is None and alert.inhibited_by is not None:
        yield _Event(Cause.RELEASED)
    if alert.excepted and standing.exception is None:
        yield _Event(Cause.EXCEPTION_ENDED, _lapse(standing.lapsed))
    if alert.snoozed and standing.snooze is None:
        yield _Event(Cause.SNOOZE_ENDED)


def _lapse(lapsed: Decision | None) -> str:
    """Whose exception it was, and why it was made or ended."""
    if lapsed is None:
        return ""
    if lapsed.kind is DecisionKind.UNEXCEPTED:
        because = f": {lapsed.reason}" if lapsed.reason else ""
        return f"the exception was ended by {lapsed.by}{because}"
    until = f" until {day(lapsed.until)}" if lapsed.until else ""
    return f"it was an exception of {lapsed.owner}{until}: {lapsed.reason}"


def _news(
    alert: Alert, happened: Sequence[Cause], silence: Silence, tonight: Tonight, policy: AlertPolicy
) -> Cause | None:
    """What leadership is told, and of several things only the most telling one; None for nothing."""
    snoozed = silence.standing.snooze is not None
    if silence.is_complete:
        return None
    if alert.told_on is None:
        return None if snoozed else next((cause for cause in _FIRST_WORDS if cause in happened), Cause.REMINDED)
    if snoozed:
        return None
    if Cause.EXCEPTION_ENDED in happened and not alert.flapping:
        # However much worse it is by now: that it was meant to be so, and by whom, tells more.
        return Cause.EXCEPTION_ENDED
    if Yardstick(policy.worsened_by).worse(alert, as_told(alert)):
        return Cause.WORSENED
    return None if alert.flapping else _again(alert, happened, silence, tonight, policy)


def _again(
    alert: Alert, happened: Sequence[Cause], silence: Silence, tonight: Tonight, policy: AlertPolicy
) -> Cause | None:
    """In which words something is told again that is no worse than it was."""
    if Cause.SNOOZE_ENDED in happened:
        return Cause.SNOOZE_ENDED
    if silence.standing.ack is not None or not _is_due(alert, tonight, policy):
        return None
    return Cause.ESCALATED if alert.severity is Severity.CRITICAL and alert.reminders else Cause.REMINDED


def _is_due(alert: Alert, tonight: Tonight, policy: AlertPolicy) -> bool:
    """Whether it has gone on for so long without a word that it is to be told again."""
    if alert.told_on is None:
        return False
    match alert.severity:
        case Severity.WATCH:
            return False
        case Severity.WARNING:
            days = policy.remind_warning_after_days
            return days is not None and tonight.as_of >= alert.told_on + timedelta(days=days)
        case Severity.CRITICAL:
            days = policy.remind_critical_after_working_days
            return days is not None and tonight.workdays.between(alert.told_on, tonight.as_of) >= days


def _told(alert: Alert, news: Cause, tonight: Tonight) -> Alert:
    return replace(
        alert,
        told_on=tonight.as_of,
        notified_value=alert.value,
        notified_severity=alert.severity,
        untold=None,
        reminders=alert.reminders + (news in _REMINDERS),
    )


def _said(step: Step, alert: Alert, events: Sequence[_Event], news: Cause | None, tonight: Tonight) -> Said:
    """*alert* and its transitions: the first of them carries the change of severity, if there is one."""
    if events:
        alert = replace(alert, changed_on=tonight.as_of)
    before = step.before.severity if step.before and step.before.state.is_open else None
    after = alert.severity if alert.state.is_open else None
    first = step.after.told_on is None
    return Said(
        alert,
        tuple(
            Transition(
                fingerprint=alert.fingerprint,
                incident=alert.incident,
                on=tonight.as_of,
                cause=event.cause,
                before=after if number else before,
                after=after,
                announce=event.cause is news,
                alert=alert,
                why=event.why,
                first=event.cause is news and first,
            )
            for number, event in enumerate(events)
        ),
    )
