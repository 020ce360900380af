"""Hours are exact decimals to the ten-thousandth, so that what is shown adds up and a boundary is where it is said."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl

HOURS = pl.Decimal(38, 4)
_PLACES = 4
_SMALLEST = Decimal("0.0001")


def exact(value: Fraction) -> Decimal:
    """*value* to the ten-thousandth, half to even."""
    return Decimal(round(value * 10**_PLACES)).scaleb(-_PLACES)


def rounded(hours: Decimal) -> Decimal:
    return hours.quantize(_SMALLEST, ROUND_HALF_EVEN)
