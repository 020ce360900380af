"""What has been read of the source so far, batch by batch, for the next night and for a pull that was killed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from cssync.store.columns import Document, Moment, Serial
from cssync.store.schema.base import metadata

# One pass over one kind of record; its rows are in its parts. A number is never used twice, so that a reading that
# was forgotten cannot be taken for the one that took its place.
reading = Table(
    "reading",
    metadata,
    Column("id", Serial, primary_key=True),  # in the order in which they are laid over each other
    Column("tenant_id", Integer, ForeignKey("tenant.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("shape", Text, nullable=False),  # a digest
    Column("full", Boolean, nullable=False),
    Column("begun", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("cursor", Document[dict[str, str]](dict[str, str])),
    Column("height", BigInteger, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Index(None, "tenant_id", "source", "kind"),
    sqlite_autoincrement=True,
)
# Two runs that both believe to be at it cannot mix their batches.
Index(
    "uq_reading_unfinished",
    reading.c.tenant_id,
    reading.c.source,
    reading.c.kind,
    unique=True,
    sqlite_where=text("NOT sealed"),
    postgresql_where=text("NOT sealed"),
)

reading_part = Table(
    "reading_part",
    metadata,
    Column("reading_id", Serial, ForeignKey("reading.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("height", Integer, nullable=False),
    Column("gone", Document[tuple[str, ...]](tuple[str, ...]), nullable=False),
    Column("checksum", BigInteger),  # of the payload
    Column("payload", LargeBinary),  # a table, see ``cssync.store.parts``; null where it has no columns
)
