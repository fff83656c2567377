"""Competencies, kits, profiles and surveys belong to a company or, as all that were there before, to the group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("competency", "kit_version", "role_profile", "survey")


def upgrade() -> None:
    """Add the owning company; NULL is the group."""
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("legal_entity_id", sa.String(length=32), nullable=True))
            table.create_foreign_key(op.f(f"fk_{name}_legal_entity_id"), "legal_entity", ["legal_entity_id"], ["id"])


def downgrade() -> None:
    """Drop the owning company; every row belongs to the group again."""
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f"fk_{name}_legal_entity_id"), type_="foreignkey")
            table.drop_column("legal_entity_id")
