"""Webhooks that fail are paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the count of failures, the last error and the end of the pause."""
    with op.batch_alter_table("webhook") as table:
        table.add_column(sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("paused_until", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("last_error", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Drop them; paused webhooks are tried again."""
    with op.batch_alter_table("webhook") as table:
        for column in ("last_error", "paused_until", "failures"):
            table.drop_column(column)
