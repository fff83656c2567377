"""Pay parameters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "pay_parameter",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("figures", Json, nullable=False),
        sa.Column("law", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_parameter")),
    )
    with op.batch_alter_table("pay_parameter", schema=None) as batch_op:
        batch_op.create_index("ix_pay_parameter_key", ["kind", "place", "item", "first_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_pay_parameter_state"), ["state"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("pay_parameter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pay_parameter_state"))
        batch_op.drop_index("ix_pay_parameter_key")

    op.drop_table("pay_parameter")
