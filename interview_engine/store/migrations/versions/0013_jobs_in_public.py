"""A job says where, how and for what pay one works, and until when it takes applications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = ("place", "employment_type", "pay_low", "pay_high", "closes_on", "state_before")


def upgrade() -> None:
    """Forward. Jobs of before say no place and no pay, and are full-time ones."""
    with op.batch_alter_table("requisition") as table:
        table.add_column(sa.Column("place", sa.String(length=120), nullable=False, server_default=""))
        table.add_column(sa.Column("employment_type", sa.String(length=20), nullable=False, server_default="full_time"))
        table.add_column(sa.Column("pay_low", sa.Integer(), nullable=True))
        table.add_column(sa.Column("pay_high", sa.Integer(), nullable=True))
        table.add_column(sa.Column("closes_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("state_before", sa.String(length=20), nullable=True))
    with op.batch_alter_table("requisition") as table:
        table.alter_column("place", server_default=None)
        table.alter_column("employment_type", server_default=None)


def downgrade() -> None:
    """Back; what was said is lost."""
    with op.batch_alter_table("requisition") as table:
        for column in COLUMNS:
            table.drop_column(column)
