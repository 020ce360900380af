"""Reads what properties held before, of companies or deals by their ids, for each of them only once.

HubSpot records every value of every property from the day on which there is one, and keeps the last 20. They are had
for 50 records a request, and not by searching.
https://developers.hubspot.com/docs/api-reference/crm-companies-v3/batch/post-crm-v3-objects-companies-batch-read
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import structlog

from connectors.base import Progress
from connectors.canonical.dates import dates
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import RecordType
from cssync.errors import TransientError
from cssync.model.mirror import Mirror, Reading, Replica

log = structlog.get_logger()

MOST = 20
_KEY = "version"
# One row a version, and for each record one without a property: whether HubSpot answered for it.
_ROWS = pl.Schema(dict.fromkeys((_KEY, "record", "property", "timestamp", "value"), pl.String()))
_ANSWERED, _ABSENT = "answered", "absent"
_A_REQUEST = 50
_FRESH = timedelta(hours=24)

# Which records changed since their versions were read.
Outdated = Callable[[pl.DataFrame], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """*since* and *as_of*: first and last day of interest. *portal*: id of the HubSpot account. *started*: aware."""

    mirror: Mirror
    portal: str
    as_of: date
    since: date
    started: datetime
    progress: Progress


@dataclass(frozen=True, slots=True)
class Versions:
    """*properties*: whose versions are wanted. *stage*: what the operator is told is being read."""

    client: HubspotClient
    record_type: RecordType
    properties: Sequence[str]
    asked: Request
    stage: str

    def brought(self, ids: Sequence[str], outdated: Outdated = lambda _: ()) -> pl.DataFrame:
        """``version, record, property, timestamp, value`` of every record; *ids*: sorted.

        What was read less than a day ago is asked for again only where it is *outdated*, or was not asked for.
        """
        asked = self.asked
        shape = f"{asked.portal}: {', '.join(sorted(self.properties))}"
        replica = asked.mirror.replica(f"{self.record_type.plural}.history", key=_KEY, shape=shape)
        broken_off = replica.unfinished()
        if broken_off is not None and asked.started - broken_off.begun <= _FRESH:
            log.info("hubspot history resumed", kind=self.record_type.plural, versions=broken_off.height)
            self._fill(broken_off, ids if broken_off.full else _again(_rows(replica), ids, outdated))
        if replica.full_at is None or asked.started - replica.full_at > _FRESH:
            self._fill(self._begun(replica, full=True), ids)
        elif again := _again(_rows(replica), ids, outdated):
            self._fill(self._begun(replica, full=False), again)
        return _rows(replica)

    def _begun(self, replica: Replica, *, full: bool) -> Reading:
        return replica.begin(full=full, begun=self.asked.started, until=self.asked.started)

    def _fill(self, reading: Reading, ids: Sequence[str]) -> None:
        """Ask for what comes after the last record that was kept, and seal."""
        last = (reading.cursor or {}).get("after", "")
        todo = [each for each in ids if each > last]
        self.asked.progress(self.stage, len(ids) - len(todo), len(ids))
        for start in range(0, len(todo), _A_REQUEST):
            batch = todo[start : start + _A_REQUEST]
            rows = [row for record in self._answers(batch) for row in self._versions(record)]
            rows += ({_KEY: each, "record": each, "value": _ABSENT} for each in set(batch).difference(
                row["record"] for row in rows))  # fmt: skip
            reading.keep(pl.DataFrame(rows, schema=_ROWS), {"after": batch[-1]})
            self.asked.progress(self.stage, len(ids) - len(todo) + start + len(batch), len(ids))
        reading.seal()

    def _answers(self, batch: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The records of *batch*. One that HubSpot leaves out, not saying that it is not there, is asked for twice."""
        missing = list(batch)
        for _ in range(2):
            inputs = [{"id": each} for each in missing]
            body = {"inputs": inputs, "properties": [], "propertiesWithHistory": sorted(self.properties)}
            reply = self.client.post(self.record_type.batch, body, holds="results")
            yield from reply["results"]
            settled = {str(record.get("id")) for record in reply["results"]} | set(_said_absent(reply))
            missing = [each for each in missing if each not in settled]
            if not missing:
                return

    def _versions(self, record: Mapping[str, Any]) -> Iterator[dict[str, str | None]]:
        number = str(record.get("id"))
        yield {_KEY: number, "record": number, "value": _ANSWERED}
        try:
            for name in self.properties:
                at: Counter[str] = Counter()
                for version in reversed(record["propertiesWithHistory"].get(name) or ()):
                    when = str(version["timestamp"])
                    key = f"{number}/{name}/{when}/{at[when]:02}"
                    at[when] += 1
                    yield {_KEY: key, "record": number, "property": name, "timestamp": when, "value": version["value"]}
        except (AttributeError, KeyError, TypeError) as malformed:
            raise TransientError(
                "HubSpot told histories of which some are not whole", remedy="run again"
            ) from malformed


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """The versions among *rows* with their ``day``, in the order in which they came about, property by property."""
    versions = rows.filter(pl.col("property").is_not_null())
    # The order in which they are kept is by time, and by place where one moment holds several.
    dated = versions.with_columns(day=dates(versions["timestamp"]).values).filter(pl.col("day").is_not_null())
    return dated.sort("record", "property", "timestamp", _KEY)


def absent(rows: pl.DataFrame) -> pl.Series:
    """The records that HubSpot did not answer for."""
    return rows.filter(pl.col("property").is_null() & (pl.col("value") == _ABSENT))["record"]


def _again(rows: pl.DataFrame, ids: Sequence[str], outdated: Outdated) -> list[str]:
    marks = rows.filter(pl.col("property").is_null())
    return sorted(set(ids).difference(marks["record"]) | set(outdated(rows)))


def _rows(replica: Replica) -> pl.DataFrame:
    rows = replica.rows()
    return rows if not rows.is_empty() else pl.DataFrame(schema=_ROWS)


def _said_absent(reply: Mapping[str, Any]) -> Iterator[str]:
    for error in reply.get("errors") or ():
        if isinstance(error, dict) and error.get("category") == "OBJECT_NOT_FOUND":
            yield from map(str, (error.get("context") or {}).get("ids") or ())
