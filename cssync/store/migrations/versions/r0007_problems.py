"""Records that could not be read in full, and churn that is announced: so that a night can be explained later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "problem",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("object", sa.Text()),
        sa.Column("record_id", sa.Text()),
        sa.Column("field", sa.Text()),
        sa.Column("value", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("tenant_id", "position", name="pk_problem"),
    )
    op.add_column("account_spell", sa.Column("leaving_on", sa.Date()))
