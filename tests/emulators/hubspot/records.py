"""A record through time: every state it was in, from which its history and a lagging search index are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

MOST_VERSIONS = 20

Associations = Sequence[tuple[str, str]]
"""Company ids, each with the type of the association."""


class Properties(dict[str, str | None]):
    """The values of one state. *told*: how they were told, by what was asked for; forgotten when one is set."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        super().__init__(values)
        self.told: dict[object, bytes] = {}

    def __setitem__(self, name: str, value: str | None) -> None:
        super().__setitem__(name, value)
        self.told.clear()

    def with_values(self, **values: str | None) -> Properties:
        return Properties({**self, **values})


@dataclass(frozen=True, slots=True)
class State:
    """*since*: aware. *gone*: purged or merged away. *source*: of what changed, in HubSpot's words."""

    since: datetime
    properties: Properties
    archived_at: str | None = None
    gone: bool = False
    companies: Associations = ()
    source: str = "CRM_UI"

    @property
    def searchable(self) -> bool:
        return self.archived_at is None and not self.gone

    def edited(self, since: datetime, values: Mapping[str, str | None], source: str) -> State:
        return replace(self, since=since, properties=self.properties.with_values(**values), source=source)

    def changed(self, since: datetime, values: Mapping[str, str | None], source: str) -> State:
        """Edited, and last changed at that moment."""
        return self.edited(since, {"hs_lastmodifieddate": as_value(since), **values}, source)


class Stored:
    """One record. Setting one of its ``properties`` makes it as if it had always been so: no change that is told."""

    def __init__(self, identifier: str, first: State) -> None:
        self.id = identifier
        self.states = [first]
        self._since = first.since

    @property
    def now(self) -> State:
        return self.states[-1]

    @property
    def properties(self) -> Properties:
        return self.now.properties

    @property
    def archived(self) -> bool:
        return self.now.archived_at is not None

    @property
    def companies(self) -> Associations:
        return self.now.companies

    def at(self, moment: datetime) -> State | None:
        """The state it was in then; None before it was there."""
        if moment < self._since:
            return None
        return next((state for state in reversed(self.states) if state.since <= moment), None)

    def becomes(self, state: State) -> None:
        assert state.since >= self.now.since, f"the clock of the portal ran backwards, to {state.since}"
        self.states.append(state)

    def renamed(self, identifier: str, since: datetime) -> Stored:
        """A record with the same past, but under another id, and not there before *since*."""
        copy = Stored(identifier, self.states[0])
        copy.states = [
            replace(each, properties=each.properties.with_values(hs_object_id=identifier)) for each in self.states
        ]
        copy._since = since  # of the same class
        return copy

    def versions(self, name: str) -> list[dict[str, object]]:
        """The property's values, newest first; the oldest is as old as the record, and only the last 20 are kept."""
        told: list[dict[str, object]] = []
        previous: str | None = None
        for number, state in enumerate(self.states):
            value = state.properties.get(name)
            if (value or "") != (previous or ""):
                since = as_value(state.since) if number else state.properties["createdate"]
                told.append({"value": value or "", "timestamp": since, "sourceType": state.source})
            previous = value
        return told[::-1][:MOST_VERSIONS]


def as_value(value: object) -> str | None:
    """As HubSpot writes it: dates as days, moments in UTC with milliseconds, truth in small letters."""
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
        case _:
            raise TypeError(type(value))
