"""The search endpoint: filters, sorts, 200 a page, nothing beyond 10,000, archived records never."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from tests.emulators.hubspot.portal import Portal, Stored

MOST_A_PAGE = 200
MOST_IN_ALL = 10_000
_MOST_GROUPS = 5
_MOST_FILTERS = 6

Key = tuple[bool, float, str]

_COMPARISONS: Mapping[str, Callable[[Key, Key], bool]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
}


class BadSearchError(Exception):
    """What the 400 says."""


def found(portal: Portal, kind: str, body: Mapping[str, object]) -> tuple[list[Stored], int, int | None]:
    """One page of matches, how many there are in all, and the offset of the next page."""
    limit, offset = _whole(body.get("limit"), 10), _whole(body.get("after"), 0)
    if limit > MOST_A_PAGE:
        raise BadSearchError(f"limit must be less than or equal to {MOST_A_PAGE}")
    if offset + limit > MOST_IN_ALL:
        raise BadSearchError(f"The maximum number of results is {MOST_IN_ALL:,}; narrow the search to see more")
    groups = _listed(body.get("filterGroups"))
    if len(groups) > _MOST_GROUPS or any(len(_listed(group.get("filters"))) > _MOST_FILTERS for group in groups):
        raise BadSearchError(f"at most {_MOST_GROUPS} filterGroups of {_MOST_FILTERS} filters")
    matches = [
        record
        for number in portal.listed(kind, archived=False)
        if _matches(portal, kind, record := portal.records[kind][number], groups)
    ]
    for name, descending in reversed(_sorts(body.get("sorts"))):
        keys = {record.id: _key(record.properties.get(name), _type(portal, kind, name)) for record in matches}
        matches.sort(key=partial(_by_id, keys), reverse=descending)
    page = matches[offset : offset + limit]
    after = offset + len(page)
    return page, len(matches), after if after < len(matches) else None


def _matches(portal: Portal, kind: str, record: Stored, groups: Sequence[Mapping[str, object]]) -> bool:
    return not groups or any(
        all(_holds(portal, kind, record, each) for each in _listed(group.get("filters"))) for group in groups
    )


def _holds(portal: Portal, kind: str, record: Stored, condition: Mapping[str, object]) -> bool:
    name, operation = str(condition.get("propertyName")), str(condition.get("operator"))
    type_ = _type(portal, kind, name)
    value = record.properties.get(name)
    if operation in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return bool(value) is (operation == "HAS_PROPERTY")
    if operation in ("IN", "NOT_IN"):
        values = condition.get("values")
        wanted = {_key(str(each), type_) for each in values} if isinstance(values, list) else set()
        return (_key(value, type_) in wanted) is (operation == "IN")
    if condition.get("value") is None:
        raise BadSearchError(f"operator {operation} needs a value")
    return _compares(operation, _key(value, type_), condition, type_)


def _compares(operation: str, mine: Key, condition: Mapping[str, object], type_: str) -> bool:
    """Whether *mine* and the value of the condition stand as *operation* says; nothing compares with nothing."""
    other = _key(str(condition["value"]), type_)
    if operation == "NEQ":
        return mine != other
    if operation == "CONTAINS_TOKEN":
        return mine[0] and other[2].strip("*") in mine[2]
    if operation == "BETWEEN":
        return mine[0] and other <= mine <= _key(str(condition.get("highValue")), type_)
    if operation not in _COMPARISONS:
        raise BadSearchError(f"unknown operator {operation}")
    return mine[0] and _COMPARISONS[operation](mine, other)


def _type(portal: Portal, kind: str, name: str) -> str:
    if name not in portal.properties[kind]:
        raise BadSearchError(f'There was a problem with the request: property "{name}" does not exist')
    return str(portal.properties[kind][name]["type"])


def _key(value: str | None, type_: str) -> Key:
    """Sorts and compares by type: numbers and moments as numbers, all else as text; nothing comes first."""
    if not value:
        return (False, 0.0, "")
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


def _sorts(sorts: object) -> list[tuple[str, bool]]:
    """Property and whether descending; by creation unless said otherwise."""
    named: list[tuple[str, bool]] = []
    for each in sorts if isinstance(sorts, list) else []:
        if isinstance(each, dict):
            named.append((str(each.get("propertyName")), each.get("direction") == "DESCENDING"))
        else:
            named.append((str(each).removeprefix("-"), str(each).startswith("-")))
    return named or [("createdate", False)]


def _by_id(keys: Mapping[str, Key], record: Stored) -> Key:
    return keys[record.id]


def _listed(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _whole(value: object, otherwise: int) -> int:
    if value is None or value == "":
        return otherwise
    try:
        return int(str(value))
    except ValueError:
        raise BadSearchError(f"{value!r} is not a number") from None
