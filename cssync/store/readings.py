"""Readings in a SQL database, statement by statement; what they mean is in ``cssync.store.mirror``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from cssync.model.mirror import Cursor
from cssync.store.parts import Part, checksum, from_bytes, to_bytes
from cssync.store.schema import reading, reading_part


@dataclass(frozen=True, slots=True)
class Kind:
    """Whose records of what kind: there is one replica of each."""

    tenant_id: int
    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """One row of the table, as it was when it was looked at."""

    id: int
    full: bool
    begun: datetime
    until: datetime
    cursor: Cursor | None
    height: int
    sealed: bool


_KNOWN = tuple(reading.c[name] for name in Known.__slots__)


def known(connection: Connection, kind: Kind, shape: str) -> tuple[Known, ...]:
    """The readings of *shape*, in the order in which they are laid over each other."""
    query = select(*_KNOWN).where(*_of(kind), reading.c.shape == shape).order_by(reading.c.id)
    return tuple(Known(*row) for row in connection.execute(query))


def begin(connection: Connection, kind: Kind, shape: str, *, full: bool, begun: datetime, until: datetime) -> Known:
    """Start a reading in place of an unfinished one, whatever its shape."""
    connection.execute(reading.delete().where(*_of(kind), ~reading.c.sealed))
    number: int = connection.execute(
        reading.insert()
        .values(
            tenant_id=kind.tenant_id,
            source=kind.source,
            kind=kind.name,
            shape=shape,
            full=full,
            begun=begun,
            until=until,
            height=0,
            sealed=False,
        )
        .returning(reading.c.id)
    ).scalar_one()
    return Known(number, full, begun, until, None, 0, sealed=False)


def keep(connection: Connection, number: int, part: Part, cursor: Cursor) -> bool:
    """Add *part* to an unfinished reading; answer whether there is one of that *number*."""
    found = connection.execute(
        update(reading)
        .where(reading.c.id == number, ~reading.c.sealed)
        .values(cursor=dict(cursor), height=reading.c.height + part.rows.height)
    )
    if not found.rowcount:
        return False
    payload = to_bytes(part.rows) if part.rows.width else None
    position = select(func.count()).where(reading_part.c.reading_id == number).scalar_subquery()
    connection.execute(
        reading_part.insert().values(
            reading_id=number,
            position=position,
            height=part.rows.height,
            gone=part.gone,
            checksum=None if payload is None else checksum(payload),
            payload=payload,
        )
    )
    return True


def seal(connection: Connection, kind: Kind, number: int, *, full: bool) -> bool:
    """Finish a reading, a *full* one in place of all others; answer whether there was one of that *number*."""
    found = connection.execute(update(reading).where(reading.c.id == number, ~reading.c.sealed).values(sealed=True))
    if full and found.rowcount:
        connection.execute(reading.delete().where(*_of(kind), reading.c.id != number))
    return bool(found.rowcount)


def discard(connection: Connection, number: int) -> None:
    connection.execute(reading.delete().where(reading.c.id == number, ~reading.c.sealed))


def parts(connection: Connection, numbers: Sequence[int]) -> Iterator[Part]:
    """Yield the parts of these readings, the oldest first, one at a time in memory."""
    query = (
        select(reading_part.c.payload, reading_part.c.gone)
        .where(reading_part.c.reading_id.in_(numbers))
        .order_by(reading_part.c.reading_id, reading_part.c.position)
    )
    with connection.execute(query.execution_options(yield_per=1)) as found:
        for payload, gone in found:
            yield Part(pl.DataFrame() if payload is None else from_bytes(payload), gone)


def is_whole(connection: Connection, one: Known) -> bool:
    """Whether every part of *one* is there and as it was written."""
    query = select(reading_part.c.payload, reading_part.c.checksum, reading_part.c.height).where(
        reading_part.c.reading_id == one.id
    )
    height = 0
    with connection.execute(query.execution_options(yield_per=1)) as found:
        for payload, expected, rows in found:
            if (None if payload is None else checksum(payload)) != expected:
                return False
            height += rows
    return height == one.height


def extent(connection: Connection, tenant_id: int) -> tuple[int, int]:
    """Rows and bytes of all readings of a tenant."""
    query = (
        select(func.coalesce(func.sum(reading_part.c.height), 0), func.sum(func.length(reading_part.c.payload)))
        .join(reading, reading.c.id == reading_part.c.reading_id)
        .where(reading.c.tenant_id == tenant_id)
    )
    rows, size = connection.execute(query).one()
    return int(rows), int(size or 0)


def _of(kind: Kind) -> tuple[ColumnElement[bool], ...]:
    return (
        reading.c.tenant_id == kind.tenant_id,
        reading.c.source == kind.source,
        reading.c.kind == kind.name,
    )
