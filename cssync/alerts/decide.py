"""What people may decide about an alert, refused where it does not fit.

Each answers with a decision to be written down. Taken twice, as by a button that is pressed again after a lost answer,
it is the same decision: its id follows from what it says and from what was decided before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from cssync.alerts.standing import Standing, standing
from cssync.errors import DecisionError
from cssync.model.alert import Alert, AlertState
from cssync.model.decision import PERSON_LONGEST, REASON_LONGEST, Decision, DecisionKind
from cssync.model.text import name, words
from cssync.model.wording import count, day
from cssync.settings.alerts import AlertPolicy

REASON, OWNER, UNTIL = "reason", "owner", "until"


@dataclass(frozen=True, slots=True)
class Case:
    """An alert, all that was ever decided about it, oldest first, and the day and moment of deciding.

    *today*: the day of *at* where the company is.
    """

    alert: Alert
    decided: Sequence[Decision]
    at: datetime
    today: date

    @property
    def standing(self) -> Standing:
        return standing(self.alert, self.decided, self.today)


def acknowledge(case: Case, *, by: str, reason: str = "") -> Decision:
    """No reminders until it gets worse. Raises DecisionError."""
    _open(case, "acknowledge")
    return _decision(case, DecisionKind.ACKNOWLEDGED, case.standing.ack, by=by, reason=reason)


def snooze(case: Case, policy: AlertPolicy, *, by: str, until: date, reason: str = "") -> Decision:
    """Nothing at all until the day *until*, or until it gets worse. Raises DecisionError."""
    _open(case, "snooze")
    _ahead(case.today, until, policy.snooze_at_most_days, "a snooze")
    return _decision(case, DecisionKind.SNOOZED, case.standing.snooze, by=by, reason=reason, until=until)


def end_snooze(case: Case, *, by: str, reason: str = "") -> Decision:
    """Raises DecisionError where it is not snoozed."""
    last = _last(case, DecisionKind.SNOOZED, DecisionKind.UNSNOOZED)
    again = last if last and last.kind is DecisionKind.UNSNOOZED and last.key == case.alert.key else None
    if case.standing.snooze is None and again is None:
        raise DecisionError(f"{_what(case)} is not snoozed", remedy="nothing needs to be ended")
    return _decision(case, DecisionKind.UNSNOOZED, again, by=by, reason=reason)


def make_exception(case: Case, policy: AlertPolicy, *, by: str, reason: str, owner: str, until: date) -> Decision:
    """It is right as it is until the day *until* (seed 7), also if it ends and opens again. Raises DecisionError."""
    if found := objections(policy, case.today, reason=reason, owner=owner, until=until):
        raise next(iter(found.values()))
    known = case.standing.exception
    return _decision(case, DecisionKind.EXCEPTED, known, by=by, reason=reason, owner=owner, until=until)


def objections(
    policy: AlertPolicy, today: date, *, reason: str, owner: str, until: date | None
) -> dict[str, DecisionError]:
    """What stands against an exception in what it is asked for with, by REASON, OWNER and UNTIL; empty if nothing."""
    found: dict[str, DecisionError] = {}
    with _noted(found, REASON):
        if not _said(reason, REASON_LONGEST, "the reason"):
            raise DecisionError("an exception needs a reason", remedy="say why the book is right as it is")
    with _noted(found, OWNER):
        if not _said(owner, PERSON_LONGEST, "the owner"):
            raise DecisionError("an exception needs an owner", remedy="name who answers for it")
    with _noted(found, UNTIL):
        if until is None:
            raise DecisionError("an exception needs an end", remedy="name the day from which it no longer holds")
        _ahead(today, until, policy.except_at_most_days, "an exception")
    return found


def end_exception(case: Case, *, by: str, reason: str = "") -> Decision:
    """Raises DecisionError where there is no exception."""
    last = _last(case, DecisionKind.EXCEPTED, DecisionKind.UNEXCEPTED)
    again = last if last and last.kind is DecisionKind.UNEXCEPTED else None
    if case.standing.exception is None and again is None:
        raise DecisionError(f"{_what(case)} has no exception", remedy="nothing needs to be ended")
    return _decision(case, DecisionKind.UNEXCEPTED, again, by=by, reason=reason)


def _open(case: Case, verb: str) -> None:
    if case.alert.state.is_open:
        return
    state = case.alert.state
    since = case.alert.resolved_on if state is AlertState.RESOLVED else case.alert.changed_on
    told = f"{state.value} since {day(since)}" if since else state.value
    raise DecisionError(
        f"{_what(case)} is not open ({told})", remedy=f"there is nothing to {verb}; see `cssync alerts`"
    )


@contextmanager
def _noted(found: dict[str, DecisionError], about: str) -> Iterator[None]:
    try:
        yield
    except DecisionError as error:
        found[about] = error


def _said(typed: str, most: int, what: str) -> str:
    """*typed* as it is kept: whoever may decide is not thereby trusted with the terminals of others."""
    said = words(typed)
    if len(said) > most:
        raise DecisionError(f"{what} has {count(len(said), 'character')}", remedy=f"say it in {most}")
    return said


def _ahead(today: date, until: date, most: int, what: str) -> None:
    latest = today + timedelta(days=most)
    if until <= today:
        raise DecisionError(f"{what} until {day(until)} would hold for no day", remedy=f"name a day after {day(today)}")
    if until > latest:
        raise DecisionError(
            f"{what} until {day(until)} is more than {count(most, 'day')} ahead",
            remedy=f"name a day up to {day(latest)}",
        )


def _last(case: Case, *kinds: DecisionKind) -> Decision | None:
    return next((taken for taken in reversed(case.decided) if taken.kind in kinds), None)


def _decision(
    case: Case,
    kind: DecisionKind,
    known: Decision | None,
    *,
    by: str,
    reason: str,
    until: date | None = None,
    owner: str = "",
) -> Decision:
    """*known*: what holds already of this kind; saying it again is no new decision."""
    person = _said(by, PERSON_LONGEST, "who decides")
    if not person:
        raise DecisionError("a decision needs someone who takes it", remedy="say who you are")
    alert = case.alert
    new = Decision(
        id="",
        fingerprint=alert.fingerprint,
        incident=alert.incident,
        kind=kind,
        by=person,
        at=case.at,
        reason=_said(reason, REASON_LONGEST, "the reason"),
        until=until,
        owner=_said(owner, PERSON_LONGEST, "the owner"),
        rises=alert.rises,
    )
    if known is not None and replace(known, id="", at=case.at) == new:
        return known
    said = (alert.fingerprint, alert.incident, kind, new.by, new.reason, until, new.owner, alert.rises)
    text = "\x1f".join(map(str, (len(case.decided), *said)))
    return replace(new, id=hashlib.sha256(text.encode()).hexdigest()[:16])


def _what(case: Case) -> str:
    return f"the alert about {name(case.alert.subject_name)}"
