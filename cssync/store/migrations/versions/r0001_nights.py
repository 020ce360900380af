"""The first tables: what a night knows of runs, accounts through time, owners, opportunities and books."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
        sa.UniqueConstraint("name", name="uq_tenant_name"),
    )
    op.create_table(
        "run",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("owners", sa.Integer(), nullable=False),
        sa.Column("arr", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by_hand", sa.Boolean(), nullable=False),
        sa.Column("digest_of_input", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_run_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_run"),
    )
    op.create_index(
        "uq_run_accepted",
        "run",
        ["tenant_id", "as_of"],
        unique=True,
        sqlite_where=sa.text("status = 'accepted'"),
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_table(
        "account_spell",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("book_id", sa.Text()),
        sa.Column("arr", sa.BigInteger()),
        sa.Column("is_customer", sa.Boolean()),
        sa.Column("lifecycle", sa.Text()),
        sa.Column("segment", sa.Text()),
        sa.Column("unit_id", sa.Text()),
        sa.Column("attributes_hash", sa.BigInteger()),
        sa.Column("name", sa.Text()),
        sa.Column("csm_ref", sa.Text()),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("currency", sa.Text()),
        sa.Column("product", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("health", sa.Text()),
        sa.Column("parent_id", sa.Text()),
        sa.Column("created_on", sa.Date()),
        sa.Column("customer_since", sa.Date()),
        sa.Column("churned_on", sa.Date()),
        sa.Column("renewal_on", sa.Date()),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "valid_from", name="pk_account_spell"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_account_spell_closed",
        "account_spell",
        ["tenant_id", "valid_to"],
        unique=False,
        sqlite_where=sa.text("valid_to IS NOT NULL"),
        postgresql_where=sa.text("valid_to IS NOT NULL"),
    )
    op.create_index(
        "uq_account_spell_open",
        "account_spell",
        ["tenant_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "owner",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("manager_id", sa.Text()),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_owner_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_owner"),
    )
    op.create_table(
        "opportunity",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opportunity_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text()),
        sa.Column("owner_ref", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("kind", sa.Text()),
        sa.Column("stage", sa.Text()),
        sa.Column("is_closed", sa.Boolean()),
        sa.Column("is_won", sa.Boolean()),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("currency", sa.Text()),
        sa.Column("probability", sa.Double()),
        sa.Column("created_on", sa.Date()),
        sa.Column("close_on", sa.Date()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name="pk_opportunity"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "book_day",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("book_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("manager_id", sa.Text()),
        sa.Column("manager", sa.Text()),
        sa.Column("segment", sa.Text()),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("arr", sa.BigInteger(), nullable=False),
        sa.Column("arr_unknown", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_book_day_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "as_of", "book_id", name="pk_book_day"),
    )
