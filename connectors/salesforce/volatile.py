"""Re-reads what changes behind SystemModstamp's back: formulas, and what lies behind a lookup.

Such columns are read whole each night, for all rows and with nothing else, and laid over the replica.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from connectors.salesforce import merges
from connectors.salesforce.client import Client
from connectors.salesforce.reading import Filling
from connectors.salesforce.soql import KEY, Selection
from connectors.salesforce.upkeep import LATENESS, Tonight, Upkeep
from cssync.model.mirror import Mirror, Reading, Replica

# Nothing corrects what went stale in a reading that broke off, so not much of that is used.
_LONGEST_BREAK = timedelta(hours=1)


def last_known(upkeep: Upkeep, mirror: Mirror) -> pl.DataFrame | None:
    """All rows as the last night had them; None where nothing is known."""
    known = upkeep.known()
    if known is None or not upkeep.selection.volatile:
        return known
    replica = _replica(mirror, upkeep.client, upkeep.selection.only_volatile())
    # A night that read everything left these out, and they are older now than what they would be laid over.
    if replica.until is None or upkeep.replica.until is None or replica.until < upkeep.replica.until:
        return known
    return _laid_over(known, replica.rows())


def current(upkeep: Upkeep, mirror: Mirror) -> pl.DataFrame:
    """All rows with the values of tonight, once *upkeep* has been brought up to date."""
    if not upkeep.selection.volatile or upkeep.whole_tonight:
        return upkeep.rows()
    rows = merges.living(upkeep.rows())
    fresh = _read(upkeep.client, mirror, upkeep.selection.only_volatile(), upkeep.tonight, rows.height)
    # It is a list of all ids, too, and stricter than any count.
    if not rows[KEY].equals(fresh[KEY]):
        touched = upkeep.follow()
        if (_ids(merges.living(upkeep.rows())) ^ _ids(fresh)) - touched:
            upkeep.read_anew()
            return upkeep.rows()
    return _laid_over(upkeep.rows(), fresh)


def _read(client: Client, mirror: Mirror, selection: Selection, tonight: Tonight, expected: int) -> pl.DataFrame:
    replica = _replica(mirror, client, selection)
    reading = replica.unfinished()
    if reading is None or tonight.full or tonight.started - reading.begun > _LONGEST_BREAK:
        reading = _begun(replica, tonight)
    Filling(client, selection, expected, tonight.bulk_from).fill(reading, lambda: _begun(replica, tonight)).seal()
    rows = replica.rows()
    return rows if rows.height else pl.DataFrame(schema=selection.schema)


def _begun(replica: Replica, tonight: Tonight) -> Reading:
    return replica.begin(full=True, begun=tonight.started, until=tonight.started - LATENESS)


def _replica(mirror: Mirror, client: Client, selection: Selection) -> Replica:
    return mirror.replica(f"{selection.sobject}.volatile", key=KEY, shape=selection.shape(client.org))


def _laid_over(rows: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """*fresh* values in the columns that it has; a row that it does not have keeps its own."""
    if fresh.is_empty():
        return rows
    return rows.update(fresh, on=KEY, how="left", include_nulls=True).select(rows.columns)


def _ids(rows: pl.DataFrame) -> frozenset[str]:
    return frozenset(rows[KEY].to_list())
