"""What companies set for themselves, and which occasions people were told of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "company_setting",
        *_row(),
        sa.Column("legal_entity_id", sa.String(32), nullable=False),
        sa.Column("modules_off", Json, nullable=False),
        sa.Column("time_zone", sa.String(40), nullable=False),
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("birthdays", sa.Boolean(), nullable=False),
        sa.Column("anniversaries", sa.Boolean(), nullable=False),
        sa.Column("holidays", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name="fk_company_setting_legal_entity_id"),
        sa.PrimaryKeyConstraint("id", name="pk_company_setting"),
        sa.UniqueConstraint("legal_entity_id", name="uq_company_setting_legal_entity_id"),
    )
    op.create_table(
        "occasion",
        *_row(),
        sa.Column("legal_entity_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name="fk_occasion_legal_entity_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_occasion_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_occasion"),
        sa.UniqueConstraint("kind", "key", name="uq_occasion_kind_key"),
    )
    op.create_index("ix_occasion_person_id", "occasion", ["person_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("occasion")
    op.drop_table("company_setting")


def _row() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
    )
