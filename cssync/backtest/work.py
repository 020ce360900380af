"""One backtest from beginning to end: which nights, under which settings, and what came of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from connectors.base import Progress
from cssync.backtest.figures import figures
from cssync.backtest.notes import notes
from cssync.backtest.proposals import experiments, proposed
from cssync.backtest.record import Record
from cssync.backtest.replay import replay
from cssync.backtest.scenario import Scenario
from cssync.errors import ConfigError
from cssync.model.backtest import Backtest, Span
from cssync.model.wording import day

_A_YEAR_DAYS, _A_WEEK_DAYS = 365, 7
# From so many spells on a year of nights takes longer than anyone waits.
_LARGE_SPELLS = 50_000


def backtest(
    record: Record,
    span: Span,
    scenario: Scenario,
    *,
    other: Scenario | None,
    at_most: Decimal,
    progress: Progress,
) -> Backtest:
    """Replay *span* under *scenario*, the settings in force, beside *other*, where that is wanted.

    *at_most*: alerts that one rule may open a month, for the thresholds that are proposed.
    """
    compared = (scenario, *((other,) if other else ()))
    trials = tuple(experiments(scenario))
    courses = replay(record, span, (*compared, *(trial.scenario for trial in trials)), progress)
    told = [figures(course, record, span.since) for course in courses]
    tried = [
        (trial, one.rules[0]) for trial, one in zip(trials, told[len(compared) :], strict=True) if one.rules[0].since
    ]
    return Backtest(
        span=span,
        present=told[0],
        changed=told[1] if other else None,
        proposals=proposed(tried, span, at_most),
        notes=tuple(notes(record, span)),
    )


def span_of(record: Record, since: date | None, until: date | None, every: int | None) -> Span:
    """The nights to replay: the last year by default, as far as it is known.

    *every*: None for each night, unless the company is so large that a week between is better. Raises ConfigError
    where there are no nights to replay.
    """
    known, latest = record.known_since, record.latest.as_of
    if until is not None and until > latest:
        raise ConfigError(
            f"--until {until}: nothing is known after {day(latest)}", remedy="leave it out, or name a day up to then"
        )
    last = until or latest
    first = max(since or last - timedelta(days=_A_YEAR_DAYS), known)
    if since is not None and since > last:
        raise ConfigError(f"--since {since} is after {day(last)}, where the replay ends", remedy="name an earlier day")
    if first >= last:
        raise ConfigError(
            f"who was a customer is known from {day(known)} on: there are no nights to replay up to {day(last)}",
            remedy="let nights be accepted, or read the CRM's own history: source.history_months, then cssync backfill",
        )
    large = record.latest.history.timeline.spells.height > _LARGE_SPELLS
    return Span(first, last, every or (_A_WEEK_DAYS if large else 1))
