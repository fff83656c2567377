"""Approvals: conditions and times of their steps, and substitutes for who is away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime
from interview_engine.store.ids import ID_LENGTH

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("approval_flow", sa.Column("expires_after_days", sa.Integer(), nullable=True))
    for name in ("step_opened_at", "escalate_at", "expires_at"):
        op.add_column("approval", sa.Column(name, UtcDateTime(), nullable=True))
    op.create_index("ix_approval_escalate_at", "approval", ["escalate_at"])
    op.create_index("ix_approval_expires_at", "approval", ["expires_at"])
    op.add_column("approval_step", sa.Column("escalated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("approval_step", sa.Column("escalate_after_h", sa.Integer(), nullable=True))
    op.create_table(
        "approval_substitute",
        sa.Column("account_id", sa.String(ID_LENGTH), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("substitute_account_id", sa.String(ID_LENGTH), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(ID_LENGTH), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approval_substitute"),
    )
    op.create_index("ix_approval_substitute_account_id", "approval_substitute", ["account_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("approval_substitute")
    op.drop_column("approval_step", "escalate_after_h")
    op.drop_column("approval_step", "escalated")
    op.drop_index("ix_approval_expires_at", "approval")
    op.drop_index("ix_approval_escalate_at", "approval")
    for name in ("expires_at", "escalate_at", "step_opened_at"):
        op.drop_column("approval", name)
    op.drop_column("approval_flow", "expires_after_days")
