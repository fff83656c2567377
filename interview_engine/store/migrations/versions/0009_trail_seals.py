"""The audit trail is sealed with a key beside its chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add seals and the encrypted key, in place: recreating a table would lose its triggers."""
    op.add_column("audit_event", sa.Column("seal", sa.String(length=64), nullable=True))
    op.add_column("audit_head", sa.Column("seal", sa.String(length=64), nullable=True))
    op.add_column("audit_head", sa.Column("key_encrypted", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop seals and key; the chain alone remains."""
    op.drop_column("audit_head", "key_encrypted")
    op.drop_column("audit_head", "seal")
    op.drop_column("audit_event", "seal")
