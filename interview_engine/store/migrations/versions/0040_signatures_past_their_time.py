"""The files of a signature can be destroyed when their time is over: its row then names no paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("signature_request") as table:
        table.alter_column("paper_sha256", existing_type=sa.String(length=64), nullable=True)


def downgrade() -> None:
    """Back; rows whose files were destroyed name none."""
    op.execute("UPDATE signature_request SET paper_sha256 = '' WHERE paper_sha256 IS NULL")
    with op.batch_alter_table("signature_request") as table:
        table.alter_column("paper_sha256", existing_type=sa.String(length=64), nullable=False)
