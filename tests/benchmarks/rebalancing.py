"""Proposals for made-up companies: ours beside one integer program over all pairs, greedy moves, and exchanges alone.

As a program: makes one proposal, and writes what it costs, its bound, its seconds and its peak memory as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from cssync.capacity.rebalance.exact import Piece, formulate, settle
from cssync.capacity.rebalance.exchange import exchange
from cssync.capacity.rebalance.greedy import greedy
from cssync.capacity.rebalance.highs import Effort
from cssync.capacity.rebalance.problem import Problem
from cssync.capacity.rebalance.search import QUICK, THOROUGH, solve
from tests.benchmarks.crowded import MILD, TIGHT, crowded
from tests.benchmarks.measure import PYTHON, Figure, child

_TENSIONS = {"mild": MILD, "tight": TIGHT}
_MOST_MB = 1_000.0


@dataclass(frozen=True, slots=True)
class Size:
    """*seconds*: how long a proposal may take. *missed*: how much of what can be gained it may miss; or *over*: how far
    it may lie over the bound of the relaxation.
    """

    csms: int
    accounts: int
    seconds: int
    missed: float | None = None
    over: float | None = None

    @property
    def name(self) -> str:
        return f"{self.csms} CSMs, {self.accounts:,} accounts"


SIZES = (Size(5, 200, 10, missed=0.01), Size(50, 3_000, 30, missed=0.01), Size(500, 30_000, 120, over=0.10))


@dataclass(frozen=True, slots=True)
class Made:
    """*bound*: of the way of making it; minus infinity where it has none."""

    price: float
    bound: float
    seconds: float
    peak_mb: float


def figures(sizes: tuple[Size, ...], seeds: int) -> Iterator[Figure]:
    """A line for each size, tension and way, over *seeds* companies."""
    for size in sizes:
        for tension in _TENSIONS:
            yield from _of(size, tension, seeds)


def _of(size: Size, tension: str, seeds: int) -> Iterator[Figure]:
    made = {way: [_made(size, tension, seed, way) for seed in range(1, seeds + 1)] for way in _WAYS}
    nothing = [one.price for one in made.pop("nothing")]
    relaxed = [one.bound for one in made["relaxation"]]
    best = [max(one.bound for one in of_seed) for of_seed in zip(*made.values(), strict=True)]
    title = f"{size.name}, {tension}"
    yield Figure(f"{title}: the relaxation", f"{fmean(relaxed):,.1f} {_time(made.pop('relaxation'))}")
    for way, of_way in made.items():
        missed = [_missed(one.price, start, bound) for one, start, bound in zip(of_way, nothing, best, strict=True)]
        over = [_over(one.price, bound) for one, bound in zip(of_way, relaxed, strict=True)]
        told = f"misses {max(missed):.2%}, over LP {max(over):.1%}, {_time(of_way)}"
        yield Figure(f"  {way}", told, *(_judged(size, of_way, max(missed), max(over)) if way == "ours" else ()))


def _judged(size: Size, made: list[Made], missed: float, over: float) -> tuple[str, bool]:
    in_time = all(one.seconds <= size.seconds * 1.1 and one.peak_mb < _MOST_MB for one in made)
    if size.missed is not None:
        return f"<= {size.missed:.0%} missed, {size.seconds} s, < 1 GB", in_time and missed <= size.missed
    most = size.over or 0.0
    return f"<= {most:.0%} over LP, {size.seconds} s, < 1 GB", in_time and over <= most


def _missed(price: float, nothing: float, bound: float) -> float:
    return (price - bound) / (nothing - bound) if nothing > bound else 0.0


def _over(price: float, bound: float) -> float:
    return price / bound - 1 if bound > 0 else 0.0


def _time(made: list[Made]) -> str:
    return f"{max(one.seconds for one in made):.1f} s, {max(one.peak_mb for one in made):,.0f} MB"


def _made(size: Size, tension: str, seed: int, way: str) -> Made:
    numbers = (size.csms, size.accounts, seed, size.seconds)
    run = child((PYTHON, "-m", "tests.benchmarks.rebalancing", way, tension, *map(str, numbers)))
    return Made(**json.loads(run.output))


def _nothing(problem: Problem, _seconds: float) -> tuple[float, float]:
    return problem.price(problem.nothing()), -1e300


def _relaxation(problem: Problem, seconds: float) -> tuple[float, float]:
    answer = formulate(Piece.whole(problem), whole=False).program.solve(Effort(seconds=seconds))
    bound = answer.objective if answer is not None and answer.proven else -1e300
    return bound, bound


def _ours(problem: Problem, seconds: float) -> tuple[float, float]:
    start = time.monotonic()
    found = solve(problem, THOROUGH, lambda *_: time.monotonic() - start < seconds)
    return found.price, -1e300 if found.bound is None else found.bound


def _of_a_night(problem: Problem, _seconds: float) -> tuple[float, float]:
    return solve(problem, QUICK).price, -1e300


def _one_program(problem: Problem, seconds: float) -> tuple[float, float]:
    settled = settle(Piece.whole(problem), Effort(seconds=seconds))
    if settled is None:
        return problem.price(problem.nothing()), -1e300
    return problem.price(settled[0]), settled[1].bound


def _greedy(problem: Problem, _seconds: float) -> tuple[float, float]:
    return problem.price(greedy(problem, problem.nothing())), -1e300


def _exchanges(problem: Problem, _seconds: float) -> tuple[float, float]:
    return problem.price(exchange(problem, greedy(problem, problem.nothing()), QUICK.passes)), -1e300


_WAYS: Mapping[str, Callable[[Problem, float], tuple[float, float]]] = {
    "nothing": _nothing,
    "relaxation": _relaxation,
    "ours": _ours,
    "ours, as a night does": _of_a_night,
    "HiGHS, one program": _one_program,
    "greedy": _greedy,
    "greedy and exchanges": _exchanges,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=_WAYS)
    parser.add_argument("tension", choices=_TENSIONS)
    for number in ("csms", "accounts", "seed", "seconds"):
        parser.add_argument(number, type=int)
    given = parser.parse_args()
    problem = crowded(given.csms, given.accounts, _TENSIONS[given.tension], given.seed)
    start = time.monotonic()
    price, bound = _WAYS[given.way](problem, given.seconds)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    made = Made(price, bound, time.monotonic() - start, peak)
    sys.stdout.write(json.dumps({name: getattr(made, name) for name in Made.__slots__}))


if __name__ == "__main__":
    main()
