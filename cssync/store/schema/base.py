"""What all tables have in common: their names for constraints, their tenant, and how spells are kept apart."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def tenant_id() -> Column[int]:
    return Column("tenant_id", Integer, ForeignKey("tenant.id"), primary_key=True, autoincrement=False)


def one_state_at_a_time(spells: Table, key: str) -> None:
    """Let the database itself refuse a second open spell of one record, and find the closed ones by their end."""
    open_, closed = text("valid_to IS NULL"), text("valid_to IS NOT NULL")
    Index(
        f"uq_{spells.name}_open",
        spells.c.tenant_id,
        spells.c[key],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )
    Index(
        f"ix_{spells.name}_closed",
        spells.c.tenant_id,
        spells.c.valid_to,
        sqlite_where=closed,
        postgresql_where=closed,
    )
