"""Opportunities through time, as accounts are; more of what the CRM says of an account; links and exchange rates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SINCE_THE_LAST_NIGHT = """
INSERT INTO opportunity_spell (
    tenant_id, opportunity_id, valid_from, account_id, owner_ref, name, kind, stage, is_closed, is_won, amount,
    currency, probability, created_on, close_on, starts_on, ends_on
)
SELECT
    kept.tenant_id, kept.opportunity_id, last.night, kept.account_id, kept.owner_ref, kept.name, kept.kind, kept.stage,
    kept.is_closed, kept.is_won, kept.amount, kept.currency, kept.probability, kept.created_on, kept.close_on,
    kept.starts_on, kept.ends_on
FROM opportunity AS kept
JOIN (
    SELECT tenant_id, max(as_of) AS night FROM run WHERE status = 'accepted' GROUP BY tenant_id
) AS last ON last.tenant_id = kept.tenant_id
"""


def upgrade() -> None:
    op.add_column("run", sa.Column("record_url", sa.Text()))
    op.add_column("account_spell", sa.Column("second_csm_ref", sa.Text()))
    op.add_column("account_spell", sa.Column("usage", sa.Double()))
    op.add_column("account_spell", sa.Column("decision_maker_changed_on", sa.Date()))
    op.create_table(
        "opportunity_spell",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opportunity_id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("account_id", sa.Text()),
        sa.Column("owner_ref", sa.Text()),
        sa.Column("csm_ref", sa.Text()),
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
        sa.Column("attributes_hash", sa.BigInteger()),
        sa.Column("name", sa.Text()),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", "valid_from", name="pk_opportunity_spell"),
        sqlite_with_rowid=False,
    )
    op.execute(_SINCE_THE_LAST_NIGHT)
    op.create_index(
        "uq_opportunity_spell_open",
        "opportunity_spell",
        ["tenant_id", "opportunity_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "ix_opportunity_spell_closed",
        "opportunity_spell",
        ["tenant_id", "valid_to"],
        sqlite_where=sa.text("valid_to IS NOT NULL"),
        postgresql_where=sa.text("valid_to IS NOT NULL"),
    )
    op.drop_table("opportunity")
    op.create_table(
        "exchange",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("crm_currency", sa.Text(), nullable=False),
        sa.Column("rates", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_exchange_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_exchange"),
    )
