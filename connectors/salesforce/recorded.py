"""Reads an object that only grows, a history: to the end once, and from then on what has been recorded since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
import structlog

from connectors.base import Progress
from connectors.salesforce import paging
from connectors.salesforce.client import Client
from connectors.salesforce.reading import Filling
from connectors.salesforce.soql import KEY, Selection
from connectors.salesforce.upkeep import LATENESS, OVERLAP
from cssync.errors import TransientError
from cssync.model.mirror import Mirror, Reading, Replica

log = structlog.get_logger()

_LONGEST_BREAK = timedelta(hours=24)
# What is wanted of the object: all of it, or what was recorded since a moment.
Choice = Callable[[datetime | None], Selection]


@dataclass(frozen=True, slots=True)
class Request:
    """*since* and *as_of*: first and last day of interest. *started*: aware. *arr_from_field*: as ARR is today."""

    mirror: Mirror
    as_of: date
    since: date
    started: datetime
    bulk_from: int
    arr_from_field: bool
    progress: Progress


@dataclass(frozen=True, slots=True)
class Recording:
    """*stage*: what the operator is told is being read."""

    client: Client
    chosen: Choice
    asked: Request
    stage: str

    def rows(self) -> pl.DataFrame:
        """Every row of what is *chosen*, read to the end now or the last time, and what came since."""
        whole, asked = self.chosen(None), self.asked
        replica = asked.mirror.replica(whole.sobject, key=KEY, shape=whole.shape(self.client.org))
        broken_off = replica.unfinished()
        if broken_off is not None and asked.started - broken_off.begun <= _LONGEST_BREAK:
            log.info("salesforce history resumed", sobject=whole.sobject, rows=broken_off.height)
            self._fill(replica, broken_off)
        if replica.until is None or asked.started - replica.until > LATENESS:
            self._fill(replica, self._begun(replica))
        rows = replica.rows()
        return rows if not rows.is_empty() else pl.DataFrame(schema=whole.schema)

    def _begun(self, replica: Replica) -> Reading:
        started = self.asked.started
        return replica.begin(full=replica.until is None, begun=started, until=started - LATENESS)

    def _fill(self, replica: Replica, reading: Reading) -> None:
        """Rows of a history never change: after the first reading, what was recorded since is all there is to ask."""
        selection = self.chosen(None if reading.full or replica.until is None else replica.until - OVERLAP)
        expected = _counted(self.client, selection)

        def tell(height: int) -> None:
            self.asked.progress(self.stage, height, max(expected, height))

        tell(reading.height)
        filling = Filling(self.client, selection, expected, self.asked.bulk_from, told=tell)
        filled = filling.fill(reading, lambda: self._begun(replica))
        if filled.height < expected and filled.height < _counted(self.client, selection):
            filled.discard()
            raise TransientError(
                f"Salesforce counts {expected:,} rows of {selection.sobject} but gave {filled.height:,}: they are not"
                " whole",
                remedy="the next night reads it again",
            )
        filled.seal()


def _counted(client: Client, selection: Selection) -> int:
    return paging.counted(client.get(f"{selection.resource}/", {"q": selection.count()}))
