"""Work items note what they put into the blob store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list of blobs that a work item made."""
    with op.batch_alter_table("work_item") as table:
        table.add_column(sa.Column("made", Json, nullable=True))


def downgrade() -> None:
    """Drop the list of blobs that a work item made."""
    with op.batch_alter_table("work_item") as table:
        table.drop_column("made")
