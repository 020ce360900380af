"""Brings an older store up to this version of cssync, and refuses one that is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Column, Connection, MetaData, Table, Text, inspect, select

from cssync.errors import StoreError
from cssync.store.schema import metadata

if TYPE_CHECKING:
    from alembic.config import Config  # slow to import, and hardly ever needed

log = structlog.get_logger()

# The newest revision, written here so that the usual night needs no Alembic; a test holds it to the files.
HEAD = "0007"
REVISION_TABLE = "cssync_revision"
_SCRIPTS = "cssync.store:migrations"

_revision = Table(REVISION_TABLE, MetaData(), Column("version_num", Text))


def revision(connection: Connection) -> str | None:
    """The store's revision, None where there is no store yet."""
    if not inspect(connection).has_table(REVISION_TABLE):
        return None
    return connection.execute(select(_revision.c.version_num)).scalar_one_or_none()


def upgrade(connection: Connection, where: str, to: str = HEAD) -> None:
    """Bring the store up to *to* inside the caller's transaction, which must keep other upgrades out."""
    found = revision(connection)
    if found == to:
        return
    if found is None:
        _refuse_foreign_tables(connection, where)
    else:
        refuse_newer(found, where)
    _run_alembic(connection, to)
    log.info("store upgraded", before=found, after=to)


def refuse_newer(found: str, where: str) -> None:
    """Raise StoreError where *found* is a revision that this version of cssync has never heard of."""
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found not in known:
        raise StoreError(
            f"The store was written by a newer cssync: {where} is at revision {found}, this version knows {HEAD}.",
            remedy="upgrade cssync: pip install --upgrade cssync",
        )


def refuse_older(found: str, where: str) -> None:
    """Raise StoreError where *found* is behind: for those who may only read."""
    if found == HEAD:
        return
    refuse_newer(found, where)
    raise StoreError(
        f"The store was written by an older cssync: {where} is at revision {found}, this version reads {HEAD}.",
        remedy="run `cssync run` once: it upgrades the store",
    )


def _refuse_foreign_tables(connection: Connection, where: str) -> None:
    found = set(inspect(connection).get_table_names())
    # A PostgreSQL schema may hold other tables (extensions make some), a SQLite file belongs to one program.
    foreign = found if connection.dialect.name == "sqlite" else found & set(metadata.tables)
    if foreign:
        raise StoreError(
            f"The database belongs to another program: {where} has a table {min(foreign)}.",
            remedy="give cssync a file, a database or a schema of its own",
        )


def _run_alembic(connection: Connection, to: str) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config
