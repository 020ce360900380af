"""The forecast beside lines through points and beside an oracle, on simulated companies; and how long it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from statistics import median

from tests.benchmarks.forecast import nights, peers
from tests.benchmarks.forecast.at_once import processes
from tests.benchmarks.forecast.said import BY_SEGMENT
from tests.benchmarks.forecast.scenarios import BASE, SCENARIOS
from tests.benchmarks.forecast.scores import LEVELS, Scores
from tests.benchmarks.forecast.trying import DAYS, compared
from tests.benchmarks.measure import PYTHON, Figure, child

_CSMS = 5_000
_SECONDS = 10.0
# CRPS over the oracle's that is to be met.
TARGETS = {"base": 1.20, "turbulent": 1.35}
_OTHER_TARGET = 1.25
_WITHIN_POINTS = 0.03
_WATCHED_COMPANIES = 4
# Seeds that nothing was tuned on.
FIRST_SEED = 1


def figures(companies: int, watched_nights: int, csms: int = _CSMS) -> Iterator[Figure]:
    """*companies*: simulated ones a scenario. *watched_nights*: of each book, for the trigger."""
    others = peers.available()
    seeds = range(FIRST_SEED, FIRST_SEED + companies)
    if peers.AUTO_ETS not in others:
        yield Figure(f"  {peers.AUTO_ETS}", "not installed: uv sync --group bench")
    with processes() as each:
        for scenario in SCENARIOS:
            told = compared(scenario, seeds, ("oracle", "ledger", BY_SEGMENT, *others), each=each)
            of_segments = told.pop(BY_SEGMENT)
            yield from _scenario(scenario.name, told)
            yield Figure(f"  segments, {of_segments.cases}: 50/80/95% hold", _held(of_segments))
        for history in (0, 30):
            told = compared(BASE, seeds, ("oracle", "ledger"), days=DAYS[::2], history=history, each=each)
            yield Figure(f"  base, {history} days of history: CRPS / oracle", f"{_ratio(told, 'ledger'):.2f}")
        watched = nights.watched(BASE, seeds[:_WATCHED_COMPANIES], ("oracle", "ledger", *others), watched_nights, each)
        yield from triggered(watched)
    yield from _speed(csms)


def triggered(found: Mapping[str, nights.Trigger]) -> Iterator[Figure]:
    """By method: the share of alerts that were right and of breaches that were foreseen, F1 of the two, the median of
    days before a breach, and flips in a hundred nights of a book.
    """
    one = found["ledger"]
    header = f"{'right':>5} {'foreseen':>8} {'F1':>4} {'lead':>5} {'flips':>5}"
    yield Figure(f"trigger, base, {one.nights:,} nights of books, {one.breaches} breaches:", header)
    for method, told in found.items():
        lead = f"{median(told.lead_days):.0f} d" if told.lead_days else "none"
        flips = 100 * told.flips / told.nights
        measured = f"{told.precision:5.0%} {told.recall:8.0%} {told.f1:.2f} {lead:>5} {flips:5.2f}"
        yield Figure(f"  {method}, {told.opened} alerts", measured)


def _ratio(scores: dict[str, Scores], method: str) -> float:
    return scores[method].crps / scores["oracle"].crps


def _held(scores: Scores) -> str:
    return "/".join(f"{share * 100:.0f}" for share in scores.within)


def _scenario(name: str, scores: dict[str, Scores]) -> Iterator[Figure]:
    target = TARGETS.get(name, _OTHER_TARGET)
    cases = scores["ledger"].cases
    yield Figure(f"forecast, {name}, {cases} books:", "CRPS/oracle  MAE   50/80/95% hold Brier")
    for method, told in scores.items():
        ratio = _ratio(scores, method)
        measured = f"{ratio:.2f}  {told.mae:5.2f}  {_held(told):>9}  {told.brier:.3f}"
        if method == "ledger":
            yield Figure(f"  {method}", measured, f"CRPS/oracle <= {target:.2f}", met=ratio <= target)
            off = max(abs(share - level) for share, level in zip(told.within, LEVELS, strict=True))
            yield Figure("  its intervals, furthest off", f"{off * 100:.1f} points", "<= 3", met=off <= _WITHIN_POINTS)
        else:
            yield Figure(f"  {method}", measured)


def _speed(csms: int) -> Iterator[Figure]:
    run = child((PYTHON, "-m", "tests.benchmarks.forecast.crowd", str(csms)))
    cost = json.loads(run.output)
    what = f"{cost['books']:,} CSMs, {cost['accounts']:,} customers, every book forecast"
    met = cost["seconds"] < _SECONDS if csms == _CSMS else None
    yield Figure(what, f"{cost['seconds']:.1f} s of CPU", f"< {_SECONDS:.0f} s", met=met)
    yield Figure("  every segment's outlook, 400 days", f"{cost['outlook']:.1f} s of CPU")
    yield Figure("  peak memory of that", f"{run.peak_mb:,.0f} MB")
