"""Views of the ranked list stand among those of all lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import UtcDateTime
from interview_engine.store.ids import ID_LENGTH

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COLUMNS = "id, created_at, updated_at, actor, account_id, name, query"


def upgrade() -> None:
    """Forward; every view keeps its id, name and query."""
    op.execute(
        f"INSERT INTO saved_view ({COLUMNS}, list_name, legal_entity_id) "
        f"SELECT {COLUMNS}, 'ranking', NULL FROM ranking_view"
    )
    op.drop_table("ranking_view")


def downgrade() -> None:
    """Back; a view whose name or query is too long for the old table, or that is shared, is lost."""
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
    op.execute(
        f"INSERT INTO ranking_view ({COLUMNS}) SELECT {COLUMNS} FROM saved_view "
        "WHERE list_name = 'ranking' AND legal_entity_id IS NULL AND length(name) <= 60 AND length(query) <= 1000"
    )
    op.execute("DELETE FROM saved_view WHERE list_name = 'ranking'")
