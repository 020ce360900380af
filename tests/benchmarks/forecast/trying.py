"""Forecasts books of simulated companies by every method, and scores them on what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np

from cssync.capacity.forecast import Ledger
from cssync.capacity.forecast.seasons import day_of, number_of
from tests.benchmarks.forecast import oracle, peers
from tests.benchmarks.forecast.cut import HISTORY_DAYS, cut
from tests.benchmarks.forecast.sales import CALENDAR
from tests.benchmarks.forecast.scenarios import Scenario
from tests.benchmarks.forecast.scores import Case, Scores, of_draws, scored
from tests.benchmarks.forecast.world import FIRST_DAY, World, simulated

# Days since the first on which forecasts are made: at every phase of a quarter, over a year and a half.
DAYS = (770, 852, 949, 1030, 1116, 1203, 1290)
LIMIT = 75


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
    ahead = number_of(CALENDAR.next_quarter_end(day_of(day))) - day
    came = world.truth(day, ahead)
    past = cut(world, day, history)
    seats = {world.csm(seat, day): seat for seat in range(len(came))}
    draws = (
        oracle.draws(world, known(world.scenario, day, ahead), day, ahead, np.random.default_rng([seed, day]))
        if "oracle" in methods
        else None
    )
    ledger = Ledger(past, CALENDAR)
    for book in past.books.books:
        seat = seats[book.id]
        counts = peers.counts(past, book.id)
        for method in methods:
            if method == "ledger":
                chances = ledger.distribution(book, ahead)
            elif method == "oracle" and draws is not None:
                chances = of_draws(draws[seat])
            else:
                chances = peers.PEERS[method](counts, ahead)
            yield method, Case(chances, int(came[seat]), LIMIT)
