"""Opens the store that the settings name."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from cssync.errors import ConfigError
from cssync.store.base import Store
from cssync.store.database import Database, closed_on_error
from cssync.store.dry import DryStore
from cssync.store.sql import SqlStore, known_tenant, tenant_of
from cssync.store.sqlite import open_sqlite, open_sqlite_to_read

_PATIENCE_SECONDS = 5.0
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


def open_store(address: str | Path, tenant: str, *, patience_seconds: float = _PATIENCE_SECONDS) -> Store:
    """Open the store of *tenant* at *address*, a file or a PostgreSQL URL; made or upgraded if need be.

    *patience_seconds*: how long to wait for another program that is writing to the file.
    """
    place = _place(address)
    database: Database
    if isinstance(place, Path):
        database = open_sqlite(place, patience_seconds)
    else:
        from cssync.store.postgres import open_postgres

        database = open_postgres(place)
    with closed_on_error(database):
        return SqlStore(database, tenant, tenant_of(database, tenant))


def open_dry_store(address: str | Path, tenant: str, *, patience_seconds: float = _PATIENCE_SECONDS) -> Store:
    """Open the same store so that it cannot be written: what a night would change is kept in memory only."""
    place = _place(address)
    database: Database | None
    if isinstance(place, Path):
        database = open_sqlite_to_read(place, patience_seconds)
        where = str(place)
    else:
        from cssync.store.postgres import open_postgres_to_read

        database = open_postgres_to_read(place)
        where = place.host or "the database"
    if database is None:
        return DryStore(None, where)
    with closed_on_error(database):
        tenant_id = known_tenant(database, tenant)
        if tenant_id is not None:
            return DryStore(SqlStore(database, tenant, tenant_id), where)
    database.close()
    return DryStore(None, where)


def _place(address: str | Path) -> Path | URL:
    if isinstance(address, Path) or "://" not in address:
        return Path(address)
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # Not chained: the error quotes the URL, password included.
        raise ConfigError(
            "DATABASE_URL is not a database URL.",
            remedy="write postgresql://user:password@host:5432/database; percent-encode signs like @ : / % "
            "in the password",
        ) from None
    if url.drivername == "sqlite" and url.database:
        return Path(url.database)
    if url.drivername not in _POSTGRES:
        raise ConfigError(
            f"DATABASE_URL names a database that cssync does not know: {url.drivername}.",
            remedy="use postgresql://..., or leave it out for a SQLite file (store.path)",
        )
    if find_spec("psycopg") is None:
        raise ConfigError("The PostgreSQL driver is not installed.", remedy="pip install 'cssync[postgres]'")
    return url.set(drivername="postgresql+psycopg")
