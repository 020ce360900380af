"""By how much more customers come from quarter to quarter: what the mean rate of the last year lags behind.

A line through the arrivals of the last four quarters; of whole ones, so that their rhythm does not look like growth,
and of all segments together, since one segment's quarter is mostly chance. Its slope is drawn towards none as far as
chance, bunches of customers, and the ups and downs that every market has, could have made it; what they can hardly have
made is believed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cssync.books.history import QUARTER_DAYS
from cssync.capacity.forecast.distribution import Floats

_QUARTERS = 4
# All as shares: by how much companies usually grow or shrink in a year, how far a quarter strays from its trend beyond
# chance, and how many times the variance of a slope its square must be to be believed at all beyond what is usual.
_USUAL = 0.2
_STRAYS = 0.15
_BEYOND = 3.0
# It is not believed to go on for longer, nor to make a rate other than so many times that of the year.
_GOES_ON_DAYS = 182
_LEAST, _MOST = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Growth:
    """*a_year*: what comes more a year later, as a share of what came in the last year."""

    a_year: float = 0.0

    def over(self, days: int) -> Floats:
        """What the mean rate of the last year is to be multiplied by on each of *days* from tomorrow on."""
        since_middle = QUARTER_DAYS * _QUARTERS / 2 + np.minimum(np.arange(1, days + 1), _GOES_ON_DAYS)
        found: Floats = np.clip(1 + self.a_year * since_middle / 365, _LEAST, _MOST)
        return found


def learned(arrived: npt.NDArray[np.int64], as_of: int, days: int) -> Growth:
    """*arrived*: the days on which customers came in the *days* up to *as_of*; less than a year tells nothing."""
    ages = as_of - arrived
    quarters = np.bincount(ages[ages < QUARTER_DAYS * _QUARTERS] // QUARTER_DAYS, minlength=_QUARTERS)[::-1]
    mean = float(quarters.mean())
    if days < QUARTER_DAYS * _QUARTERS or not mean:
        return Growth()
    years = (np.arange(_QUARTERS) - (_QUARTERS - 1) / 2) * QUARTER_DAYS / 365
    spread = float((years**2).sum())
    slope = float((years * quarters).sum()) / (mean * spread)
    off = quarters - mean * (1 + slope * years)
    # Customers that come in a bunch are further off a line than chance would have each of them.
    bunched = max(1.0, float((off**2).sum()) / (_QUARTERS - 2) / mean)
    unsure = (bunched / mean + _STRAYS**2) / spread
    beyond = 1 - _BEYOND * unsure / slope**2 if slope else 0.0
    return Growth(slope * max(_USUAL**2 / (_USUAL**2 + unsure), beyond))
