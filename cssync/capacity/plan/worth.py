"""What a hire brings, beside what it costs (seed 16): each one's own share, so that the last is not paid by the first.

There is no ideal ratio: headcount is right where one more would bring less than it costs. What it brings is an
assumption, so it is named, and the figure that needs none stands beside it: how much churn a hire has to avoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from cssync.settings.hiring import HireValue

_CENT = Decimal("0.01")
# Seed 35: at a valuation of $100M, 2 points of churn are worth about $20M.
_VALUATION_BY_CHURN = 10


@dataclass(frozen=True, slots=True)
class Worth:
    """Of the hire *number*, once it is ramped. *busy*: how much of it the load fills by the end of the plan (0..1).

    *arr*: what it looks after. *kept*, *added*: churn avoided and expansion, a year. *lifetime*: both over the years
    that customers stay. *pays_from*: the share of *arr* a year that it has to keep or add to be paid within these
    years; None where it would have nothing to look after. *valuation*: what the churn avoided does to it, None where
    that is not reckoned.
    """

    number: int
    cost_per_year: Decimal
    busy: float
    arr: Decimal
    kept: Decimal
    added: Decimal
    lifetime: Decimal
    pays_from: Decimal | None
    valuation: Decimal | None

    @property
    def pays(self) -> bool:
        return self.lifetime >= self.cost_per_year


@dataclass(frozen=True, slots=True)
class Terms:
    """*arr_each*: the ARR of a full book of the segment. *total_arr*: of the company. *cost_per_year*: of a CSM."""

    arr_each: Decimal
    total_arr: Decimal
    cost_per_year: Decimal
    value: HireValue


def worth(hired: int, most_lacking: float, terms: Terms) -> tuple[Worth, ...]:
    """One of each of *hired*, and of one more. *most_lacking*: CSMs, at the worst."""
    return tuple(
        _worth(number, min(1.0, max(0.0, most_lacking - (number - 1))), terms) for number in range(1, hired + 2)
    )


def _worth(number: int, busy: float, terms: Terms) -> Worth:
    cost, value = terms.cost_per_year, terms.value
    arr = _cents(terms.arr_each * Decimal(f"{busy:.6f}"))
    kept, added = _cents(arr * value.churn_avoided), _cents(arr * value.expansion)
    return Worth(
        number=number,
        cost_per_year=cost,
        busy=busy,
        arr=arr,
        kept=kept,
        added=added,
        lifetime=_cents((kept + added) * value.lifetime),
        pays_from=(cost / (arr * value.lifetime)).quantize(Decimal("0.0001")) if arr else None,
        valuation=_valuation(kept, terms),
    )


def _valuation(kept: Decimal, terms: Terms) -> Decimal | None:
    """A point of the whole company's churn moves its valuation by a tenth."""
    if terms.value.valuation is None or not terms.total_arr:
        return None
    return _cents(terms.value.valuation * _VALUATION_BY_CHURN * kept / terms.total_arr)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_EVEN)
