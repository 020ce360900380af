"""The contract of the databases that a store may lie in, and the little that they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from cssync.model.check import Check
from cssync.store.bulk import Bulk


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

    def checks(self) -> Iterator[Check]:
        """What ``doctor`` shows of the place itself."""
        ...

    def close(self) -> None: ...


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
