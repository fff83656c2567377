"""What was typed into an entry form and not sent yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("onboarding", sa.Column("draft", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("onboarding") as table:
        table.drop_column("draft")
