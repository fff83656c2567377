"""The audit trail is sealed with a key beside its chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Columns are added in place: a table made anew would lose its triggers."""
    op.add_column("audit_event", sa.Column("seal", sa.String(length=64), nullable=True))
    op.add_column("audit_head", sa.Column("seal", sa.String(length=64), nullable=True))
    op.add_column("audit_head", sa.Column("key_encrypted", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("audit_head", "key_encrypted")
    op.drop_column("audit_head", "seal")
    op.drop_column("audit_event", "seal")
