"""Applications of a person by time: the talent pool is sorted by the last one."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_application_person", "application", ["person_id", "created_at"])
    op.drop_index("ix_application_person_id", table_name="application")


def downgrade() -> None:
    """Back."""
    op.create_index("ix_application_person_id", "application", ["person_id"])
    op.drop_index("ix_application_person", table_name="application")
