"""The search endpoint: filters, one sort, 200 a page, nothing beyond 10,000, archived records never."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tests.emulators.hubspot.index import NOTHING, Index, Key, Row, place, position, sort_key
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.records import State

MOST_A_PAGE = 200
MOST_IN_ALL = 10_000
_MOST_GROUPS = 5
_MOST_FILTERS = 6
_CHANGED = "hs_lastmodifieddate"

_COMPARISONS: Mapping[str, Callable[[Key, Key], bool]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
}
_RANGES = frozenset({*_COMPARISONS, "BETWEEN"})
_OTHERS = frozenset({"NEQ", "CONTAINS_TOKEN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"})


class BadSearchError(Exception):
    """What the 400 says."""


@dataclass(frozen=True, slots=True)
class _Condition:
    """*key*, and for BETWEEN *high*: what a value is compared with. *wanted*: of IN and NOT_IN."""

    name: str
    type: str
    operation: str
    key: Key
    high: Key
    wanted: frozenset[Key] = frozenset()

    def holds(self, state: State) -> bool:
        """Nothing compares with nothing."""
        mine = sort_key(state.properties.get(self.name), self.type)
        match self.operation:
            case "HAS_PROPERTY" | "NOT_HAS_PROPERTY":
                return mine[0] is (self.operation == "HAS_PROPERTY")
            case "IN" | "NOT_IN":
                return (mine in self.wanted) is (self.operation == "IN")
            case "NEQ":
                return mine != self.key
            case "CONTAINS_TOKEN":
                return mine[0] and self.key[2].strip("*") in mine[2]
            case "BETWEEN":
                return mine[0] and self.key <= mine <= self.high
            case _:
                return mine[0] and _COMPARISONS[self.operation](mine, self.key)


@dataclass(frozen=True, slots=True)
class _Searched:
    """The records of one kind as a search sees them."""

    index: Index
    properties: Mapping[str, Mapping[str, object]]

    def type(self, name: str) -> str:
        if name not in self.properties:
            raise BadSearchError(f'There was a problem with the request: property "{name}" does not exist')
        return str(self.properties[name]["type"])

    def order(self, name: str) -> list[Row]:
        return self.index.order(name, self.type(name))

    def placed(self, name: str, rows: Iterable[Row]) -> list[Row]:
        """The same records in order of the property *name*."""
        type_ = self.type(name)
        return sorted(
            ((sort_key(state.properties.get(name), type_), number, state) for _, number, state in rows), key=place
        )


def found(portal: Portal, index: Index, kind: str, body: Mapping[str, object]) -> tuple[list[State], int, int | None]:
    """One page of matches, how many there are in all, and the offset of the next page."""
    limit, offset = _whole(body.get("limit"), 10), _whole(body.get("after"), 0)
    if limit > MOST_A_PAGE:
        raise BadSearchError(f"limit must be less than or equal to {MOST_A_PAGE}")
    if offset + limit > MOST_IN_ALL:
        raise BadSearchError(f"The maximum number of results is {MOST_IN_ALL:,}; narrow the search to see more")
    searched = _Searched(index, portal.properties[kind])
    groups = _groups(searched, body.get("filterGroups"))
    name, descending = _sort(body.get("sorts"))
    matches = _matches(searched, groups, name)
    if portal.search_leaks and groups:
        matches = _leaking(searched, portal.search_leaks, matches, name)
    if descending:
        matches = matches[::-1]
    if portal.search_misorders:
        matches = _misordered(matches, portal.search_misorders)
    page = matches[offset : offset + limit]
    after = offset + len(page)
    return [state for _, _, state in page], len(matches), after if after < len(matches) else None


def _matches(searched: _Searched, groups: Sequence[Sequence[_Condition]], name: str) -> list[Row]:
    """Rows in order of the property *name* that meet all conditions of a group."""
    if not groups:
        return searched.order(name)
    if len(groups) == 1:
        return _of_group(searched, groups[0], name)
    either = {row[1]: row for group in groups for row in _of_group(searched, group, name)}
    return sorted(either.values(), key=place)


def _of_group(searched: _Searched, group: Sequence[_Condition], name: str) -> list[Row]:
    """Found in order of what is sorted by or of the time of change, whichever leaves fewer records to look at."""
    rows, rest = _narrowed(searched.order(name), name, group)
    changed, rest_of_changed = _narrowed(searched.order(_CHANGED), _CHANGED, group)
    if len(changed) < len(rows):
        return searched.placed(name, _meeting(changed, rest_of_changed))
    return _meeting(rows, rest)


def _meeting(rows: list[Row], conditions: Sequence[_Condition]) -> list[Row]:
    if not conditions:
        return rows
    return [row for row in rows if all(each.holds(row[2]) for each in conditions)]


def _narrowed(rows: list[Row], name: str, group: Sequence[_Condition]) -> tuple[list[Row], list[_Condition]]:
    """The part of *rows*, in order of *name*, that meets the comparisons of *name*, and the other conditions."""
    start, stop = 0, len(rows)
    others = []
    for each in group:
        if each.name != name or each.operation not in _RANGES:
            others.append(each)
            continue
        start = max(start, position(rows, NOTHING, after=True))
        if each.operation in ("EQ", "GT", "GTE", "BETWEEN"):
            start = max(start, position(rows, each.key, after=each.operation == "GT"))
        if each.operation in ("EQ", "LT", "LTE", "BETWEEN"):
            high = each.high if each.operation == "BETWEEN" else each.key
            stop = min(stop, position(rows, high, after=each.operation != "LT"))
    return rows[start:stop], others


def _leaking(searched: _Searched, most: int, matches: list[Row], name: str) -> list[Row]:
    """With the last changed records among those that should not have been found."""
    right = {number for _, number, _ in matches}
    wrong = (row for row in reversed(searched.order(_CHANGED)) if row[1] not in right)
    return searched.placed(name, [*matches, *islice(wrong, most)])


def _misordered(rows: list[Row], run: int) -> list[Row]:
    return [row for start in range(0, len(rows), run) for row in rows[start : start + run][::-1]]


def _groups(searched: _Searched, given: object) -> list[list[_Condition]]:
    groups = _listed(given)
    if len(groups) > _MOST_GROUPS or any(len(_listed(group.get("filters"))) > _MOST_FILTERS for group in groups):
        raise BadSearchError(f"at most {_MOST_GROUPS} filterGroups of {_MOST_FILTERS} filters")
    return [[_condition(searched, each) for each in _listed(group.get("filters"))] for group in groups]


def _condition(searched: _Searched, given: Mapping[str, object]) -> _Condition:
    name, operation = str(given.get("propertyName")), str(given.get("operator"))
    type_ = searched.type(name)
    value, values = given.get("value"), given.get("values")
    if operation in ("IN", "NOT_IN"):
        if not isinstance(values, list):
            raise BadSearchError(f"operator {operation} needs values")
        wanted = frozenset(sort_key(str(each), type_) for each in values)
        return _Condition(name, type_, operation, NOTHING, NOTHING, wanted)
    if operation not in (*_RANGES, *_OTHERS):
        raise BadSearchError(f"unknown operator {operation}")
    if value is None and not operation.endswith("HAS_PROPERTY"):
        raise BadSearchError(f"operator {operation} needs a value")
    high = sort_key(str(given.get("highValue") or ""), type_)
    return _Condition(name, type_, operation, sort_key(str(value or ""), type_), high)


def _sort(sorts: object) -> tuple[str, bool]:
    """Property and whether descending; by creation unless said otherwise."""
    if not isinstance(sorts, list) or not sorts:
        return "createdate", False
    if len(sorts) > 1:
        raise BadSearchError("only one sort is supported")
    (only,) = sorts
    if isinstance(only, dict):
        return str(only.get("propertyName")), only.get("direction") == "DESCENDING"
    return str(only).removeprefix("-"), str(only).startswith("-")


def _listed(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _whole(value: object, otherwise: int) -> int:
    if value is None or value == "":
        return otherwise
    try:
        return int(str(value))
    except ValueError:
        raise BadSearchError(f"{value!r} is not a number") from None
