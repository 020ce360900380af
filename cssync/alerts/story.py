"""The whole life of one alert as dated lines: what the nights found, and what people decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, tzinfo

from cssync.alerts.level import headline
from cssync.model.alert import Cause, Transition
from cssync.model.decision import Decision, DecisionKind
from cssync.model.wording import day

# What is said of the book at such a change is not its latest finding.
_WITHOUT_FIGURES = (
    Cause.RECOVERING, Cause.RECOVERED, Cause.PASSED, Cause.OVERTAKEN, Cause.LIMIT_CHANGED, Cause.SUBJECT_GONE,
    Cause.SUBJECT_LEFT, Cause.RULE_OFF, Cause.INHIBITED, Cause.RELEASED, Cause.SETTLED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """*what*: a few words without markup. *who*: a person, "" for a night. *told*: leadership heard of it."""

    on: date
    incident: int
    what: str
    why: str = ""
    who: str = ""
    told: bool = False


def story(transitions: Iterable[Transition], decisions: Iterable[Decision], zone: tzinfo) -> tuple[Line, ...]:
    """Both of one alert, each oldest first. Of one date the night comes first: people answer to what it found."""
    lines = (*map(_of_a_night, transitions), *(_of_a_person(decision, zone) for decision in decisions))
    return tuple(sorted(lines, key=lambda line: (line.on, bool(line.who))))


def _of_a_night(transition: Transition) -> Line:
    return Line(
        on=transition.on,
        incident=transition.incident,
        what=", ".join(_what(transition)),
        why=transition.why,
        told=transition.announce,
    )


def _what(transition: Transition) -> Iterator[str]:
    yield transition.cause.value
    if transition.after is not None and transition.after is not transition.before:
        yield transition.after.value
    words = headline(transition.alert)
    if words and words != transition.why and transition.cause not in _WITHOUT_FIGURES:
        yield words


def _of_a_person(decision: Decision, zone: tzinfo) -> Line:
    return Line(
        on=decision.at.astimezone(zone).date(),
        incident=decision.incident,
        what=_decided(decision),
        why=decision.reason,
        who=decision.by,
    )


def _decided(decision: Decision) -> str:
    until = f" until {day(decision.until)}" if decision.until else ""
    match decision.kind:
        case DecisionKind.ACKNOWLEDGED:
            return "acknowledged"
        case DecisionKind.SNOOZED:
            return f"snoozed{until}"
        case DecisionKind.UNSNOOZED:
            return "snooze ended by hand"
        case DecisionKind.EXCEPTED:
            return f"exception{until}, owner {decision.owner}"
        case DecisionKind.UNEXCEPTED:
            return "exception ended by hand"
