"""Reads everything: the list endpoints, complete and exact where search is neither, kept batch by batch."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.base import Progress
from connectors.hubspot.client import PAGE, HubspotClient, Params
from connectors.hubspot.endpoints import RecordType
from connectors.hubspot.mapping import RECORD_ID
from connectors.hubspot.records import Batch, Selection, moment
from cssync.errors import ConnectorError, TransientError
from cssync.model.mirror import Reading

# What a run that is killed may lose: so many seconds of reading, and so many records where HubSpot sets no limit.
_KEPT_AFTER_SECONDS = 5.0
_KEPT_AT_ONCE = 20_000
_THE_END = ""
# The count comes from the search index, which lags behind the list by minutes: a few records are no alarm.
_LAG_SHARE = 100
_LAG_RECORDS = 10


def read(client: HubspotClient, selection: Selection, reading: Reading, progress: Progress) -> pl.DataFrame:
    """Keep everything that is not archived in *reading*, from where it had come to, and return it.

    Raises TransientError where that is noticeably less than HubSpot itself counts; the reading is then discarded.
    """
    expected = client.count(selection.record_type)
    _pages(client, selection, reading, expected, progress)
    rows = reading.rows()
    listed = rows.height
    if listed < expected - max(_LAG_RECORDS, expected // _LAG_SHARE):
        reading.discard()
        raise TransientError(
            f"HubSpot listed {listed:,} {selection.record_type.plural} but counts {expected:,}; "
            "the pull would be incomplete",
            remedy="run again in an hour, when the count has caught up with what was deleted or merged just now",
        )
    return rows


def archived(client: HubspotClient, record_type: RecordType) -> Mapping[str, int]:
    """When each record that is in the bin came into it, in milliseconds since 1970; 0 where HubSpot does not say."""
    asked: Params = {"limit": PAGE, "archived": "true", "properties": RECORD_ID}
    return {
        str(record.get("id")): moment(record.get("archivedAt")) or 0
        for page in client.pages(record_type.list, asked)
        for record in page
    }


def _pages(client: HubspotClient, selection: Selection, reading: Reading, expected: int, progress: Progress) -> None:
    after = reading.cursor["after"] if reading.cursor else None
    what = selection.record_type.plural
    listed = reading.height
    progress(what, listed, max(expected, listed))
    if after == _THE_END:
        return
    batch, kept = Batch(selection), client.clock()
    associations = (selection.related.association,) if selection.related else ()
    try:
        for page, following in client.records(selection.record_type, selection.properties, associations, after=after):
            batch.add(page)
            after = _THE_END if following is None else following
            listed += len(page)
            late = client.clock() - kept >= _KEPT_AFTER_SECONDS
            if late or len(batch) >= _KEPT_AT_ONCE or after == _THE_END:
                reading.keep(batch.table(), {"after": after})
                kept = client.clock()
            progress(what, listed, max(expected, listed))
    except ConnectorError:
        # What has arrived need not be asked for twice.
        if len(batch) and after is not None:
            reading.keep(batch.table(), {"after": after})
        raise
