"""What many books come to on each of many days: the mean of a sum, and how far and how lopsidedly it strays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.outlook import Quantity


@dataclass(frozen=True, slots=True)
class Paths:
    """Arrays by row and day (day 0 is today): the first three cumulants, which of independent parts add up."""

    mean: Floats
    variance: Floats
    third: Floats

    def __add__(self, other: Paths) -> Paths:
        return Paths(self.mean + other.mean, self.variance + other.variance, self.third + other.third)

    def __sub__(self, other: Paths) -> Paths:
        return Paths(self.mean - other.mean, self.variance + other.variance, self.third - other.third)

    def plus(self, today: Floats) -> Paths:
        """With what every row has *today*."""
        return Paths(self.mean + today[:, None], self.variance, self.third)

    @property
    def median(self) -> Floats:
        """Nearly: the mean less a sixth of how lopsided it is (Cornish and Fisher)."""
        found: Floats = self.mean - self.third / (6 * np.maximum(self.variance, 1e-12))
        return found

    def at(self, row: int, day: int) -> Quantity:
        return Quantity(float(self.mean[row, day]), max(float(self.variance[row, day]), 0.0) ** 0.5)
