"""What the trigger makes of each method's forecasts, night after night: what it foresees, when, and how it flaps.

A book's alert opens when the chance to be at its limit by the end of next quarter is a half on two nights running, and
ends below 35%, or as the book gets there: then other alerts have the word, and the book is held to a new limit. An
alert is right if its book, with nothing handed over, is at the limit on some day up to the end of the quarter that it
was about. A breach is foreseen if an alert was open on the night before; a book that is at its limit only because of
what was handed to it that day is no breach to foresee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cssync.capacity.forecast.distribution import Floats
from tests.benchmarks.forecast.at_once import Each
from tests.benchmarks.forecast.chances import chances
from tests.benchmarks.forecast.course import Course, course, to_come
from tests.benchmarks.forecast.said import horizon
from tests.benchmarks.forecast.scenarios import Scenario
from tests.benchmarks.forecast.world import FIRST_DAY, SEATS, simulated

FIRE_AT, CLEAR_UNDER, RUNNING = 0.5, 0.35, 2
_STARTS = 852


@dataclass
class Trigger:
    """*opened*, *right*: alerts, and those whose book gets there. *breaches*, *foreseen*: all, and those with an alert
    open before; *lead_days*: for how many nights. *flips*: alerts opened, and ended without a breach. *nights*: of all
    books.
    """

    opened: int = 0
    right: int = 0
    breaches: int = 0
    foreseen: int = 0
    lead_days: list[int] = field(default_factory=list)
    flips: int = 0
    nights: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(self.opened, 1)

    @property
    def recall(self) -> float:
        return self.foreseen / max(self.breaches, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def watched(
    scenario: Scenario, seeds: Sequence[int], methods: Sequence[str], nights: int, each: Each = map
) -> Mapping[str, Trigger]:
    courses = {seed: course(simulated(scenario, seed), FIRST_DAY + _STARTS, nights) for seed in seeds}
    told = chances(scenario, courses, methods, each)
    found = {method: Trigger() for method in methods}
    for company, one in enumerate(courses.values()):
        for place, method in enumerate(methods):
            for seat in range(SEATS):
                follow(found[method], one, seat, told[company, :, place, seat])
    return found


def follow(trigger: Trigger, of: Course, seat: int, chance: Floats) -> None:
    """Add to *trigger* what it makes of one book; *chance*: by night."""
    opened: int | None = None
    likely = 0
    for night, now in enumerate(chance.tolist()):
        trigger.nights += 1
        if of.reached[night, seat]:
            if of.by_itself[night, seat]:
                trigger.breaches += 1
                if opened is not None:
                    trigger.foreseen += 1
                    trigger.lead_days.append(night - opened)
            opened, likely = None, 0
        elif opened is None:
            likely = likely + 1 if now >= FIRE_AT else 0
            if likely == RUNNING:
                opened = night
                trigger.opened += 1
                trigger.flips += 1
                trigger.right += _gets_there(of, night, seat)
        elif now < CLEAR_UNDER:
            opened, likely = None, 0
            trigger.flips += 1


def _gets_there(of: Course, night: int, seat: int) -> bool:
    day = of.first + night
    counts = to_come(of.world, day, horizon(day))[:, seat]
    return bool((counts >= of.limits[night, seat]).any())
