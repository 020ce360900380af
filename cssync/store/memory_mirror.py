"""A mirror that forgets: a dry run sees what is stored, and what it reads itself is gone when the process ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from cssync.model.mirror import Cursor, Mirror, Reading, Replica
from cssync.store.parts import Part, merged, part


class MemoryMirror:
    """Shows what *base* holds, sealed and unfinished, until something else takes its place; never writes to it."""

    def __init__(self, base: Mirror | None = None) -> None:
        self._base = base
        self._kinds: dict[str, _Kind] = {}

    def replica(self, kind: str, *, key: str, shape: str) -> Replica:
        stored = None if self._base is None else self._base.replica(kind, key=key, shape=shape)
        return MemoryReplica(self._kinds.setdefault(kind, _Kind()), stored, key, shape)


class MemoryReplica:
    """See ``cssync.model.mirror.Replica``. *stored*: the same replica in the mirror beneath."""

    def __init__(self, kind: _Kind, stored: Replica | None, key: str, shape: str) -> None:
        self._kind = kind
        self._stored = stored
        self._key = key
        self._shape = shape

    @property
    def full_at(self) -> datetime | None:
        sealed = self._sealed()
        return None if sealed is None else sealed.full_at

    @property
    def until(self) -> datetime | None:
        sealed = self._sealed()
        return None if sealed is None else sealed.until

    def unfinished(self) -> Reading | None:
        if self._kind.stored_reading_counts and self._stored is not None:
            broken_off = self._stored.unfinished()
            if broken_off is not None:
                layers = _Layers(self._key, broken_off.rows)
                self._open(_Started.of(broken_off), layers, self._full_at(broken_off.full, broken_off.begun))
        reading = self._kind.reading
        return reading if reading is not None and reading.shape == self._shape else None

    def begin(self, *, full: bool, begun: datetime, until: datetime) -> Reading:
        sealed = self._sealed()
        if sealed is None and not full:
            raise ValueError("there is no replica that changes could be laid over")
        layers = _Layers(self._key) if full or sealed is None else sealed.layers
        return self._open(_Started(full, begun, until), layers, self._full_at(full, begun))

    def rows(self) -> pl.DataFrame:
        sealed = self._sealed()
        if sealed is None:
            raise ValueError("there is no replica")
        return sealed.layers.rows()

    def _open(self, started: _Started, layers: _Layers, full_at: datetime) -> MemoryReading:
        reading = MemoryReading(self._kind, self._shape, started, layers, full_at)
        self._kind.reading, self._kind.stored_reading_counts = reading, False
        return reading

    def _full_at(self, full: bool, begun: datetime) -> datetime:  # noqa: FBT001  a fact of the reading, no switch
        return begun if full else self.full_at or begun

    def _sealed(self) -> _Sealed | None:
        """What counts by now: sealed here, or else what is stored."""
        sealed, stored = self._kind.sealed, self._stored
        if sealed is not None:
            return sealed if sealed.shape == self._shape else None
        if stored is None or stored.full_at is None or stored.until is None:
            return None
        return _Sealed(self._shape, stored.full_at, stored.until, _Layers(self._key, stored.rows))


class MemoryReading:
    """See ``cssync.model.mirror.Reading``. *layers*: what the batches still to come are laid over."""

    def __init__(self, kind: _Kind, shape: str, started: _Started, layers: _Layers, full_at: datetime) -> None:
        self.shape = shape
        self.full = started.full
        self.begun = started.begun
        self.until = started.until
        self.cursor = started.cursor
        self.height = started.height
        self._kind = kind
        self._layers = layers
        self._full_at = full_at

    def keep(self, rows: pl.DataFrame, cursor: Cursor, *, gone: Collection[str] = ()) -> None:
        self._must_be_open()
        self._layers = self._layers.under(part(rows, gone, self._layers.key))
        self.cursor = dict(cursor)
        self.height += rows.height

    def rows(self) -> pl.DataFrame:
        return self._layers.rows()

    def seal(self) -> None:
        self._must_be_open()
        self._kind.sealed = _Sealed(self.shape, self._full_at, self.until, self._layers)
        self._kind.reading = None

    def discard(self) -> None:
        if self._kind.reading is self:
            self._kind.reading = None

    def _must_be_open(self) -> None:
        if self._kind.reading is not self:
            raise ValueError("this reading is over")


@dataclass(slots=True)
class _Kind:
    """All that is known here of one kind of record. *stored_reading_counts*: nothing has taken its place yet."""

    sealed: _Sealed | None = None
    reading: MemoryReading | None = None
    stored_reading_counts: bool = True


@dataclass(frozen=True, slots=True)
class _Layers:
    """*bottom* answers the rows that lie beneath the *parts*, if any do."""

    key: str
    bottom: Callable[[], pl.DataFrame] | None = None
    parts: tuple[Part, ...] = ()

    def under(self, top: Part) -> _Layers:
        return replace(self, parts=(*self.parts, top))

    def rows(self) -> pl.DataFrame:
        return merged(self._all(), self.key)

    def _all(self) -> Iterator[Part]:
        if self.bottom is not None:
            yield Part(self.bottom())
        yield from self.parts


@dataclass(frozen=True, slots=True)
class _Sealed:
    shape: str
    full_at: datetime
    until: datetime
    layers: _Layers


@dataclass(frozen=True, slots=True)
class _Started:
    """Where a reading stands as it is taken up."""

    full: bool
    begun: datetime
    until: datetime
    cursor: Cursor | None = None
    height: int = 0

    @classmethod
    def of(cls, reading: Reading) -> _Started:
        return cls(reading.full, reading.begun, reading.until, reading.cursor, reading.height)
