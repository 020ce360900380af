"""Reads all companies or deals into one table of texts, and refuses to call a part of them the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from connectors.base import Progress
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import RecordType
from connectors.hubspot.mapping import RECORD_ID
from cssync.errors import TransientError

# The count comes from the search index, which lags behind the list by minutes: a few records are no alarm.
_LAG_SHARE = 100
_LAG_RECORDS = 10

Derived = Mapping[str, Callable[[Mapping[str, Any]], str | None]]


def table(
    client: HubspotClient,
    record_type: RecordType,
    properties: Sequence[str],
    progress: Progress,
    *,
    associations: Sequence[str] = (),
    derived: Derived | None = None,
) -> pl.DataFrame:
    """One row a record, one String column a property, as HubSpot sent it; *derived* columns come from whole records.

    Raises TransientError where the list holds noticeably fewer records than HubSpot itself counts.
    """
    expected = client.count(record_type)
    columns: dict[str, list[Any]] = {name: [] for name in (*properties, *(derived or {}))}
    listed = 0
    progress(record_type.plural, listed, expected)
    for page in client.records(record_type, properties, associations):
        try:
            for name in properties:
                columns[name] += [record["properties"].get(name) for record in page]
            if RECORD_ID in columns:
                columns[RECORD_ID][listed:] = [record["id"] for record in page]
            for name, derive in (derived or {}).items():
                columns[name] += [derive(record) for record in page]
        except (AttributeError, KeyError, TypeError) as error:
            raise TransientError(
                f"HubSpot listed {record_type.plural} of which some are not whole", remedy="run again"
            ) from error
        listed += len(page)
        progress(record_type.plural, listed, max(expected, listed))
    if listed < expected - max(_LAG_RECORDS, expected // _LAG_SHARE):
        raise TransientError(
            f"HubSpot listed {listed:,} {record_type.plural} but counts {expected:,}; the pull would be incomplete",
            remedy="run again in an hour, when the count has caught up with what was deleted or merged just now",
        )
    return pl.DataFrame([pl.Series(name, values, dtype=pl.String, strict=False) for name, values in columns.items()])
