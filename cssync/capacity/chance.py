"""How likely it is that chance alone made the last months so much worse than the time before: exact, by conditioning.

Whatever the rate is, given all that was lost in both times, each loss fell into the recent one with the probability of
its share of what could have been lost. How many, or how much, fell there has an exact distribution, with no rate to
estimate and none of the errors of a normal approximation where few were lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

# Amounts are told apart to so many parts of their sum.
_PARTS = 4096


def of_count(recent: int, before: int, share: float) -> float:
    """Probability that *recent* or more of all losses fall into the recent time, which has *share* of the exposure."""
    total = recent + before
    if recent == 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    logs = [
        math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
        + k * math.log(share) + (total - k) * math.log1p(-share)
        for k in range(recent, total + 1)
    ]  # fmt: skip
    return min(1.0, math.fsum(map(math.exp, logs)))


def of_amount(recent: Sequence[Decimal], before: Sequence[Decimal], share: float) -> float:
    """The same of amounts: that losses worth as much as *recent* or more fall into the recent time."""
    total = sum((*recent, *before), Decimal(0))
    if total <= 0 or not recent:
        return 1.0
    parts = [[round(amount * _PARTS / total) for amount in amounts] for amounts in (recent, before)]
    chances = np.zeros(sum(map(sum, parts)) + 1)
    chances[0] = 1.0
    for size in (*parts[0], *parts[1]):
        here = chances * (1 - share)
        here[size:] += chances[: len(chances) - size] * share
        chances = here
    return min(1.0, float(chances[sum(parts[0]) :].sum()))
