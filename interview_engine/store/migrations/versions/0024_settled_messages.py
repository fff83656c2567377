"""Messages in the inbox know that what they ask for is done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; requests for an approval that is over are settled."""
    op.add_column("outbox_message", sa.Column("settled_at", UtcDateTime(), nullable=True))
    begins = len("approval.pending:") + 1
    op.execute(
        "UPDATE outbox_message SET settled_at = updated_at, read_at = COALESCE(read_at, updated_at) "
        "WHERE template = 'approval.pending' AND channel = 'inbox' "
        f"AND SUBSTR(dedupe_key, {begins}, 32) IN (SELECT id FROM approval WHERE state <> 'pending')"
    )


def downgrade() -> None:
    """Back."""
    op.drop_column("outbox_message", "settled_at")
