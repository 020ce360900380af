"""The forecast on a company that nobody on this project made up, beside last values and lines through points.

There is no oracle of it, so what a distribution costs is told as a share of what the last value's costs. Of those who
become customers until then (came), and of those who cease to be (went), the mean error of their number is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import mean

import numpy as np

from cssync.capacity.forecast import Ledger
from cssync.capacity.forecast.distribution import Floats, quantile
from cssync.model.calendar import FiscalCalendar
from tests.benchmarks.forecast import peers
from tests.benchmarks.forecast.ravenstack import FIRST_DAY, Reading, origins, readings
from tests.benchmarks.forecast.scores import Case, Scores, scored
from tests.benchmarks.measure import Figure

HORIZONS = (90, 180)
_EVERY_DAYS = 30
_FIRST_ORIGIN = date(2023, 7, 1)  # half a year is known by then
_LAST_VALUE = "last value"
_OUT_OF_REACH = 10**6
_CALENDAR = FiscalCalendar()


@dataclass(frozen=True, slots=True)
class Told:
    """What one method said of one segment on one day, and what came: customers, arrivals and losses up to then."""

    case: Case
    arrivals: tuple[float, int]
    losses: tuple[float, int]


def figures(data: Path, every_days: int = _EVERY_DAYS) -> Iterator[Figure]:
    """*every_days*: how far apart the days are on which forecasts are made."""
    if not data.is_dir():
        yield Figure("RavenStack", f"not here: {data}")
        return
    for reading in readings(data):
        came, went = (sum(each) for each in zip(*_flows(reading).values(), strict=True))
        yield Figure(f"RavenStack, {reading.name}:", f"{came:,} came, {went:,} went in two years")
        for days in HORIZONS:
            yield from _scored(told(reading, days, tuple(origins(_FIRST_ORIGIN, days, every_days))), days)


def told(reading: Reading, days: int, on: tuple[date, ...]) -> Mapping[str, list[Told]]:
    """By method, one forecast a segment and day of *on*, *days* ahead."""
    found: dict[str, list[Told]] = {method: [] for method in ("ledger", *peers.available())}
    for day in on:
        for method, one in _of_day(reading, day, days):
            found[method].append(one)
    return found


def _of_day(reading: Reading, day: date, days: int) -> Iterator[tuple[str, Told]]:
    until = day + timedelta(days=days)
    past, then, flows = reading.known(day), reading.customers(until), reading.came_and_went(day, until)
    ledger = Ledger(past, _CALENDAR)
    daily = reading.daily(day)
    for book in past.books.books:
        segment = str(book.segment)
        came, went = flows[segment]
        said = ledger.forecast(book, until, _OUT_OF_REACH)
        case = Case(ledger.distribution(book, days), then[segment], _OUT_OF_REACH)
        yield "ledger", Told(case, (said.wins + said.unseen, came), (said.losses, went))
        counts = peers.counts(past, book.id)
        for method in peers.available():
            arrivals, losses = (_more(method, of_days, days) for of_days in daily[segment])
            case = Case(peers.PEERS[method](counts, days), then[segment], _OUT_OF_REACH)
            yield method, Told(case, (arrivals, came), (losses, went))


def _more(method: str, of_days: Floats, days: int) -> float:
    """How many more *method* expects by what came *of_days*: as of any count, from their sum up to each day.

    The last value of such a sum would say that none comes; instead, as many come as in as many days before.
    """
    if method == _LAST_VALUE:
        return float(of_days[-days:].sum())
    total = np.cumsum(of_days[-peers.KNOWN_DAYS - 1 :])
    return float(quantile(peers.PEERS[method](total, days), 0.5) - total[-1])


def _flows(reading: Reading) -> Mapping[str, tuple[int, int]]:
    return reading.came_and_went(FIRST_DAY, date.max)


def _scored(found: Mapping[str, list[Told]], days: int) -> Iterator[Figure]:
    scores = {method: scored(one.case for one in of_method) for method, of_method in found.items()}
    number = scores["ledger"].cases
    yield Figure(f"  in {days} days, {number} forecasts, CRPS / last value's:", "CRPS    MAE  50/80/95  came went")
    for method, of_method in found.items():
        yield Figure(f"    {method}", _measured(scores[method], scores[_LAST_VALUE], of_method))


def _measured(scores: Scores, last: Scores, of_method: list[Told]) -> str:
    held = "/".join(f"{share * 100:.0f}" for share in scores.within)
    came = mean(abs(said - was) for said, was in (one.arrivals for one in of_method))
    went = mean(abs(said - was) for said, was in (one.losses for one in of_method))
    return f"{scores.crps / last.crps:.2f} {scores.mae:6.2f}  {held:>8} {came:5.1f} {went:4.1f}"
