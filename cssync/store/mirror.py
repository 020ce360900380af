"""The mirror proper: kept in the store, so that a night asks only for what changed, and a killed one goes on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

import polars as pl
import structlog

from cssync.model.mirror import Cursor, Reading, Replica
from cssync.store import readings
from cssync.store.database import Database
from cssync.store.parts import merged, part
from cssync.store.readings import Kind, Known

log = structlog.get_logger()


class SqlMirror:
    """See ``cssync.model.mirror.Mirror``. Not for several threads at once."""

    def __init__(self, database: Database, tenant_id: int, source: str) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._source = source
        self._whole: dict[int, bool] = {}

    def replica(self, kind: str, *, key: str, shape: str) -> Replica:
        of = Kind(self._tenant_id, self._source, kind)
        return SqlReplica(self._database, of, key, sha256(f"{key}\n{shape}".encode()).hexdigest(), self._whole)


class SqlReplica:
    """See ``cssync.model.mirror.Replica``: the last full reading and every sealed change after it, if all are whole.

    *shape*: its digest. *whole*: readings that were looked at already, by their number.
    """

    def __init__(self, database: Database, kind: Kind, key: str, shape: str, whole: dict[int, bool]) -> None:
        self._database = database
        self._kind = kind
        self._key = key
        self._shape = shape
        self._whole = whole

    @property
    def full_at(self) -> datetime | None:
        sealed = self._sealed()
        return sealed[0].begun if sealed else None

    @property
    def until(self) -> datetime | None:
        sealed = self._sealed()
        return sealed[-1].until if sealed else None

    def unfinished(self) -> Reading | None:
        for one in self._known():
            if not one.sealed and self._is_whole(one) and (one.full or self._sealed()):
                return self._taken_up(one)
        return None

    def begin(self, *, full: bool, begun: datetime, until: datetime) -> Reading:
        if not full and not self._sealed():
            raise ValueError("there is no replica that changes could be laid over")
        with self._database.writing() as connection:
            started = readings.begin(connection, self._kind, self._shape, full=full, begun=begun, until=until)
        self._whole[started.id] = True
        return self._taken_up(started)

    def rows(self) -> pl.DataFrame:
        sealed = self._sealed()
        if not sealed:
            raise ValueError("there is no replica")
        with self._database.reading() as connection:
            return merged(readings.parts(connection, [one.id for one in sealed]), self._key)

    def _taken_up(self, one: Known) -> SqlReading:
        beneath = [] if one.full else [sealed.id for sealed in self._sealed()]
        return SqlReading(self._database, self._kind, self._key, one, beneath)

    def _sealed(self) -> tuple[Known, ...]:
        """The readings that make up the replica; none where one of them is damaged."""
        sealed = tuple(one for one in self._known() if one.sealed)
        # A full one takes the place of all others, so the oldest is one.
        return sealed if sealed and sealed[0].full and all(map(self._is_whole, sealed)) else ()

    def _known(self) -> tuple[Known, ...]:
        with self._database.reading() as connection:
            return readings.known(connection, self._kind, self._shape)

    def _is_whole(self, one: Known) -> bool:
        if one.id not in self._whole:
            with self._database.reading() as connection:
                self._whole[one.id] = readings.is_whole(connection, one)
            if not self._whole[one.id]:
                log.warning("a stored reading is damaged: all is read anew", kind=self._kind.name, begun=one.begun)
        return self._whole[one.id]


class SqlReading:
    """See ``cssync.model.mirror.Reading``. *beneath*: the readings that a change is laid over, the oldest first."""

    def __init__(self, database: Database, kind: Kind, key: str, known: Known, beneath: list[int]) -> None:
        self.full = known.full
        self.begun = known.begun
        self.until = known.until
        self.cursor = known.cursor
        self.height = known.height
        self._database = database
        self._kind = kind
        self._key = key
        self._id = known.id
        self._beneath = beneath

    def keep(self, rows: pl.DataFrame, cursor: Cursor, *, gone: Collection[str] = ()) -> None:
        batch = part(rows, gone, self._key)
        with self._database.writing() as connection:
            _must_be_open(readings.keep(connection, self._id, batch, cursor))
        self.cursor = dict(cursor)
        self.height += rows.height

    def rows(self) -> pl.DataFrame:
        with self._database.reading() as connection:
            return merged(readings.parts(connection, [*self._beneath, self._id]), self._key)

    def seal(self) -> None:
        with self._database.writing() as connection:
            _must_be_open(readings.seal(connection, self._kind, self._id, full=self.full))

    def discard(self) -> None:
        with self._database.writing() as connection:
            readings.discard(connection, self._id)


def _must_be_open(found: bool) -> None:  # noqa: FBT001  the answer of a statement, no switch
    if not found:
        raise ValueError("this reading is over")
