"""Nights in a row, and what leadership would find after each, without any store or sink."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import polars as pl

from cssync.alerts.reconcile import reconcile
from cssync.alerts.tonight import Reconciled
from cssync.alerts.workdays import Workdays
from cssync.capacity.limits import Measure
from cssync.model.alert import Alert
from cssync.model.digest import Digest
from cssync.model.finding import Limit
from cssync.model.tables import PROBLEMS
from cssync.report.digest import write
from cssync.report.tidings import Tidings
from cssync.settings.alerts import AlertPolicy
from rules.engine import RULES, evaluate
from rules.tonight import context_of, tonight
from tests.nights import TODAY, Night, Nights, Row, pull_of, settings

MEASURES: tuple[Measure, ...] = ("arr", "accounts", "trend_accounts")


@dataclass
class Mornings:
    """*stated*: limits by measure to be stated in place of the default ones. Books alone are told of, no segments."""

    nights: Nights = field(default_factory=lambda: Nights(settings(rules={"hire_by": {"enabled": False}})))
    known: dict[str, Alert] = field(default_factory=dict)
    problems: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROBLEMS))
    notes: tuple[str, ...] = ()
    stated: dict[str, Limit] = field(default_factory=dict)
    _last: Tidings | None = None

    def after(self, rows: Iterable[Row], day: date = TODAY) -> Digest | None:
        night = self.nights.walk(pull_of(rows), day)
        context = context_of(night.company(), self.known.values())
        found = tonight(
            context, tuple(evaluate(context)), self.known.values(), workdays=Workdays(), first=self._last is None
        )
        reconciled = reconcile(found, self.known.values(), (), AlertPolicy())
        self.known |= {alert.fingerprint: alert for alert in reconciled.alerts}
        self._last = self._told(night, reconciled, context.limits.general)
        return write(self._last)

    @property
    def tidings(self) -> Tidings:
        """Of the last night."""
        assert self._last is not None
        return self._last

    def _told(self, night: Night, reconciled: Reconciled, general: Callable[[Measure], Limit]) -> Tidings:
        return Tidings(
            run_id="8f3a0123456789",
            books=night.books,
            data_as_of=datetime(2026, 11, 22, 2, 4, tzinfo=UTC),
            transitions=reconciled.transitions,
            firing=[alert for alert in self.known.values() if alert.state.is_open],
            limits=[self.stated.get(measure) or general(measure) for measure in MEASURES],
            rules={rule.id: rule.title for rule in RULES},
            problems=self.problems,
            notes=self.notes,
        )
