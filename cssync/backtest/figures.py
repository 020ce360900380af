"""Sums up what came of a replay: what fired, on whom, how long before the breach, and how much would have been said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from cssync.alerts.tonight import About
from cssync.backtest.record import Record
from cssync.backtest.replay import Course
from cssync.model.alert import AlertState, Cause, Transition
from cssync.model.backtest import Firing, Missed, Replayed, RuleFigures
from cssync.model.finding import Severity, Subject
from rules.base import Rule, nothing_reached
from rules.engine import RULES

_REMINDERS = {Cause.REMINDED, Cause.ESCALATED}


def figures(course: Course, record: Record, first: date) -> Replayed:
    """*first*: the day on which the replay began."""
    announced = [transition for transition in course.transitions if transition.announce]
    told: dict[date, set[Cause]] = {}
    for transition in announced:
        told.setdefault(transition.on, set()).add(transition.cause)
    rules = (rule for rule in RULES if course.scenario.only is None or rule.id in course.scenario.only)
    return Replayed(
        name=course.scenario.name,
        rules=tuple(
            _of_rule(rule, course, record, first)
            for rule in rules
            if getattr(course.scenario.settings.rules, rule.id).enabled
        ),
        digests=tuple(sorted(told)),
        reminders=sum(causes <= _REMINDERS for causes in told.values()),
        entries=len({(transition.on, transition.alert.subject_id) for transition in announced}),
    )


def _of_rule(rule: Rule, course: Course, record: Record, first: date) -> RuleFigures:
    since = record.replayable_since(rule)
    warns = rule.reached is not nothing_reached
    firings = tuple(_firings(rule, course.transitions, max(first, since or first)))
    missed: tuple[Missed, ...] = ()
    if warns:
        firings, missed = _breached(rule, firings, course, record)
    return RuleFigures(rule.id, rule.title, since, warns, firings, missed)


def _firings(rule: Rule, transitions: Iterable[Transition], first: date) -> Iterator[Firing]:
    by_alert: dict[str, list[Transition]] = {}
    for transition in transitions:
        if transition.alert.rule == rule.id:
            by_alert.setdefault(transition.fingerprint, []).append(transition)
    for of_alert in by_alert.values():
        incidents: dict[int, list[Transition]] = {}
        for transition in of_alert:
            incidents.setdefault(transition.incident, []).append(transition)
        opened = [one for one in incidents.values() if any(each.cause is Cause.OPENED for each in one)]
        yield from (_firing(one, first, again=number > 0) for number, one in enumerate(opened))


def _firing(incident: Sequence[Transition], first: date, *, again: bool) -> Firing:
    began = next(each for each in incident if each.cause is Cause.OPENED)
    last = incident[-1]
    over = last.alert.state is AlertState.RESOLVED
    worst = max((each.after for each in incident if each.after is not None), key=lambda severity: severity.rank)
    return Firing(
        rule=began.alert.rule,
        subject=_subject(last),
        opened=began.on,
        ended=last.alert.resolved_on if over else None,
        how=last.alert.ending if over else "",
        worst=Severity(worst),
        stood=began.on == first and not again,
        again=again,
        breach=None,
        told=sum(each.announce for each in incident),
    )


def _subject(transition: Transition) -> Subject:
    alert = transition.alert
    return alert.finding.subject if alert.finding else Subject(alert.subject_id, alert.subject_name)


def _breached(
    rule: Rule, firings: Sequence[Firing], course: Course, record: Record
) -> tuple[tuple[Firing, ...], tuple[Missed, ...]]:
    """*firings* with the day on which what they warned of was there, and what came without one."""
    left, missed = list(firings), []
    for subject_id, after, on in _arrivals(rule, course.reached):
        place = next((n for n, firing in enumerate(left) if _warned(firing, subject_id, on)), None)
        if place is None:
            missed.append(Missed(record.owner(subject_id), on, record.handed_over(subject_id, after, on)))
        else:
            left[place] = replace(left[place], breach=on)
    return tuple(left), tuple(missed)


def _warned(firing: Firing, subject_id: str, on: date) -> bool:
    standing = firing.ended is None or firing.ended >= on
    return firing.breach is None and firing.subject.id == subject_id and firing.opened < on and standing


def _arrivals(rule: Rule, reached: Iterable[tuple[date, frozenset[About]]]) -> Iterator[tuple[str, date, date]]:
    """(subject id, the last day without, the day) where what *rule* warns of came to be, after the first night."""
    for (after, before), (on, about) in pairwise(reached):
        yield from sorted((subject, after, on) for name, subject in about - before if name == rule.id)
