"""What a connector remembers of a CRM between nights, and in the middle of one: the contract of that memory.

The mirror holds records as the CRM sent them, unjudged, so that a night asks only for what changed since the last,
and a run that was killed goes on from the last batch it kept. It follows the CRM even on a night whose numbers are
refused: what the CRM holds is one thing, what is concluded from it another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

import polars as pl

# Where a reading has come to, in its connector's own terms: {"job": ..., "locator": ...} or {"after": ...}.
Cursor = Mapping[str, str]


class Reading(Protocol):
    """One pass over one kind of record, kept batch by batch: of a crash, only the batch in hand is lost.

    Nothing of it is part of the replica before ``seal``.
    """

    @property
    def full(self) -> bool:
        """Whether it reads all there is; else only what changed, to be laid over what is there."""
        ...

    @property
    def begun(self) -> datetime:
        """Aware; kept when the reading is resumed."""
        ...

    @property
    def until(self) -> datetime:
        """Aware: once sealed, every change before this moment is in the replica. Frozen when it began."""
        ...

    @property
    def cursor(self) -> Cursor | None:
        """What the last batch was kept with; None before the first."""
        ...

    @property
    def height(self) -> int:
        """Rows kept so far, repeated ones included."""
        ...

    def keep(self, rows: pl.DataFrame, cursor: Cursor, *, gone: Collection[str] = ()) -> None:
        """Add a batch and where it leads to, in one transaction. All batches of a shape have the same schema.

        *gone*: ids of records that the CRM no longer has. Of several rows of one id, the last kept one counts.
        """
        ...

    def rows(self) -> pl.DataFrame:
        """What the replica would hold if this were sealed now; one row an id, in order of their ids."""
        ...

    def seal(self) -> None:
        """Make it part of the replica; a full reading replaces everything before it."""
        ...

    def discard(self) -> None:
        """Forget it: it could not be completed, or its sum is wrong."""
        ...


class Replica(Protocol):
    """All that was read of one kind of record, in one shape."""

    @property
    def full_at(self) -> datetime | None:
        """When the last full reading began; None where there is no replica, or its shape was another."""
        ...

    @property
    def until(self) -> datetime | None:
        """Every change before this moment is in; None where there is no replica."""
        ...

    def unfinished(self) -> Reading | None:
        """The reading that broke off, if there is one of this shape."""
        ...

    def begin(self, *, full: bool, begun: datetime, until: datetime) -> Reading:
        """Start a reading, and forget an unfinished one. A change to what is not there is a mistake of the caller."""
        ...

    def rows(self) -> pl.DataFrame:
        """One row an id, in order of their ids. Raises ValueError where there is no replica."""
        ...


class Mirror(Protocol):
    """The replicas of one source."""

    def replica(self, kind: str, *, key: str, shape: str) -> Replica:
        """The replica of *kind* ("Account", "companies"). *key*: the column that holds ids.

        *shape*: anything that tells readings apart that cannot be laid over each other: org, columns, types,
        conditions. A replica of another shape is as good as none, and the next full reading replaces it.
        """
        ...
