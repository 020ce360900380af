"""A store in one SQLite file: the default, right for one host."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from cssync.errors import StoreError
from cssync.model.check import Check, CheckStatus
from cssync.store.bulk import Bulk
from cssync.store.database import closed_on_error, readable
from cssync.store.failures import told
from cssync.store.lock import file_lock
from cssync.store.sqlite_bulk import SqliteBulk, teach
from cssync.store.upgrade import upgrade

_OWNER_ONLY, _OTHERS = 0o600, 0o077
_CACHE_KIBIBYTES = 65_536


class SqliteDatabase:
    """One file in WAL mode; commits reach the disk before they return."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self._connection = connection
        self.where = str(path)
        self.bulk: Bulk = SqliteBulk()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        # IMMEDIATE: a writer that begins by reading may be refused halfway.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        self._connection.info[_BEGIN] = begin
        with told(self.where), self._connection.begin():
            yield self._connection

    def lock(self, _tenant: str, /) -> AbstractContextManager[None]:
        return file_lock(self._path)

    def size(self, _connection: Connection, /) -> int:
        return sum(path.stat().st_size for path in (self._path, _beside(self._path, "-wal")) if path.exists())

    def checks(self) -> Iterator[Check]:
        yield mode_check(self._path)

    def close(self) -> None:
        with told(self.where):
            self._connection.close()
        self._connection.engine.dispose()


def open_sqlite(path: Path, patience_seconds: float) -> SqliteDatabase:
    """Open the store at *path*, made or upgraded if need be. Waits *patience_seconds* for other writers."""
    _make_file(path)
    database = SqliteDatabase(path, _connect(path, "rw", patience_seconds))
    with closed_on_error(database), database.writing() as connection:
        upgrade(connection, database.where)
    return database


def open_sqlite_to_read(path: Path, patience_seconds: float) -> SqliteDatabase | None:
    """Open the store at *path* so that nothing can be written; None where there is none yet."""
    if not path.exists() or not path.stat().st_size:
        return None
    # Reading in WAL mode needs a file for shared memory beside the store; where none can be made, nobody can write
    # either, and the file may be read as if it never changed.
    mode = "ro" if os.access(path.parent, os.W_OK) or _is_under_way(path) else "ro&immutable=1"
    database = SqliteDatabase(path, _connect(path, mode, patience_seconds))
    return readable(database)


def mode_check(path: Path) -> Check:
    """Of the store and of what SQLite keeps beside it, which holds customers' names as well."""
    kept = [beside for beside in (path, _beside(path, "-wal"), _beside(path, "-shm")) if beside.exists()]
    modes = {each: stat.S_IMODE(each.stat().st_mode) for each in kept}
    wide = [each for each, mode in modes.items() if mode & _OTHERS]
    if wide:
        found = ", ".join(f"{each} ({modes[each]:04o})" for each in wide)
        remedy = f"chmod 600 {' '.join(map(str, wide))}"
        return Check("store file", CheckStatus.WARNING, f"open to others: {found}", remedy)
    return Check("store file", CheckStatus.OK, f"{path} ({modes[path]:04o})")


def _make_file(path: Path) -> None:
    """Make an empty file that nobody else may read; customers' names are going into it."""
    if not path.parent.is_dir():
        raise StoreError(
            f"The store's folder does not exist: {path.parent}.",
            remedy=f"make it (mkdir -p {path.parent}) or correct store.path",
        )
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ONLY))
    except FileExistsError:
        if path.is_dir():
            raise StoreError(f"The store is a folder: {path}.", remedy="set store.path to a file in it") from None
    except OSError as error:
        raise StoreError(
            f"The store cannot be made: {path} ({error.strerror}).",
            remedy="give the user that runs cssync write access to the folder, or correct store.path",
        ) from error


def _is_under_way(path: Path) -> bool:
    """Whether committed changes wait beside the file; readers leave an empty log behind, which holds none."""
    wal = _beside(path, "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


_BEGIN = "cssync begin"


def _connect(path: Path, mode: str, patience_seconds: float) -> Connection:
    address = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # Transactions are begun by hand: the driver's own way leaves DDL outside of them.
        connection = sqlite3.connect(
            address, uri=True, timeout=patience_seconds, isolation_level=None, check_same_thread=False
        )
        teach(connection)
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _set_up if mode == "rw" else _set_up_to_read)
    event.listen(engine, "begin", _begin)
    return _open(engine, str(path))


def _open(engine: Engine, where: str) -> Connection:
    with told(where):
        return engine.connect()


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    # A first night writes hundreds of megabytes through the log; do not keep them afterwards.
    connection.execute("PRAGMA journal_size_limit = 0")


def _set_up_to_read(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.info[_BEGIN])
