"""Notices can be drafts, templates or scheduled, and say whom they were for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Notices of before are out."""
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("state", sa.String(length=20), nullable=False, server_default="sent"))
        table.add_column(sa.Column("send_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("audience", Json, nullable=True))
    with op.batch_alter_table("notice") as table:
        table.alter_column("state", server_default=None)
        table.create_index("ix_notice_state", ["state"])


def downgrade() -> None:
    """Back. What is not out would look as if it were, so it goes."""
    op.execute("DELETE FROM notice_receiver WHERE notice_id IN (SELECT id FROM notice WHERE state <> 'sent')")
    op.execute("DELETE FROM notice WHERE state <> 'sent'")
    with op.batch_alter_table("notice") as table:
        table.drop_index("ix_notice_state")
        for column in ("audience", "send_at", "state"):
            table.drop_column(column)
