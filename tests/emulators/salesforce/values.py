"""Field values as Salesforce keeps and writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

_NUMBERS = frozenset({"currency", "double", "percent"})
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7


class Row(dict[str, object]):
    """A record: field -> value. Only what is not null takes up space, so that a million of them fit."""

    __slots__ = ()

    def __missing__(self, field: str) -> None:
        return None


def stored(kind: str, value: object) -> object:
    """*value* as Salesforce's JSON would hold it; what does not fit the type is kept for the dirt it is."""
    if isinstance(value, str):
        return value.strip() or None  # Salesforce trims texts and keeps no empty ones
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00.000+0000" if kind == "datetime" else value.isoformat()
    if isinstance(value, Decimal) or (isinstance(value, int) and kind in _NUMBERS):
        return float(value)
    return value


@lru_cache(maxsize=1024)
def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def number(value: float) -> str:
    """As Java prints a double: 1000.0, but 3.5E8 from ten millions on, and 5.0E-4 below a thousandth."""
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return repr(value)
    mantissa, _, exponent = format(Decimal(repr(value)).normalize(), "E").partition("E")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"
