"""How good a forecast was: its distribution against what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from cssync.capacity.forecast.distribution import Distribution, quantile

LEVELS = (0.50, 0.80, 0.95)
_STANDARD = NormalDist()


@dataclass(frozen=True, slots=True)
class Case:
    """One book on one day. *came*: customers at the horizon; *limit*: what it is held to."""

    chances: Distribution
    came: int
    limit: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over cases. *within*: for each of ``LEVELS`` the share that the interval held."""

    crps: float
    mae: float
    within: tuple[float, ...]
    brier: float
    cases: int


def crps(chances: Distribution, came: int) -> float:
    """Continuous ranked probability score of a count: what the distribution costs, in customers."""
    size = max(len(chances), came + 1)
    below = np.minimum(np.cumsum(np.pad(chances, (0, size - len(chances)))), 1.0)
    return float(((below - (np.arange(size) >= came)) ** 2).sum())


def scored(cases: Iterable[Case]) -> Scores:
    listed = list(cases)
    costs = [crps(case.chances, case.came) for case in listed]
    misses = [abs(quantile(case.chances, 0.5) - case.came) for case in listed]
    within = tuple(float(np.mean([_held(case, level) for case in listed])) for level in LEVELS)
    reaches = np.array([min(1.0, float(case.chances[case.limit :].sum())) for case in listed])
    reached = np.array([case.came >= case.limit for case in listed])
    return Scores(
        float(np.mean(costs)), float(np.mean(misses)), within, float(np.mean((reaches - reached) ** 2)), len(listed)
    )


def _held(case: Case, level: float) -> float:
    """How much of what came the central interval holds; of a count, its ends belong to it in part.

    An interval of whole numbers always holds more than it says. The share of the two end numbers that makes it hold
    exactly *level* counts (the randomised probability integral transform in its mean, Czado et al. 2009).
    """
    total = np.cumsum(case.chances)
    place = min(case.came, len(total) - 1)
    high = float(total[place]) if case.came < len(total) else 1.0
    low = float(total[place - 1]) if 0 < case.came < len(total) else (0.0 if case.came == 0 else 1.0)
    least, most = (1 - level) / 2, (1 + level) / 2
    if high <= low:
        return float(least <= high <= most)
    return max(0.0, min(high, most) - max(low, least)) / (high - low)


def of_draws(draws: npt.NDArray[np.int64]) -> Distribution:
    return np.bincount(draws).astype(np.float64) / len(draws)


def normal(mean: float, sd: float) -> Distribution:
    """A normal distribution over whole numbers from zero on."""
    sd = max(sd, 1e-3)
    top = max(1, int(mean + 8 * sd) + 2)
    cuts = np.array([_STANDARD.cdf((k + 0.5 - mean) / sd) for k in range(top)])
    chances = np.diff(np.concatenate([[0.0], cuts]))
    chances[-1] += 1 - cuts[-1]
    return chances


Method = Callable[..., Mapping[int, Distribution]]
