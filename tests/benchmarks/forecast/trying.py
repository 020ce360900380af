"""Forecasts books of simulated companies by every method, and scores them on what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np

from tests.benchmarks.forecast import oracle
from tests.benchmarks.forecast.course import customers, limit_of
from tests.benchmarks.forecast.cut import HISTORY_DAYS
from tests.benchmarks.forecast.said import ORACLE, horizon, said
from tests.benchmarks.forecast.scenarios import Scenario
from tests.benchmarks.forecast.scores import Case, Scores, scored
from tests.benchmarks.forecast.world import FIRST_DAY, World, simulated

# Days since the first on which forecasts are made: at every phase of a quarter, over a year and a half.
DAYS = (770, 852, 949, 1030, 1116, 1203, 1290)


@cache
def known(scenario: Scenario, day: int, days: int) -> oracle.Truth:
    return oracle.truth(scenario, day, days)


def cases(
    scenario: Scenario,
    seeds: Iterable[int],
    methods: Sequence[str],
    days: Sequence[int] = DAYS,
    history: int = HISTORY_DAYS,
) -> dict[str, list[Case]]:
    """By method, one case a book and day of forecast."""
    found: dict[str, list[Case]] = {method: [] for method in methods}
    for seed in seeds:
        world = simulated(scenario, seed)
        for offset in days:
            for method, case in _of_day(world, FIRST_DAY + offset, methods, seed, history):
                found[method].append(case)
    return found


def compared(
    scenario: Scenario,
    seeds: Iterable[int],
    methods: Sequence[str],
    days: Sequence[int] = DAYS,
    history: int = HISTORY_DAYS,
) -> dict[str, Scores]:
    return {method: scored(of_method) for method, of_method in cases(scenario, seeds, methods, days, history).items()}


def _of_day(world: World, day: int, methods: Sequence[str], seed: int, history: int) -> Iterator[tuple[str, Case]]:
    ahead = horizon(day)
    came, held = world.truth(day, ahead).tolist(), customers(world, day).tolist()
    draws = None
    if ORACLE in methods:
        truth = known(world.scenario, day, ahead)
        draws = oracle.draws(world, truth, day, ahead, np.random.default_rng([seed, day]))
    for method, seat, chances in said(world, day, methods, draws, history):
        yield method, Case(chances, came[seat], limit_of(held[seat]))
