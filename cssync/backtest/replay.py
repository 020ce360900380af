"""Walks past nights one by one, and carries each scenario's alerts from night to night."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from connectors.base import Progress
from cssync.alerts.reconcile import reconcile
from cssync.alerts.tonight import About, Tonight
from cssync.backtest.record import Record
from cssync.backtest.scenario import Scenario, narrowed
from cssync.capacity.company import Company
from cssync.capacity.forecast import Forecast, Forecaster
from cssync.capacity.outlook import Outlook
from cssync.model.alert import Alert, Transition
from cssync.model.backtest import Span
from cssync.model.book import Book
from cssync.settings.model import Settings
from rules.base import Context
from rules.engine import RULES, evaluate
from rules.relief import Relief
from rules.tonight import tonight

_STAGE = "replaying nights"
_NO_RELIEF = Relief((), (), ())


@dataclass
class Course:
    """One scenario on its way through the nights. *transitions*: all of them, in their order.

    *reached*: for each night on which books were worked out, of whom each rule had nothing more to warn.
    """

    scenario: Scenario
    alerts: dict[str, Alert] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    reached: list[tuple[date, frozenset[About]]] = field(default_factory=list)


def replay(record: Record, span: Span, scenarios: Sequence[Scenario], progress: Progress) -> tuple[Course, ...]:
    """Replay every night of *span* under each of *scenarios*, all in one pass over the nights.

    Between nights on which books are worked out (``Span.every``) they stand as they were, and alerts go on night by
    night.
    """
    courses = tuple(Course(scenario) for scenario in scenarios)
    found: dict[int, Tonight] = {}
    nights = span.nights()
    for number, day in enumerate(nights):
        if number % span.every == 0:
            for place, tonight_ in _evaluated(record, courses, day, first=number == 0):
                found[place] = tonight_
                courses[place].reached.append((day, frozenset(tonight_.reached)))
        for place, course in enumerate(courses):
            _reconcile(course, replace(found[place], as_of=day, first=number == 0), record)
        progress(_STAGE, number + 1, len(nights))
    return courses


def _evaluated(record: Record, courses: Sequence[Course], day: date, *, first: bool) -> Iterator[tuple[int, Tonight]]:
    """What the rules find on *day*, for each course by its place."""
    judgements: list[tuple[Scenario, _Judged]] = []
    known = frozenset(rule.id for rule in RULES if (since := record.replayable_since(rule)) and since <= day)
    for place, course in enumerate(courses):
        judged = _judged(record, course.scenario, day, judgements)
        settings = narrowed(course.scenario, known & (course.scenario.only or known)).settings
        firing = frozenset((a.rule, a.subject_id) for a in course.alerts.values() if a.state.is_open)
        context = _Replayed(judged.company, firing, settings, judged)
        findings = tuple(evaluate(context))
        yield place, tonight(context, findings, course.alerts.values(), workdays=record.workdays, first=first)


def _judged(record: Record, scenario: Scenario, day: date, known: list[tuple[Scenario, _Judged]]) -> _Judged:
    """Of one day every book is added up once, and every forecast made once, for all scenarios that can share it."""
    for other, judged in known:
        if scenario.judges_like(other):
            return judged
    alike = (judged.company for other, judged in known if other.settings.team == scenario.settings.team)
    company = next(alike, None)
    judged = _Judged(record.company(day, scenario) if company is None else scenario.judging(company))
    known.append((scenario, judged))
    return judged


def _reconcile(course: Course, found: Tonight, record: Record) -> None:
    policy = course.scenario.settings.alerts
    reconciled = reconcile(found, course.alerts.values(), record.decided(found.as_of), policy)
    course.alerts |= {alert.fingerprint: alert for alert in reconciled.alerts}
    course.transitions += reconciled.transitions


class _Judged:
    """A company with the forecasts that were made of it, which several scenarios ask for."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._forecasts: dict[tuple[str, date, int], Forecast] = {}

    def forecast(self, book: Book, horizon: date, limit: int) -> Forecast:
        key = (book.id, horizon, limit)
        if key not in self._forecasts:
            self._forecasts[key] = self.company.forecaster.forecast(book, horizon, limit)
        return self._forecasts[key]

    def outlook(self, segment: str | None, days: int) -> tuple[Outlook, ...]:
        return self.company.forecaster.outlook(segment, days)


@dataclass(frozen=True)
class _Replayed(Context):
    """A night as rules see it, without what only goes into words: the story, and who could take over what."""

    own: Settings = field(default_factory=Settings)
    remembered: Forecaster | None = None

    @property
    def settings(self) -> Settings:
        return self.own

    @property
    def tells(self) -> bool:
        return False

    @property
    def forecaster(self) -> Forecaster:
        return self.remembered or self.company.forecaster

    @cached_property
    def relief(self) -> Mapping[str, Relief]:
        return {book.id: _NO_RELIEF for book in self.books.books}
