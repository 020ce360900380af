"""What a run cost: calls of the CRM's API, and how long the pull took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("calls", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("run", sa.Column("pull_seconds", sa.Double()))
