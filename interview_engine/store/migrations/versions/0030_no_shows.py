"""The day on which the form of somebody who did not come was deleted.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the column."""
    op.add_column("onboarding", sa.Column("forgotten_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take away the column."""
    with op.batch_alter_table("onboarding") as table:
        table.drop_column("forgotten_on")
