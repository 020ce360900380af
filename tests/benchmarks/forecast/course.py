"""The books of a simulated company through a watch: what each holds, what it is held to, and when it gets there."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.forecast.sales import Flags, Ints
from tests.benchmarks.forecast.world import SEATS, World

# A book is held to so much more than it holds: at one limit for all, small books are never at it and large ones always.
HELD_TO = 1.15


def limit_of(customers: int) -> int:
    return math.ceil(HELD_TO * max(customers, 1))


@dataclass(frozen=True)
class Course:
    """By night, from day *first* on, and seat: customers *held* at its close, the *limits*, who has *reached* theirs,
    and who did *by_itself*: with nothing handed over on that day. A book that has reached its limit is held to a new
    one from the next night on.
    """

    world: World
    first: int
    held: Ints
    limits: Ints
    reached: Flags
    by_itself: Flags


def course(world: World, first: int, nights: int, limit: Callable[[int], int] = limit_of) -> Course:
    held = np.array([customers(world, first + night) for night in range(nights)])
    limits = np.empty_like(held)
    limits[0] = [limit(customers) for customers in held[0].tolist()]
    for night in range(1, nights):
        over = held[night - 1] >= limits[night - 1]
        fresh = [limit(customers) for customers in held[night - 1].tolist()]
        limits[night] = np.where(over, fresh, limits[night - 1])
    reached = held >= limits
    unmoved = np.array([world.truth(first + night - 1, 1) for night in range(nights)])
    return Course(world, first, held, limits, reached, reached & (unmoved >= limits))


def customers(world: World, day: int) -> Ints:
    """By seat, at the close of *day*."""
    return np.bincount(world.held(day)[1], minlength=SEATS)


def to_come(world: World, day: int, days: int) -> Ints:
    """By day, 0 is *day*, and seat: customers, if nothing is handed over after *day*."""
    account, seat = world.held(day)
    later = np.flatnonzero((world.starts > day) & (world.starts <= day + days))
    seats = np.concatenate([seat, world.seat[later]])
    begins = np.concatenate([np.zeros(len(account), dtype=np.int64), world.starts[later] - day])
    ends = np.concatenate([world.ends[account], world.ends[later]]) - day
    steps = np.zeros((days + 2, SEATS), dtype=np.int64)
    np.add.at(steps, (begins, seats), 1)
    np.add.at(steps, (np.minimum(ends, days + 1), seats), -1)
    found: Ints = np.cumsum(steps, axis=0)[: days + 1]
    return found
