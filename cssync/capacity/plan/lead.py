"""The way from an open requisition to a CSM who carries a full book: time to fill, notice, ramp."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.float64]  # one number a day, the first of them tonight's


@dataclass(frozen=True, slots=True)
class Lead:
    """Each in days, one after the other; a new CSM grows linearly from nothing to in full over the ramp (seed 31)."""

    to_fill: int
    notice: int
    ramp: int

    @property
    def to_start(self) -> int:
        return self.to_fill + self.notice

    @property
    def days(self) -> int:
        return self.to_start + self.ramp

    def hire_by(self, short_on: date) -> date:
        """The last day on which opening a requisition brings a ramped CSM by *short_on*; it may have passed."""
        return short_on - timedelta(days=self.days)

    def ramped(self, starts_in: int, days: int) -> Days:
        """What share of a CSM is there on each of *days* days, of one who starts *starts_in* days from the first."""
        worked = np.arange(days, dtype=np.float64) - starts_in
        if self.ramp == 0:
            return (worked >= 0).astype(np.float64)
        share: Days = np.clip(worked / self.ramp, 0.0, 1.0)
        return share
