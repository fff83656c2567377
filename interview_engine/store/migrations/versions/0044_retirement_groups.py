"""Which group of the retirement rule a woman's job is in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("pay_profile", sa.Column("retires", sa.String(length=10), nullable=False, server_default=""))
    with op.batch_alter_table("pay_profile") as batch_op:
        batch_op.alter_column("retires", server_default=None)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("pay_profile") as batch_op:
        batch_op.drop_column("retires")
