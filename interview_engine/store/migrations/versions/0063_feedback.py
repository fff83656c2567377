"""Praise and advice among colleagues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime

revision = "0063"
down_revision = "0059"
branch_labels = None
depends_on = None

_NAMED = {
    "person_id": "person",
    "giver_person_id": "person",
    "legal_entity_id": "legal_entity",
    "department_id": "department",
}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "performance_feedback",
        *(sa.Column(column, sa.String(length=32), nullable=False) for column in _NAMED),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_performance_feedback_{column}"))
            for column, table in _NAMED.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_feedback")),
    )
    op.create_index("ix_performance_feedback_given", "performance_feedback", ["giver_person_id", "day"])
    for column in ("person_id", "department_id", "day"):
        op.create_index(f"ix_performance_feedback_{column}", "performance_feedback", [column])


def downgrade() -> None:
    """Back."""
    op.drop_table("performance_feedback")
