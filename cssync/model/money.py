"""Exchange rates into the one currency in which every figure is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """*rates*: units of the corporate currency for one unit of the key ("EUR": 1.08 when corporate is USD).

    *sources* says for each key where its rate came from ("Salesforce CurrencyType", "settings money.rates").
    The corporate currency itself is always 1.

    *dated*: for a currency whose rate changes by date, (first day, rate) in order of days. What is dated itself (an
    opportunity, by its close date) is converted by them; before the first day, by the first of them.
    """

    corporate: str
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    dated: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)
