"""Actions on several candidates, so that each happens once and can be undone; views of the ranked list; why and how
urgently somebody is sought, and since when a job is paused or filled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime
from interview_engine.store.ids import ID_LENGTH

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What was cancelled before can be undone as long as it could."""
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.String(ID_LENGTH), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("requisition_id", sa.String(ID_LENGTH), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("done", Json, nullable=False),
        sa.Column("skipped", Json, nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("kept", Json, nullable=False),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"], name=op.f("fk_bulk_action_requisition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_action")),
        sa.UniqueConstraint("key", name=op.f("uq_bulk_action_key")),
    )
    op.create_index("ix_bulk_action_requisition_id", "bulk_action", ["requisition_id"])
    op.create_table(
        "ranking_view",
        sa.Column("id", sa.String(ID_LENGTH), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.String(ID_LENGTH), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ranking_view_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_ranking_view_account_id_name")),
    )
    with op.batch_alter_table("requisition") as table:
        table.add_column(sa.Column("state_since", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("reason", sa.String(length=300), nullable=False, server_default=""))
    with op.batch_alter_table("requisition") as table:
        table.alter_column("urgent", server_default=None)
        table.alter_column("reason", server_default=None)


def downgrade() -> None:
    """Back; what was done stays done."""
    with op.batch_alter_table("requisition") as table:
        for column in ("state_since", "urgent", "reason"):
            table.drop_column(column)
    op.drop_table("ranking_view")
    op.drop_index("ix_bulk_action_requisition_id", table_name="bulk_action")
    op.drop_table("bulk_action")
