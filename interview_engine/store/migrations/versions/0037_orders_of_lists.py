"""Indexes for the counts and the orders of the lists of requests, and for names."""

from __future__ import annotations

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_request_counted": ["field_class", "state", "department_id", "person_id"],
    "ix_request_of_person": ["person_id", "field_class", "state", "department_id"],
    "ix_request_of_department": ["field_class", "department_id", "id"],
    "ix_request_first_day": ["field_class", "day_from", "id"],
    "ix_request_last_day": ["field_class", "day_to", "id"],
    "ix_request_asked": ["field_class", "created_at", "id"],
}


def upgrade() -> None:
    """Forward."""
    for name, columns in INDEXES.items():
        op.create_index(name, "request", columns)
    op.create_index("ix_person_name", "person", ["name", "id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_person_name", "person")
    for name in INDEXES:
        op.drop_index(name, "request")
