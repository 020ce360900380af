"""What is read of companies or deals, and how records become rows of texts, as HubSpot sent them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from connectors.hubspot.client import HubspotClient, Page
from connectors.hubspot.endpoints import RecordType
from connectors.hubspot.mapping import RECORD_ID, Property
from connectors.hubspot.pages import Rows
from cssync.errors import TransientError

MODIFIED = "hs_lastmodifieddate"
CREATED = "createdate"
MERGED = "hs_merged_object_ids"
# Asked for beside the mapped ones, where there are such: they say what changed, what is new, and what is gone.
_BOOKKEEPING = (RECORD_ID, MODIFIED, CREATED, MERGED)
# Records whose texts become a frame at once: while they are still in the processor's cache, which halves the time.
_SLAB = 1_000


@dataclass(frozen=True, slots=True)
class Related:
    """A column of ids that no property holds: lists tell it with each record, search never does.

    *association*: what to ask lists for. *listed*: the id, from what a list tells of a record's associations. *asked*:
    the ids by record id, from HubSpot, for those that search has found. *present*: the ids that there are; a record
    that is kept with another one is asked about again, because nothing else tells of an association that went with its
    other end.
    """

    column: str
    association: str
    listed: Callable[[Any], str | None]
    asked: Callable[[HubspotClient, Sequence[str]], Mapping[str, str | None]]
    present: pl.Series


@dataclass(frozen=True, slots=True)
class Selection:
    """*properties*: unique; the mapped ones, and those that the bookkeeping takes. *shape*: see ``mirror.Mirror``."""

    record_type: RecordType
    properties: tuple[str, ...]
    shape: str = ""
    related: Related | None = None

    @classmethod
    def of(
        cls,
        record_type: RecordType,
        mapped: Iterable[str],
        known: Mapping[str, Property],
        *,
        portal_id: str,
        related: Related | None = None,
    ) -> Selection:
        """*mapped*, and what the bookkeeping takes of the properties that there are.

        Readings of another account, or of other properties or types, cannot be laid over each other.
        """
        names = tuple(dict.fromkeys((*mapped, *(name for name in _BOOKKEEPING if name in known))))
        typed = (f"{name}:{known[name].type}" if name in known else name for name in names)
        shape = f"portal {portal_id}: {' '.join((*typed, *((related.column,) if related else ())))}"
        return cls(record_type, names, shape, related)

    @property
    def schema(self) -> pl.Schema:
        columns = (*self.properties, *((self.related.column,) if self.related else ()))
        return pl.Schema(dict.fromkeys(columns, pl.String()))


class Batch:
    """Records in hand, a page at a time: only their values are held, a column each.

    The records themselves would keep Python's garbage collector busier than all the rest.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._columns = self._emptied()
        self._slabs: list[pl.DataFrame] = []
        self._height = 0

    def __len__(self) -> int:
        return self._height

    def add(self, page: Page) -> None:
        """Raises TransientError, and takes none of *page*, where a record is not whole."""
        try:
            told = self._told(page)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TransientError(
                f"HubSpot listed {self._selection.record_type.plural} of which some are not whole", remedy="run again"
            ) from error
        for name, values in told.items():
            self._columns[name] += values
        self._height += len(page)
        if len(self._columns[RECORD_ID]) >= _SLAB:
            self._slabs.append(self._slab())

    def _told(self, page: Page) -> dict[str, Sequence[Any]]:
        """The values of each column."""
        told: dict[str, Sequence[Any]]
        if isinstance(page, Rows):
            told, associations = {**page.properties, RECORD_ID: page.ids}, page.associations
        else:
            properties = [record["properties"] for record in page]
            told = {name: [each.get(name) for each in properties] for name in self._selection.properties}
            told[RECORD_ID] = [str(record["id"]) for record in page]
            associations = [record.get("associations") for record in page]
        if related := self._selection.related:
            told[related.column] = [related.listed(each) for each in associations]
        return told

    def table(self) -> pl.DataFrame:
        """One row a record; empties the hand."""
        slabs, self._slabs, self._height = [*self._slabs, self._slab()], [], 0
        return pl.concat(slabs, rechunk=True)

    def _slab(self) -> pl.DataFrame:
        held, self._columns = self._columns, self._emptied()
        return pl.DataFrame([pl.Series(name, values, pl.String, strict=False) for name, values in held.items()])

    def _emptied(self) -> dict[str, list[Any]]:
        return {name: [] for name in self._selection.schema}


def moment(text: object) -> int | None:
    """Milliseconds since 1970 of a date-time as v3 writes it (ISO) or as the older APIs did; None: neither."""
    if not isinstance(text, str):
        return None
    if text.isdecimal():
        return int(text)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return milliseconds(read.replace(tzinfo=read.tzinfo or UTC))


def milliseconds(when: datetime) -> int:
    return round(when.timestamp() * 1000)


def without(table: pl.DataFrame, ids: Collection[str]) -> pl.DataFrame:
    """*table* but for the rows of these records."""
    return table.filter(~pl.col(RECORD_ID).is_in(pl.Series(list(ids), dtype=pl.String).implode())) if ids else table
