"""The search index: the records of one kind as they were when it last looked, in order of any property."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from math import inf

from tests.emulators.hubspot.records import State

Key = tuple[bool, float, str]
Row = tuple[Key, int, State]
"""The value that the rows are in order of, then the id."""

NOTHING: Key = (False, 0.0, "")


class Index:
    def __init__(self, states: Iterable[tuple[int, State]]) -> None:
        self._states = sorted(states, key=lambda each: each[0])
        self._orders: dict[tuple[str, str], list[Row]] = {}

    def order(self, name: str, type_: str) -> list[Row]:
        """All records by that property, those without it first, those alike by id."""
        rows = self._orders.get((name, type_))
        if rows is None:
            rows = [(sort_key(state.properties.get(name), type_), number, state) for number, state in self._states]
            rows.sort()  # ids differ, so it never comes to comparing states
            self._orders[name, type_] = rows
        return rows


def position(rows: list[Row], key: Key, *, after: bool) -> int:
    """Where in rows of an ``Index`` those with *key* begin, or end."""
    return bisect_left(rows, (key, inf if after else -inf), key=place)


@lru_cache(maxsize=1 << 18)
def sort_key(value: str | None, type_: str) -> Key:
    """Sorts and compares by type: numbers and moments as numbers, all else as text; nothing comes first."""
    if not value:
        return NOTHING
    if type_ in ("number", "datetime", "date"):
        try:
            return (True, float(value), "")
        except ValueError:
            pass
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return (True, 0.0, value)
        return (True, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000, "")
    return (True, 0.0, value.lower())


def place(row: Row) -> tuple[Key, float]:
    return row[0], row[1]
