"""Companies made up for rebalancing: CSMs of three segments, regions and languages, some with too much to do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cssync.capacity.rebalance.problem import Flags, Problem

_SEGMENTS = 3
_REGIONS = 3
_LANGUAGES = 3
# Of a segment: most accounts, ARR of one in dollars, hours of one a month.
_MOST_ACCOUNTS = np.array([120.0, 60.0, 25.0])
_ARR = np.array([12_000.0, 30_000.0, 75_000.0])
_HOURS = np.array([1.0, 2.0, 5.0])
_HOURS_A_MONTH = 128.0
_CENTS, _MINUTES = 100.0, 60.0
_UNMOVABLE = 0.15
_PENALTY = 1_000.0
_STEEP_FROM = 0.3
_INCOMING = 0.25


@dataclass(frozen=True, slots=True)
class Tension:
    """How full books are, as shares of what their CSMs can carry, and which share of accounts may move."""

    mean: float
    spread: float
    moves: float


MILD = Tension(0.82, 0.22, 0.15)
TIGHT = Tension(1.0, 0.25, 0.15)


def crowded(csms: int, accounts: int, tension: Tension, seed: int) -> Problem:
    """About *accounts* accounts in *csms* books; the same for the same seed."""
    rng = np.random.default_rng(seed)
    areas = csms >= 30  # a small team has one region and one language
    segment = rng.integers(0, _SEGMENTS, csms)
    region = rng.integers(0, _REGIONS, csms) if areas else np.zeros(csms, dtype=np.int64)
    speaks = rng.random((csms, _LANGUAGES)) < (0.35 if areas else 1.0)
    speaks[:, 0] |= ~speaks.any(axis=1) | (rng.random(csms) < 0.5)
    fill = np.clip(rng.normal(tension.mean, tension.spread, csms), 0.2, 2.0)
    held = fill * _MOST_ACCOUNTS[segment]
    held = np.maximum(1, np.round(held * accounts / held.sum())).astype(np.int64)
    most = np.maximum(5.0, np.round(held / fill))
    owner = np.repeat(np.arange(csms), held)
    language = np.array([rng.choice(np.flatnonzero(speaks[csm])) for csm in owner])
    size = rng.lognormal(-0.32, 0.8, len(owner))
    arr = np.round(_ARR[segment[owner]] * size * _CENTS)
    hours = np.round(_HOURS[segment[owner]] * rng.uniform(0.6, 1.6, len(owner)) * _MINUTES)
    weight = np.column_stack([np.ones(len(owner)), arr, hours])
    load = np.zeros((csms, 3))
    np.add.at(load, owner, weight)
    mean = most * (_ARR * _CENTS)[segment], most * (_HOURS * _MINUTES)[segment]
    limit = np.column_stack([most, np.round(mean[0] * 1.1), np.round(mean[1] * 1.2)])
    years = rng.exponential(1.5, len(owner))
    cost = 1.0 + 0.25 * np.minimum(years, 4.0) + arr / (limit[owner, 1] / limit[owner, 0])
    cost += 3.0 * (rng.random(len(owner)) < 0.03) + 2.0 * (rng.random(len(owner)) < 0.08)
    gives: Flags = np.any(load > limit, axis=1)
    takes_in = ~gives
    group = (segment[owner] * _REGIONS + region[owner]) * _LANGUAGES + language
    kinds = np.arange(_SEGMENTS * _REGIONS * _LANGUAGES)
    of_segment, of_region, of_language = kinds // 9, kinds // 3 % 3, kinds % 3
    receivers = np.flatnonzero(takes_in)
    takes = (of_segment[:, None] == segment[receivers]) & (of_region[:, None] == region[receivers])
    takes &= speaks[receivers][:, of_language].T
    room = np.minimum(limit - load, _INCOMING * limit)[receivers]
    room[:, 0] = np.floor(room[:, 0])
    movable = np.flatnonzero(gives[owner] & (rng.random(len(owner)) >= _UNMOVABLE))
    places = np.cumsum(gives) - 1
    return Problem(
        giver=places[owner[movable]],
        group=group[movable],
        cost=cost[movable],
        weight=weight[movable],
        load=load[gives],
        limit=limit[gives],
        scale=limit[gives],
        penalty=np.full(3, _PENALTY),
        steep_from=_STEEP_FROM,
        room=np.floor(room),
        takes=takes,
        detour=np.zeros(takes.shape),
        budget=round(tension.moves * len(owner)),
    )
