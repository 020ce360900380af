"""How far wins stray from what is expected beyond chance: customers come in bunches, and markets swing.

A parent brings its sisters: of that every book strays by as much more as it wins. A good quarter is good for all CSMs
of a segment: of that a large book strays in proportion as far as a small one, and they do it together. Which it is,
past quarters tell by how far single books and whole segments were off (Bayes, on a grid).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from cssync.books.history import QUARTER_DAYS
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.lookback import LookBack
from cssync.capacity.forecast.roster import Rows, sums
from cssync.capacity.forecast.seasons import number_of

_BUNCHES = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])
_SWINGS = np.geomspace(0.005, 0.5, 11)
# Before the past is asked: (usual, standard deviation) of bunches; (median, standard deviation of the logarithm) of
# swings, in which companies differ most.
_USUAL_BUNCHES = 0.5, 0.3
_USUAL_SWINGS = 0.03, 3.0
# A quarter of the past lies between others that its rate was learned of; one to come does not, and swings further
# (measured).
_AHEAD = 2.5
# One book further off than so many standard deviations tells of that book, not of all.
_FAR_OFF = 4.0


@dataclass(frozen=True, slots=True)
class Strays:
    """The variance of wins of mean m is ``m * (1 + bunches) + m ** 2 * swings``.

    Of those of them that no deal announces yet, u in the mean, it is ``u * (1 + bunches) + u * m * swings``: what is
    announced swings too, in part (measured).
    """

    bunches: float
    swings: float


@dataclass(frozen=True, slots=True)
class Misses:
    """By book, of one past quarter. *off*: the wins less the *mean* that was to be expected, which rests on so many
    *arrivals*; *segment*: see ``Roster.segment_of``.
    """

    off: Floats
    mean: Floats
    arrivals: Floats
    segment: Rows


def of_past(back: LookBack) -> Iterator[Misses]:
    """Of each whole quarter that was looked back on; what was to be expected is learned without it."""
    for until in range(back.as_of, number_of(back.events.since) + QUARTER_DAYS - 1, -QUARTER_DAYS):
        past = back.stretch(until - QUARTER_DAYS, until)
        there, segment = past.there, back.roster.segment_of
        yield Misses((past.came - past.plain)[there], past.plain[there], past.arrivals[there], segment[there])


def learned(quarters: Iterable[Misses]) -> Strays:
    """What strays wins of days to come, by how far those of past *quarters* were off."""
    (bunches, apart), (swings, wide) = _USUAL_BUNCHES, _USUAL_SWINGS
    believed = np.add.outer(
        -(((_BUNCHES - bunches) / apart) ** 2) / 2,
        -((np.log(_SWINGS / swings) / wide) ** 2) / 2,
    )
    for quarter in quarters:
        believed += [_likelihood(quarter, each) for each in _BUNCHES]
    weights = np.exp(believed - believed.max())
    weights /= weights.sum()
    return Strays(float(weights.sum(axis=1) @ _BUNCHES), _AHEAD * float(weights.sum(axis=0) @ _SWINGS))


def _likelihood(quarter: Misses, bunches: float) -> Floats:
    """By swings: the logarithm of how likely these misses are, were they normal."""
    mean, size = quarter.mean, int(quarter.segment.max(initial=-1)) + 1
    # Of whom next to nothing is expected, a single win is not to be a wonder.
    alone = np.maximum(mean * (1 + bunches) + mean**2 / quarter.arrivals, 0.25)
    far = _FAR_OFF * np.sqrt(alone + mean**2 * _USUAL_SWINGS[0])
    off = np.clip(quarter.off, -far, far)
    # What a segment has in common is one number: its determinant and inverse are known (Sherman and Morrison).
    common, together = (
        sums(quarter.segment, mean * of / alone, size)[:, None] * _SWINGS**n for of, n in ((mean, 1), (off, 0.5))
    )
    likelihood: Floats = (together**2 / (1 + common) - np.log1p(common)).sum(axis=0) / 2
    return likelihood - float((np.log(alone) + off**2 / alone).sum()) / 2
