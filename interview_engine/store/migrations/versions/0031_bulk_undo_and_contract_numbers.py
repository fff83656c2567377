"""What was done to several rows at once, to be undone; numbers of contracts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from interview_engine.store.base import UtcDateTime

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "bulk_done",
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("given", JSON, nullable=False),
        sa.Column("rows", JSON, nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bulk_done_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_done")),
    )
    op.create_index("ix_bulk_done_account_id", "bulk_done", ["account_id"])
    op.add_column("contract", sa.Column("number", sa.String(length=60), nullable=False, server_default=""))


def downgrade() -> None:
    """Back."""
    op.drop_column("contract", "number")
    op.drop_table("bulk_done")
