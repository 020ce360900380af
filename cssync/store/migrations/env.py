"""Alembic's way in: runs the revisions inside the transaction that ``cssync.store.upgrade`` holds."""

from __future__ import annotations

from alembic import context

from cssync.store.schema import metadata
from cssync.store.upgrade import REVISION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=REVISION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
