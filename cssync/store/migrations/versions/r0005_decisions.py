"""What people decide, and messages that are answered and edited in place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rises", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_decision_tenant_id"),
        sa.PrimaryKeyConstraint("position", name="pk_decision"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_decision_tenant_id_id"),
    )
    op.create_index("ix_decision_tenant_id_fingerprint", "decision", ["tenant_id", "fingerprint"], unique=False)
    op.add_column("outbox", sa.Column("as_of", sa.Date()))
    op.add_column("outbox", sa.Column("reply_to", sa.Text()))
    op.add_column("outbox", sa.Column("revisable", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("shown", sa.Text()))
    op.create_index("ix_outbox_tenant_id_as_of", "outbox", ["tenant_id", "as_of"], unique=False)
