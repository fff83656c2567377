"""What leads back to an account that was closed because its owner had left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "account_closure",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("because", sa.String(length=60), nullable=False),
        sa.Column("grants", Json, nullable=False),
        sa.Column("reopened_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_closure_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_closure")),
    )
    op.create_index("ix_account_closure_account_id", "account_closure", ["account_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_account_closure_account_id", "account_closure")
    op.drop_table("account_closure")
