"""Keeps two runs apart: a file lock beside a SQLite store, an advisory lock inside PostgreSQL."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cssync.errors import BusyError, StoreError

_OWNER_ONLY = 0o600
_WAIT = "wait for it to end, or end it; a run that was killed leaves no lock behind"


def whoami() -> str:
    """How the holder of a lock is named to others."""
    return f"process {os.getpid()} on {socket.gethostname()}"


@contextmanager
def file_lock(store: Path) -> Iterator[None]:
    """Hold ``<store>.lock``; the kernel lets go of it when the process ends, however it ends."""
    # Not inside the lock's own file: older filelocks empty it on every attempt.
    holder = store.with_name(f"{store.name}.holder")
    lock = FileLock(store.with_name(f"{store.name}.lock"), timeout=0, mode=_OWNER_ONLY)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(f"Another run is at work on {store}: {_read(holder)}.", remedy=_WAIT) from error
    except OSError as error:
        raise StoreError(
            f"The store cannot be locked: {store} ({error.strerror}).",
            remedy="give the user that runs cssync write access to the file and its folder",
        ) from error
    try:
        _write_private(holder, whoami())
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def advisory_lock(connection: Connection, where: str, tenant: str) -> Iterator[None]:
    """Hold a session's lock; the server lets go of it when the connection ends, however it ends."""
    key = int.from_bytes(sha256(f"cssync {tenant}".encode()).digest()[:8], signed=True)
    with connection.begin():
        held = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one()
        holder = None if held else connection.execute(_HOLDER, {"key": key}).scalar_one_or_none()
    if not held:
        raise BusyError(f"Another run is at work on {where}: {holder or 'its holder is not known'}.", remedy=_WAIT)
    try:
        yield
    finally:
        # A connection that broke has let go of the lock already.
        with suppress(DBAPIError), connection.begin():
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


# A bigint key lies in pg_locks as two halves.
_HOLDER = text(
    """
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32) | l.objid::bigint = :key
    LIMIT 1
    """
)


def _write_private(holder: Path, text: str) -> None:
    handle = os.open(holder, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _read(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8").strip() or "its holder is not known"
    except OSError:
        return "its holder is not known"
