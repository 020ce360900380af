"""Finds what changed since some moment, through a search that ends at 10,000 results, lags and misorders.

Results are asked for by the moment of their last change, oldest first. Where there are more than search tells, it is
asked again from a moment that it has reached; where all of them changed in one moment (an import), from id to id.
What search says of its totals must agree with what it has told: else the changes are not all the changes.
https://developers.hubspot.com/docs/api-reference/search/guide
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from connectors.hubspot.client import HubspotClient, Record, total, turned
from connectors.hubspot.mapping import RECORD_ID
from connectors.hubspot.records import MODIFIED, Selection, moment
from cssync.errors import TransientError

_PAGE = 200
_MOST_IN_ALL = 10_000

Filter = Mapping[str, str]


class UnsteadySearchError(TransientError):
    """Search has contradicted itself: of what changed, not all was told."""


def changes(client: HubspotClient, selection: Selection, since: int) -> Iterator[tuple[list[Record], int | None]]:
    """The records last changed at *since* (milliseconds since 1970) or later, in batches, some of them repeated.

    With each batch goes the moment from which the rest can be asked for, None after the last.
    Raises UnsteadySearchError where changes are missing from what search tells.
    """
    start, earlier = since, None
    while True:
        found = _found(client, selection, start)
        if earlier is not None and earlier.total - found.total > earlier.before(start):
            raise _unsteady(selection, earlier.total - found.total, earlier.before(start))
        if not found.cut_short:
            yield _complete(client, selection, found).inside, None
            return
        following = found.reached
        if following == start or found.ends_in(following):
            # Where a whole page changed in one moment, so may have the next fifty: here only ids tell them apart.
            same = _of_one_moment(client, selection, following)
            found = replace(found, records={**found.records, **same})
            following += 1
        yield found.inside, following
        start, earlier = following, found


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found to have changed at *start* or later, by id. *total*: how many search said there are.

    *pages*: the moments of each page. *cut_short*: search knows more than it tells.
    """

    start: int
    total: int
    records: Mapping[str, Record]
    pages: Sequence[Sequence[int]]
    cut_short: bool

    @property
    def inside(self) -> list[Record]:
        """Search leaks: what lies outside of its own filter may be older than what is known."""
        moments = ((record, _moment(record)) for record in self.records.values())
        return [record for record, when in moments if when is None or when >= self.start]

    @property
    def reached(self) -> int:
        """Where to go on: the last page is read again, because its neighbours may have been in the wrong order."""
        for pages in (self.pages[:-1], self.pages):
            latest = max((when for page in pages for when in page), default=self.start)
            if latest > self.start:
                return latest
        return self.start

    def ends_in(self, when: int) -> bool:
        return set(self.pages[-1]) == {when}

    def before(self, end: int) -> int:
        return sum(1 for record in self.records.values() if (_moment(record) or 0) < end)


def _found(client: HubspotClient, selection: Selection, start: int) -> _Found:
    records: dict[str, Record] = {}
    pages: list[list[int]] = []
    in_all = told = 0
    filters = [{"propertyName": MODIFIED, "operator": "GTE", "value": str(start)}]
    for reply, following in _pages(client, selection, filters, MODIFIED):
        page = reply["results"]
        in_all = max(in_all, total(reply, selection.record_type))
        told += len(page)
        records |= _by_id(page, selection)
        pages.append([when for record in page if (when := _moment(record)) is not None])
        if following is not None and told + _PAGE > _MOST_IN_ALL:
            return _Found(start, in_all, records, pages, cut_short=True)
    return _Found(start, in_all, records, pages, cut_short=False)


def _complete(client: HubspotClient, selection: Selection, found: _Found) -> _Found:
    """*found*, or the same anew: what changes while pages are turned makes the next page skip a record."""
    if len(found.records) >= found.total:
        return found
    again = _found(client, selection, found.start)
    if again.cut_short or len(again.records) < again.total:
        raise _unsteady(selection, again.total, len(again.records))
    return again


def _of_one_moment(client: HubspotClient, selection: Selection, when: int) -> dict[str, Record]:
    """All that changed at that very moment, from id to id."""
    same = {"propertyName": MODIFIED, "operator": "EQ", "value": str(when)}
    records: dict[str, Record] = {}
    last = 0
    while True:
        filters = [same, {"propertyName": RECORD_ID, "operator": "GT", "value": str(last)}]
        reply, following = next(_pages(client, selection, filters, RECORD_ID))
        page = _by_id(reply["results"], selection)
        more = {name: each for name, each in page.items() if int(name) > last and _moment(each) == when}
        records |= more
        if following is None:
            return records
        if not more:
            raise _unsteady(selection, total(reply, selection.record_type), 0)
        last = max(int(name) for name in more)


def _pages(
    client: HubspotClient, selection: Selection, filters: Sequence[Filter], order: str
) -> Iterator[tuple[Record, str | None]]:
    body: dict[str, Any] = {
        "filterGroups": [{"filters": list(filters)}],
        "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
        "properties": list(selection.properties),
        "limit": _PAGE,
    }
    return turned(selection.record_type.plural, partial(_page, client, selection, body))


def _page(client: HubspotClient, selection: Selection, body: Mapping[str, Any], after: str | None) -> Record:
    asked = body if after is None else {**body, "after": after}
    return client.post(selection.record_type.search, asked, holds="results")


def _by_id(page: Iterable[Record], selection: Selection) -> dict[str, Record]:
    try:
        return {str(int(record["id"])): record for record in page if record["properties"].keys() is not None}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TransientError(
            f"HubSpot found {selection.record_type.plural} of which some are not whole", remedy="run again"
        ) from error


def _moment(record: Record) -> int | None:
    return moment(record["properties"].get(MODIFIED))


def _unsteady(selection: Selection, told: int, found: int) -> UnsteadySearchError:
    return UnsteadySearchError(
        f"HubSpot's search speaks of {told:,} changed {selection.record_type.plural} and shows {found:,}",
        remedy="run again; a full pull (cssync run --full) does without the search",
    )
