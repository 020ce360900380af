"""Decodes a page of records for their values alone: what nobody asked for is passed over, and nothing becomes a dict.

Half of what a list of a hundred thousand records costs would go into dicts that are dropped at once. A page that is
written in any other way than HubSpot writes it is left to ``replies``, which judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

_Values = TypeVar("_Values", bound=msgspec.Struct)


# Nothing in these can form a cycle, so the garbage collector need not look for one.
class _Listed(msgspec.Struct, Generic[_Values], gc=False):
    """*properties*: a slot for each that was asked for, None where HubSpot says null or nothing."""

    id: str
    properties: _Values
    associations: Any = None


class _Page(msgspec.Struct, Generic[_Values], gc=False):
    results: list[_Listed[_Values]]
    paging: Any = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of a page that was written as HubSpot writes it."""

    _records: list[_Listed[Any]]

    def __len__(self) -> int:
        return len(self._records)

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self._records]

    @property
    def associations(self) -> list[Any]:
        """As HubSpot wrote them, None where it wrote none."""
        return [each.associations for each in self._records]

    @property
    def properties(self) -> Mapping[str, Sequence[str | None]]:
        """The values of each; nothing where there are no records."""
        if not self._records:
            return {}
        names = self._records[0].properties.__struct_encode_fields__
        values = [msgspec.structs.astuple(each.properties) for each in self._records]
        return dict(zip(names, zip(*values, strict=True), strict=True))


class Form:
    """How the records of one list are written: these *properties*, each a text or null."""

    def __init__(self, properties: Iterable[str]) -> None:
        slots = [
            (f"p{place}", str | None, msgspec.field(default=None, name=name)) for place, name in enumerate(properties)
        ]
        values = msgspec.defstruct("Values", slots, gc=False)
        self._decoder = msgspec.json.Decoder(_Page[values])  # type: ignore[valid-type]  # made just now

    def read(self, page: bytes) -> dict[str, Any] | None:
        """The *page*, whose ``results`` are ``Rows``; None where it is written otherwise, or is no page."""
        try:
            read = self._decoder.decode(page)
        except (msgspec.DecodeError, RecursionError):
            return None
        return {"results": Rows(read.results), "paging": read.paging}
