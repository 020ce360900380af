"""All that is known of past nights, and the company as it was on each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cssync.alerts.workdays import Workdays
from cssync.backtest.scenario import Scenario
from cssync.books.rewind import Activity, rewound
from cssync.capacity.company import Company, company_of
from cssync.model.decision import Decision
from cssync.model.finding import Subject
from cssync.model.history import ARR, PIPELINE
from cssync.model.tables import SPELL_FACTS
from rules.base import Rule

_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Record:
    """*latest*: the last night there is, with spells as far back as any go. *activity*: see ``cssync.books.rewind``.

    *exceptions*: all that were ever made and revoked. *first_night*: the first that was accepted, None where what is
    replayed is the source's own history alone.
    """

    latest: Company
    activity: Activity = field(default_factory=dict)
    exceptions: tuple[Decision, ...] = ()
    first_night: date | None = None
    workdays: Workdays = field(default_factory=Workdays)

    @property
    def known_since(self) -> date:
        """The first day of which it is known who was a customer and whose."""
        return self.latest.history.timeline.customers_since

    def replayable_since(self, rule: Rule) -> date | None:
        """The first day of which all is known that *rule* rests on; None where something of it is not kept by day."""
        days = [self._fact_since(fact) for fact in rule.rests_on]
        return None if None in days else max((self.known_since, *filter(None, days)))

    def company(self, day: date, scenario: Scenario) -> Company:
        """The company as it was at the close of *day*, judged by the settings of *scenario*."""
        history = self.latest.history
        snapshot, timeline = rewound(history.snapshot, history.timeline, day, self.activity)
        # Rules go by the change of a month; all others are told in words alone.
        return company_of(
            snapshot, timeline, scenario.settings, origin=scenario.origin, last_night=day, windows=(_MONTH_DAYS,)
        )

    def decided(self, day: date) -> tuple[Decision, ...]:
        """The exceptions that had been made or revoked by the night of *day*."""
        zone = self.latest.settings.zone
        return tuple(each for each in self.exceptions if each.at.astimezone(zone).date() <= day)

    def owner(self, subject_id: str) -> Subject:
        """By the name of today."""
        listed = self.latest.history.snapshot.owners
        return next(
            (Subject(one.id, one.name) for one in listed if one.id == subject_id), Subject(subject_id, subject_id)
        )

    def handed_over(self, book_id: str, after: date, on: date) -> int:
        """How many customers came out of other books into this one, later than *after* and up to *on*."""
        spells = self.latest.history.timeline.spells.lazy().filter("is_customer")
        came = spells.filter((pl.col("valid_from") > after) & (pl.col("valid_from") <= on))
        came = came.filter(pl.col("book_id") == book_id).select("unit_id", day="valid_from")
        left = spells.filter(pl.col("book_id") != book_id).select("unit_id", day="valid_to")
        both = came.join(left, on=["unit_id", "day"], how="semi")
        return int(both.select(pl.col("unit_id").n_unique()).collect().item())

    def _fact_since(self, fact: str) -> date | None:
        timeline = self.latest.history.timeline
        known: Mapping[str, date] = timeline.known
        if fact == ARR:
            return timeline.arr_since
        if fact == PIPELINE:
            return None if timeline.pipeline.is_empty() else timeline.pipeline_since
        if fact in SPELL_FACTS:
            return max(known.get(fact, timeline.history_since), timeline.history_since)
        return None
