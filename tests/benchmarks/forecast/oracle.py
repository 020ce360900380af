"""The best that anyone could say: a forecast with the true rates in place of learned ones.

It knows each segment's level of today and how that wanders, what each CSM wins, the true share of renewals lost, and by
the fates of a hundred thousand made-up deals how often one that looks like this is won by then. It does not know what
chance will bring. Its distribution is that of so many draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.benchmarks.forecast import sales
from tests.benchmarks.forecast.sales import Floats, Ints
from tests.benchmarks.forecast.scenarios import SEGMENTS, Scenario
from tests.benchmarks.forecast.world import (
    BETWEEN_A_YEAR,
    FIRST_DAY,
    SEATS,
    SEATS_A_SEGMENT,
    SEGMENT_OF,
    YEAR,
    World,
    openings_a_win,
    unannounced,
)

DRAWS = 4000
_MADE_UP = 60_000  # deals of each segment
_LONGEST_DAYS = 720
_AGES = (21, 60, 120, 240)


@dataclass(frozen=True)
class Truth:
    """For one scenario, day and horizon. *chance*: by segment, stage, band, pushes and age, of a deal open then to have
    begun by the horizon. *fresh*: by segment and day ahead, that one opened on that day has. *walked*: by day ahead,
    how many of those that come in unannounced have begun.
    """

    chance: Floats
    fresh: Floats
    walked: Floats


def truth(scenario: Scenario, day: int, days: int) -> Truth:
    """By the fates of made-up deals; the same for every company of the scenario."""
    rng = np.random.default_rng([day, days, 77])
    shape = (len(SEGMENTS), len(sales.STAGES), 5, 3, len(_AGES) + 1)
    chance, fresh = np.zeros(shape), np.zeros((len(SEGMENTS), days + 1))
    for segment in range(len(SEGMENTS)):
        created = day - rng.integers(0, _LONGEST_DAYS, _MADE_UP)
        deals = sales.deals(rng, created, np.full(_MADE_UP, segment), scenario)
        rows = deals.open_on(day)
        # One whose customer has begun is known to be won, whatever its record says.
        rows = rows[~(deals.won[rows] & (deals.starts[rows] <= day))]
        cells = _cells(deals, rows, day)
        came = deals.won[rows] & (deals.starts[rows] <= day + days)
        overall = came.mean() if len(came) else 0.0
        np.add.at(chance[segment], cells, came)
        number = np.zeros(shape[1:])
        np.add.at(number, cells, 1)
        chance[segment] = (chance[segment] + overall) / (number + 1)
        ahead = rng.integers(1, days + 1, _MADE_UP)
        future = sales.deals(rng, day + ahead, np.full(_MADE_UP, segment), scenario)
        begun = future.won & (future.starts <= day + days)
        fresh[segment] = np.bincount(ahead, begun, days + 1) / np.maximum(np.bincount(ahead, minlength=days + 1), 1)
    ahead = rng.integers(-20, days + 21, _MADE_UP)
    on = sales.pulled(rng, day + ahead)
    inside = (on > day) & (on <= day + days)
    place = ahead + 20
    walked = np.bincount(place, inside, days + 41) / np.maximum(np.bincount(place, minlength=days + 41), 1)
    return Truth(chance, fresh, walked)


def _cells(deals: sales.Deals, rows: Ints, day: int) -> tuple[Ints, ...]:
    closes = deals.close_on(rows, day)
    this = int(sales.quarter_ends(np.array([day]))[0])
    following = int(sales.quarter_ends(np.array([this + 1]))[0])
    band = np.select([closes < day, closes <= this, closes <= following], [0, 1, 2], 3)
    age = np.searchsorted(_AGES, day - deals.created[rows])
    return deals.stage(rows, day), band, np.minimum(deals.pushes(rows, day), 2), age


def draws(world: World, known: Truth, day: int, days: int, rng: np.random.Generator) -> Ints:
    """By seat and draw: customers *days* after *day*."""
    gained = _announced(world, known, day, days, rng) + _fresh(world, known, day, days, rng)
    return _stay(world, day, days, rng) + gained


def _stay(world: World, day: int, days: int, rng: np.random.Generator) -> Ints:
    account, seat = world.held(day)
    due = world.starts[account] + ((day - world.starts[account]) // YEAR + 1) * YEAR
    renews = due <= day + days
    stay = (1 - world.churn[world.segment[account]] * renews) * np.exp(-BETWEEN_A_YEAR / YEAR * days)
    found = np.zeros((SEATS, DRAWS), dtype=np.int64)
    for place in range(SEATS):
        mine = stay[seat == place]
        found[place] = (rng.random((DRAWS, len(mine))) < mine).sum(axis=1)
    return found


def _announced(world: World, known: Truth, day: int, days: int, rng: np.random.Generator) -> Ints:
    """Those that open deals bring, with the sisters of some."""
    deals = world.deals
    rows = deals.open_on(day)
    rows = rows[~(deals.won[rows] & (deals.starts[rows] <= day))]
    chance = known.chance[(deals.segment[rows], *_cells(deals, rows, day))]
    # What is won but not begun is seen by all.
    signed = np.flatnonzero(deals.won & (deals.noted <= day) & (deals.starts > day) & (deals.starts <= day + days))
    rows, chance = np.concatenate([rows, signed]), np.concatenate([chance, np.ones(len(signed))])
    found = np.zeros((SEATS, DRAWS), dtype=np.int64)
    said = world.said_seat[rows]
    for segment in range(len(SEGMENTS)):
        seats = np.flatnonzero(np.equal(SEGMENT_OF, segment))
        share = world.weights[seats] / world.weights[seats].sum()
        mine = np.equal(deals.segment[rows], segment)
        come = rng.random((DRAWS, int(mine.sum()))) < chance[mine]
        strays = rng.random(come.shape) < 0.05
        meant = np.where(said[mine] >= 0, said[mine] - seats[0], -1)[None, :]
        by_chance = np.searchsorted(np.cumsum(share), rng.random(come.shape)).clip(0, SEATS_A_SEGMENT - 1)
        anyone = rng.integers(0, SEATS_A_SEGMENT, come.shape)
        taker = np.where(strays, anyone, np.where(meant >= 0, meant, by_chance))
        brings = come * (1 + _sisters(world.scenario, come.shape, rng))
        for place in range(SEATS_A_SEGMENT):
            found[seats[place]] += (brings * (taker == place)).sum(axis=1)
    return found


def _fresh(world: World, known: Truth, day: int, days: int, rng: np.random.Generator) -> Ints:
    """Those that no open deal announces: deals not opened yet, and those that come without."""
    found = np.zeros((SEATS, DRAWS), dtype=np.int64)
    for segment in range(len(SEGMENTS)):
        levels = _levels(world, segment, day, days, rng)
        to_open = openings_a_win(world.scenario) * (0 if world.scenario.junk else 1) * known.fresh[segment]
        a_day = levels @ to_open + unannounced(world.scenario) * (levels @ known.walked[20 : 21 + days])
        for seat in np.flatnonzero(np.equal(SEGMENT_OF, segment)):
            wins = rng.poisson(world.rate(segment) * world.weights[seat] * a_day)
            found[seat] = wins + _sisters_of(world.scenario, wins, rng)
    return found


def _levels(world: World, segment: int, day: int, days: int, rng: np.random.Generator) -> Floats:
    """By draw and day ahead: what the segment's level may become, from what it is."""
    scenario = world.scenario
    place = day - FIRST_DAY
    trend = np.log1p(world.growth[segment]) / YEAR
    weeks = days // 7 + 2
    middle = len(world.levels[segment]) / 2
    noise = np.empty((DRAWS, weeks))
    noise[:, 0] = np.log(world.levels[segment, place]) - trend * (place - middle)
    for week in range(1, weeks):
        fresh = scenario.noise * np.sqrt(1 - scenario.memory**2) * rng.standard_normal(DRAWS)
        noise[:, week] = scenario.memory * noise[:, week - 1] + fresh
    ahead = np.arange(days + 1)
    found: Floats = np.exp(noise[:, ahead // 7] + trend * (place + ahead - middle))
    return found


def _sisters(scenario: Scenario, shape: tuple[int, ...], rng: np.random.Generator) -> Ints:
    return np.where(rng.random(shape) < scenario.families, rng.integers(1, 4, shape), 0)


def _sisters_of(scenario: Scenario, wins: Ints, rng: np.random.Generator) -> Ints:
    families = rng.binomial(wins, scenario.families)
    return families + rng.binomial(2 * families, 0.5)
