"""Salesforce's own ideas of equality, order, patterns and dates: how a value is compared with what a query says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from tests.emulators.salesforce.ids import SHORT
from tests.emulators.salesforce.soql import Literal, SoqlError
from tests.emulators.salesforce.values import Row

Value = Callable[[Row], object]
Test = Callable[[Row], bool]

_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
_CASE_COUNTS = frozenset({"id", "reference"})


def comparable(value: object, kind: str) -> object:
    if isinstance(value, str) and kind in _CASE_COUNTS:
        return value[:SHORT]
    if isinstance(value, str) and kind not in {"date", "datetime"}:
        return value.casefold()
    return value


def within(value: object, ranges: Iterable[tuple[object, object]]) -> bool:
    return any(
        value == low if low == high else value is not None and low <= value <= high  # type: ignore[operator] # dates, as text
        for low, high in ranges
    )


def ordering(read: Value, kind: str, sign: str, bounds: tuple[object, object]) -> Test:
    low, high = bounds
    compare: dict[str, Callable[[object], bool]] = {
        "<": lambda value: value < low,  # type: ignore[operator] # checked against the field's type
        "<=": lambda value: value <= high,  # type: ignore[operator] # the same
        ">": lambda value: value > high,  # type: ignore[operator] # the same
        ">=": lambda value: value >= low,  # type: ignore[operator] # the same
    }
    holds = compare[sign]

    def test(row: Row) -> bool:
        value = comparable(read(row), kind)
        return value is not None and low is not None and holds(value)

    return test


def literal_kind(kind: str) -> str:
    if kind in _NUMBERS:
        return "number"
    return kind if kind in {"boolean", "date", "datetime"} else "text"


def parsed(literal: Literal, kind: str) -> object:
    match literal.kind:
        case "number":
            return float(literal.text)
        case "boolean":
            return literal.text == "true"
        case "datetime":
            moment = datetime.fromisoformat(literal.text).astimezone(UTC)
            return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}+0000"
        case "date":
            return literal.text
        case _:
            return comparable(literal.text, kind)


def like(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_wild(part) for part in re.split(r"([%_])", pattern)), re.IGNORECASE | re.DOTALL)


def _wild(part: str) -> str:
    return {"%": ".*", "_": "."}.get(part, re.escape(part))


def relative(word: str, today: date) -> tuple[date, date]:
    """First and last day of a date literal. LAST_N_DAYS:n ends today, NEXT_N_DAYS:n starts tomorrow."""
    name, _, amount = word.partition(":")
    days = int(amount or 90)
    month = today.replace(day=1)
    year = today.replace(month=1, day=1)
    one = timedelta(days=1)
    spans: dict[str, Callable[[], tuple[date, date]]] = {
        "TODAY": lambda: (today, today),
        "YESTERDAY": lambda: (today - one, today - one),
        "TOMORROW": lambda: (today + one, today + one),
        "LAST_N_DAYS": lambda: (today - timedelta(days=days), today),
        "LAST_90_DAYS": lambda: (today - timedelta(days=days), today),
        "NEXT_N_DAYS": lambda: (today + one, today + timedelta(days=days)),
        "NEXT_90_DAYS": lambda: (today + one, today + timedelta(days=days)),
        "THIS_MONTH": lambda: (month, _next_month(month) - one),
        "LAST_MONTH": lambda: ((month - one).replace(day=1), month - one),
        "NEXT_MONTH": lambda: (_next_month(month), _next_month(_next_month(month)) - one),
        "THIS_YEAR": lambda: (year, year.replace(year=year.year + 1) - one),
        "LAST_YEAR": lambda: (year.replace(year=year.year - 1), year - one),
        "NEXT_YEAR": lambda: (year.replace(year=year.year + 1), year.replace(year=year.year + 2) - one),
    }
    if name not in spans:
        raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{word}'")
    return spans[name]()


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
