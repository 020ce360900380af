"""How likely every method finds it, night after night, that a book is at its limit by the end of next quarter."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cssync.capacity.forecast.distribution import Floats, at_least
from tests.benchmarks.forecast import oracle
from tests.benchmarks.forecast.at_once import Each
from tests.benchmarks.forecast.course import Course
from tests.benchmarks.forecast.said import ORACLE, draws_of, horizon, said
from tests.benchmarks.forecast.sales import Ints
from tests.benchmarks.forecast.scenarios import Scenario
from tests.benchmarks.forecast.world import SEATS, remembered

_BLOCK_NIGHTS = 7
_TOLD_EVERY = 4  # blocks


@dataclass(frozen=True)
class Block:
    """A few nights, from day *first* on, of some companies of one scenario. *limits*: by company, night and seat."""

    scenario: Scenario
    seeds: tuple[int, ...]
    methods: tuple[str, ...]
    first: int
    limits: Ints


def chances(scenario: Scenario, courses: Mapping[int, Course], methods: Sequence[str], each: Each = map) -> Floats:
    """By company of *courses* (its seed), night, method and seat."""
    limits = np.array([each.limits for each in courses.values()])
    first, nights = next(iter(courses.values())).first, limits.shape[1]
    blocks = [
        Block(scenario, tuple(courses), tuple(methods), first + night, limits[:, night : night + _BLOCK_NIGHTS])
        for night in range(0, nights, _BLOCK_NIGHTS)
    ]
    found = []
    for number, told in enumerate(each(of_block, blocks), 1):
        found.append(told)
        if number % _TOLD_EVERY == 0:
            sys.stderr.write(f"the trigger: {number * _BLOCK_NIGHTS} of {nights} nights\n")
    return np.concatenate(found, axis=1)


def of_block(block: Block) -> Floats:
    """By company, night, method and seat."""
    found = np.zeros((*block.limits.shape[:2], len(block.methods), SEATS))
    truths: dict[int, tuple[int, oracle.Truth]] = {}
    for night in range(block.limits.shape[1]):
        day = block.first + night
        truth = _truth(block.scenario, day, truths) if ORACLE in block.methods else None
        for company, seed in enumerate(block.seeds):
            world, limits = remembered(block.scenario, seed), block.limits[company, night]
            draws = None if truth is None else draws_of(world, seed, day, truth)
            for method, seats, told in said(world, day, block.methods, draws):
                found[company, night, block.methods.index(method), seats] = at_least(told, int(limits[seats].sum()))
    return found


def _truth(scenario: Scenario, day: int, truths: dict[int, tuple[int, oracle.Truth]]) -> oracle.Truth:
    """What the oracle knows on *day*; *truths*: by the day looked ahead to, the first day of the block and its truth.

    The fates of made-up deals take long to work out, so they are for all nights of a block that look ahead to the same
    day: what is to come by then from the first of them on, less what days before tonight bring.
    """
    ahead = horizon(day)
    if day + ahead not in truths:
        truths[day + ahead] = day, oracle.truth(scenario, day, ahead)
    first, truth = truths[day + ahead]
    return oracle.Truth(truth.chance, truth.fresh[:, day - first :], truth.walked[day - first :])
