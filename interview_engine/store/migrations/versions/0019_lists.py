"""Lists: saved views, custom fields and their values, tags, sheets that wait to be confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interview_engine.store.base import Json, UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("custom_value", "custom_field", "row_tag", "saved_view", "sheet_import")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "saved_view",
        *_row(),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_saved_view_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "list_name", "name", name=op.f("uq_saved_view_account_id_list_name_name")),
    )
    op.create_index("ix_saved_view_list_name", "saved_view", ["list_name"])
    op.create_index("ix_saved_view_legal_entity_id", "saved_view", ["legal_entity_id"])
    op.create_table(
        "custom_field",
        *_row(),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label_zh", sa.String(length=60), nullable=False),
        sa.Column("label_en", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("low", sa.String(length=40), nullable=True),
        sa.Column("high", sa.String(length=40), nullable=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("field_class", sa.String(length=20), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_custom_field_legal_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("list_name", "code", name=op.f("uq_custom_field_list_name_code")),
    )
    op.create_index("ix_custom_field_legal_entity_id", "custom_field", ["legal_entity_id"])
    op.create_table(
        "custom_value",
        sa.Column("field_id", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["field_id"], ["custom_field.id"], name=op.f("fk_custom_value_field_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_custom_value_person_id")),
        sa.PrimaryKeyConstraint("field_id", "row_id", name=op.f("pk_custom_value")),
    )
    op.create_index("ix_custom_value_row", "custom_value", ["row_id"])
    op.create_index("ix_custom_value_person_id", "custom_value", ["person_id"])
    op.create_table(
        "row_tag",
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_row_tag_legal_entity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_row_tag_person_id")),
        sa.PrimaryKeyConstraint("list_name", "row_id", "legal_entity_id", "tag", name=op.f("pk_row_tag")),
    )
    op.create_index("ix_row_tag_person_id", "row_tag", ["person_id"])
    op.create_table(
        "sheet_import",
        *_row(),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("outcome", Json, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sheet_import_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_import")),
    )
    op.create_index("ix_sheet_import_account_id", "sheet_import", ["account_id"])


def downgrade() -> None:
    """Back; views, custom fields and their values are lost."""
    for name in TABLES:
        op.drop_table(name)


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
    )
