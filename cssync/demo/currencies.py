"""The currencies that the made-up company bills in; the rates are round figures, not a market's."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

# Dollars for one unit.
RATES = {
    "USD": Decimal(1),
    "EUR": Decimal("1.08"),
    "GBP": Decimal("1.27"),
    "CAD": Decimal("0.73"),
    "AUD": Decimal("0.66"),
    "JPY": Decimal("0.0067"),
}

# Contracts are written in round amounts: to this many units.
ROUND_TO = {"USD": 50, "EUR": 50, "GBP": 50, "CAD": 50, "AUD": 50, "JPY": 5000}


def rates() -> pl.DataFrame:
    """``currency, rate``: corporate units for one unit, as text, so that no digit is lost in a CSV."""
    return pl.DataFrame({"currency": list(RATES), "rate": [str(rate) for rate in RATES.values()]})
