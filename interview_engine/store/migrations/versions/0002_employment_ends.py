"""Employments end: the last day, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the last day and the reason for leaving."""
    op.add_column("employment", sa.Column("last_day", sa.Date(), nullable=True))
    op.add_column("employment", sa.Column("leaving_reason", sa.String(length=300), nullable=True))


def downgrade() -> None:
    """Back; days and reasons are lost."""
    op.drop_column("employment", "leaving_reason")
    op.drop_column("employment", "last_day")
