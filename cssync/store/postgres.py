"""A store in PostgreSQL: for several hosts, or for whoever backs up databases rather than files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from sqlalchemy import URL, Connection, NullPool, create_engine, event, text

from cssync.errors import StoreError
from cssync.model.check import Check, CheckStatus
from cssync.store.bulk import Bulk
from cssync.store.database import closed_on_error, readable
from cssync.store.failures import told
from cssync.store.lock import advisory_lock, whoami
from cssync.store.postgres_bulk import PostgresBulk
from cssync.store.upgrade import upgrade

_CONNECT_SECONDS = 10
_LONGEST_APPLICATION_NAME = 63
# Bulk work reads dates as text; a server may be set to write them otherwise.
_SETTINGS = ("SET datestyle TO ISO", "SET client_encoding TO UTF8")
_READ_ONLY = "SET default_transaction_read_only TO on"
# Of the lock that keeps two upgrades apart; any number of ours will do.
_UPGRADE_LOCK = 0x6373_7379_6E63


class PostgresDatabase:
    """One connection, which holds the lock and carries the night: who loses the lock cannot commit."""

    def __init__(self, where: str, connection: Connection) -> None:
        self._connection = connection
        self._locked_on: object = None
        self.where = where
        self.bulk: Bulk = PostgresBulk()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with told(self.where), self._connection.begin():
            self._connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with told(self.where), self._connection.begin():
            if self._locked_on not in (None, self._driver):
                raise StoreError(
                    f"The connection to {self.where} broke, and with it the lock of this run.",
                    remedy="run again; the last good night is intact",
                )
            yield self._connection

    @contextmanager
    def lock(self, tenant: str, /) -> Iterator[None]:
        with told(self.where), advisory_lock(self._connection, self.where, tenant):
            self._locked_on = self._driver
            try:
                yield
            finally:
                self._locked_on = None

    @property
    def _driver(self) -> object:
        return self._connection.connection.driver_connection

    def size(self, connection: Connection, /) -> int:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())

    def checks(self) -> Iterator[Check]:
        with self.reading() as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
        yield Check("store server", CheckStatus.OK, f"PostgreSQL {version}")

    def close(self) -> None:
        with told(self.where):
            self._connection.close()
        self._connection.engine.dispose()


def open_postgres(url: URL) -> PostgresDatabase:
    """Open the store at *url*, made or upgraded if need be."""
    database = _open(url)
    with closed_on_error(database), database.writing() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        upgrade(connection, database.where)
    return database


def open_postgres_to_read(url: URL) -> PostgresDatabase | None:
    """Open the store at *url* so that nothing can be written; None where there is none yet."""
    return readable(_open(url, _READ_ONLY))


def _open(url: URL, *settings: LiteralString) -> PostgresDatabase:
    where = URL.create("postgresql", url.username, None, url.host, url.port, url.database).render_as_string()
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "application_name": f"cssync {whoami()}"[:_LONGEST_APPLICATION_NAME],
            "connect_timeout": _CONNECT_SECONDS,
        },
    )

    def set_up(connection: psycopg.Connection[Any], _record: Any) -> None:
        for setting in (*_SETTINGS, *settings):
            connection.execute(setting)
        connection.commit()

    event.listen(engine, "connect", set_up)
    with told(where):
        return PostgresDatabase(where, engine.connect())
