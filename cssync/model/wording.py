"""How figures are put into words, the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
# 999,500 is shown as 1M, not as 1000k.
_ROUNDS_UP = Decimal("0.9995")
_SCALES = ((Decimal(1_000_000_000), "B"), (Decimal(1_000_000), "M"), (Decimal(1_000), "k"))


def money(amount: Decimal, currency: str) -> str:
    """Three digits at most: "$3.14M", "€450k", "CHF 12"; exact figures are in the JSON and the book."""
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    for scale, letter in _SCALES:
        if size >= scale * _ROUNDS_UP:
            return f"{sign}{symbol}{_rounded(size / scale):f}{letter}"
    return f"{sign}{symbol}{_rounded(size):f}"


def exact_money(amount: Decimal, currency: str) -> str:
    """To the cent: "$3,120,037.00", "CHF 12.50"."""
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    return f"{'-' if amount < 0 else ''}{symbol}{abs(amount):,.2f}"


def _rounded(value: Decimal) -> Decimal:
    rounded = round(value, 2 - value.adjusted()) if value.adjusted() > 0 else round(value, 2)
    whole = rounded == rounded.to_integral_value()
    return rounded.quantize(Decimal(1)) if whole else rounded.normalize()


def signed_money(amount: Decimal, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"


def hours(amount: Decimal) -> str:
    """To a tenth, and whole where it is: 352 h, 10.8 h"""
    tenth = round(amount, 1)
    return f"{tenth:,.0f} h" if tenth == tenth.to_integral_value() else f"{tenth:,.1f} h"


def day(when: date) -> str:
    """Day, name of the month, year: read the same on both sides of the Atlantic."""
    return f"{when.day} {when:%b %Y}"


def count(number: int, noun: str, plural: str = "") -> str:
    """1 account, 1,200 accounts"""
    return f"{number:,} {noun if abs(number) == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """A, B and 12 more"""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    if len(names) > 1:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return "".join(names)
