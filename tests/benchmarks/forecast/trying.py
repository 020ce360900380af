"""Forecasts books of simulated companies by every method, and scores them on what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks.forecast import oracle
from tests.benchmarks.forecast.at_once import Each
from tests.benchmarks.forecast.course import customers, limit_of
from tests.benchmarks.forecast.cut import HISTORY_DAYS
from tests.benchmarks.forecast.said import ORACLE, draws_of, horizon, said
from tests.benchmarks.forecast.scenarios import Scenario
from tests.benchmarks.forecast.scores import Case, Scores, scored
from tests.benchmarks.forecast.world import FIRST_DAY, remembered

# Days since the first on which forecasts are made: at every phase of a quarter, over a year and a half.
DAYS = (770, 852, 949, 1030, 1116, 1203, 1290)


@dataclass(frozen=True)
class Asked:
    """Of the companies of one scenario, what each is forecast by, on one day since the first, with what history."""

    scenario: Scenario
    seeds: tuple[int, ...]
    methods: tuple[str, ...]
    day: int
    history: int


def cases(
    scenario: Scenario,
    seeds: Iterable[int],
    methods: Sequence[str],
    days: Sequence[int] = DAYS,
    history: int = HISTORY_DAYS,
    *,
    each: Each = map,
) -> dict[str, list[Case]]:
    """By method, one case a book (or segment) and day of forecast."""
    companies = tuple(seeds)
    asked = [Asked(scenario, companies, tuple(methods), day, history) for day in days]
    found: dict[str, list[Case]] = {method: [] for method in methods}
    for of_day in each(answered, asked):
        for method, case in of_day:
            found[method].append(case)
    return found


def compared(
    scenario: Scenario,
    seeds: Iterable[int],
    methods: Sequence[str],
    days: Sequence[int] = DAYS,
    history: int = HISTORY_DAYS,
    *,
    each: Each = map,
) -> dict[str, Scores]:
    told = cases(scenario, seeds, methods, days, history, each=each)
    return {method: scored(of_method) for method, of_method in told.items()}


def answered(asked: Asked) -> list[tuple[str, Case]]:
    """A method and its case for every book, or segment, of every company."""
    day = FIRST_DAY + asked.day
    truth = oracle.truth(asked.scenario, day, horizon(day)) if ORACLE in asked.methods else None
    return [case for seed in asked.seeds for case in _of_company(asked, seed, day, truth)]


def _of_company(asked: Asked, seed: int, day: int, truth: oracle.Truth | None) -> Iterator[tuple[str, Case]]:
    world = remembered(asked.scenario, seed)
    came, held = world.truth(day, horizon(day)), customers(world, day)
    draws = None if truth is None else draws_of(world, seed, day, truth)
    for method, seats, chances in said(world, day, asked.methods, draws, asked.history):
        yield method, Case(chances, int(came[seats].sum()), limit_of(int(held[seats].sum())))
