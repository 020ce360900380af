"""Exact distributions of counts, and what is read from them.

A Distribution is the probability of 0, 1, 2, ...; two independent counts add up by convolution.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Distribution = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]

# What is further out than so many standard deviations carries less than 1e-12.
_FAR_OUT = 12.0


def sum_of_bernoullis(chances: Floats) -> Distribution:
    """How many of independent events come about, of which each has a chance of its own."""
    chances = chances[chances > 0]
    size = len(chances) + 1
    # Over the roots of unity a product stands for the convolution (Fernandez and Williams, 2010).
    roots = np.exp(-2j * np.pi * np.arange(size) / size)
    return normalised(np.clip(np.fft.ifft(np.prod(1 + np.outer(roots - 1, chances), axis=1)).real, 0, None))


def negative_binomial(mean: float, shape: float) -> Distribution:
    """A count whose rate is itself uncertain: the variance is mean + mean ** 2 / shape."""
    if mean <= 0 or shape <= 0:
        return np.ones(1)
    odds = mean / shape
    k = np.arange(1, int(mean + _FAR_OUT * math.sqrt(mean * (1 + odds)) + 40))
    steps = np.log((shape + k - 1) / k * (odds / (1 + odds)))
    return normalised(np.exp(np.concatenate([[0.0], np.cumsum(steps)]) - shape * math.log1p(odds)))


def poisson(mean: float) -> Distribution:
    if mean <= 0:
        return np.ones(1)
    k = np.arange(1, int(mean + _FAR_OUT * math.sqrt(mean) + 40))
    return normalised(np.exp(np.concatenate([[0.0], np.cumsum(math.log(mean) - np.log(k))]) - mean))


def convolved(*parts: Distribution) -> Distribution:
    """The distribution of the sum of independent counts."""
    total = np.ones(1)
    for part in parts:
        total = np.convolve(total, part)
    return normalised(total)


def normalised(weights: Distribution) -> Distribution:
    chances: Distribution = weights / weights.sum()
    return chances


def quantile(chances: Distribution, q: float) -> int:
    """The least number whose probability of not being exceeded is *q* or more."""
    # A hair's breadth of rounding is not to move a median that stands exactly on the half.
    return int(np.searchsorted(np.cumsum(chances), q - 1e-12))


def at_least(chances: Distribution, number: int) -> float:
    return min(1.0, float(chances[max(0, number) :].sum()))
