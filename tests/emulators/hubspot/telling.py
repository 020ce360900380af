"""How records are told: which properties, what history, which associations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from tests.emulators.hubspot.answers import Answer
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.records import State, Stored

_ALWAYS = ("createdate", "hs_lastmodifieddate", "hs_object_id")
_DEFAULTS = {
    "companies": ("name", "domain", *_ALWAYS),
    "deals": ("amount", "closedate", "dealname", "dealstage", "pipeline", *_ALWAYS),
}


@dataclass(frozen=True, slots=True)
class Told:
    """How much of a record of one kind is told; *properties* that the account does not have are not."""

    portal: Portal
    kind: str
    properties: Iterable[str] = ()
    history: Iterable[str] = ()
    associations: Iterable[str] = ()
    _names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = dict.fromkeys((*self.properties, *_ALWAYS)) if self.properties else _DEFAULTS[self.kind]
        known = self.portal.properties[self.kind]
        object.__setattr__(self, "_names", tuple(name for name in names if name in known))

    def record(self, stored: Stored) -> bytes:
        state = stored.now
        more: dict[str, object] = {}
        if self.history:
            more["propertiesWithHistory"] = {name: stored.versions(name) for name in self.history}
        if "companies" in self.associations and (companies := self.portal.companies_of(stored)):
            results = [{"id": identifier, "type": type_} for identifier, type_ in companies]
            more["associations"] = {"companies": {"results": results}}
        if more:
            return orjson.dumps({**self._content(state), **more})
        return self.state(state)

    def state(self, state: State) -> bytes:
        """Large accounts are listed again and again, so what was told once is kept."""
        kept, asked = state.properties.told, (self._names, state.archived_at)
        told = kept.get(asked)
        if told is None:
            told = kept[asked] = orjson.dumps(self._content(state))
        return told

    def _content(self, state: State) -> dict[str, object]:
        values = state.properties
        content: dict[str, object] = {
            "id": values["hs_object_id"],
            "properties": {name: values.get(name) for name in self._names},
            "createdAt": values["createdate"],
            "updatedAt": values["hs_lastmodifieddate"],
            "archived": state.archived_at is not None,
        }
        if state.archived_at is not None:
            content["archivedAt"] = state.archived_at
        return content


def results(records: Iterable[bytes], beside: Mapping[str, object], status: int = 200) -> Answer:
    """``{"results": [...]}`` with other keys beside it."""
    rest = b"," + orjson.dumps(beside)[1:] if beside else b"}"
    return Answer(status, b'{"results":[' + b",".join(records) + b"]" + rest)
