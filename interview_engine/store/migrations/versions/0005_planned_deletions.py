"""Deletions that nobody asked for are planned, and housekeeping looks at its clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("planned_for", "held_at", "cancelled_at", "confirmed_at")


def upgrade() -> None:
    """Forward. What was asked for by the old job and is not done yet is planned from now on, a week ahead."""
    with op.batch_alter_table("erasure_request") as table:
        for column in COLUMNS:
            table.add_column(sa.Column(column, UtcDateTime(), nullable=True))
        table.create_index(op.f("ix_erasure_request_planned_for"), ["planned_for"], unique=False)
    week = {"sqlite": "datetime('now', '+7 days')", "postgresql": "now() + interval '7 days'"}
    op.execute(
        f"UPDATE erasure_request SET planned_for = {week[op.get_bind().dialect.name]} "
        "WHERE done_at IS NULL AND actor = 'system'"
    )
    op.create_table(
        "clock_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trusted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_mark")),
    )
    op.create_table(
        "clock_doubt",
        sa.Column("process", sa.String(length=160), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_clock_doubt")),
    )


def downgrade() -> None:
    """Back; plans become requests that are done at once."""
    op.drop_table("clock_doubt")
    op.drop_table("clock_mark")
    with op.batch_alter_table("erasure_request") as table:
        table.drop_index(op.f("ix_erasure_request_planned_for"))
        for column in reversed(COLUMNS):
            table.drop_column(column)
