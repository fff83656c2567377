"""An index for the lists of requests."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_request_listed", "request", ["field_class", "id", "state", "department_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_request_listed", table_name="request")
