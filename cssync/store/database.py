"""The contract of the databases that a store may lie in, and the little that they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from cssync.model.check import Check
from cssync.store.bulk import Bulk
from cssync.store.upgrade import refuse_older, revision


class Database(Protocol):
    """One open connection. Everything raised inside ``reading`` and ``writing`` comes out as a StoreError."""

    @property
    def where(self) -> str:
        """How it is called before people; never with a password."""
        ...

    @property
    def bulk(self) -> Bulk: ...

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent view of what is committed, for as long as it is open."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction: all of it is permanent when the block ends, nothing of it when an error leaves it."""
        ...

    def lock(self, tenant: str, /) -> AbstractContextManager[None]:
        """See ``cssync.store.base.Store``."""
        ...

    def size(self, connection: Connection, /) -> int:
        """Bytes on disk, with all that lies beside the tables of one tenant."""
        ...

    def checks(self) -> Iterator[Check]:
        """What ``doctor`` shows of the place itself."""
        ...

    def close(self) -> None: ...


@contextmanager
def closed_on_error(database: Database) -> Iterator[None]:
    """Close *database* if what is tried with it fails: a connection left open would keep others waiting."""
    try:
        yield
    except BaseException:
        database.close()
        raise


AnyDatabase = TypeVar("AnyDatabase", bound=Database)


def readable(database: AnyDatabase) -> AnyDatabase | None:
    """Answer *database* if it holds a store of this version, None (and close it) where there is no store yet."""
    with closed_on_error(database):
        with database.reading() as connection:
            found = revision(connection)
        if found is not None:
            refuse_older(found, database.where)
            return database
    database.close()
    return None


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
